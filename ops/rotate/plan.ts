import { CommandError } from "../command";
import { resourceName, type StepEventMetadata } from "../preview";
import { TYPES } from "../resourceTypes";
import { type ClientSecretPlan, planClientSecret } from "./clientSecret";
import { planSessionSecret, type SessionSecretPlan } from "./sessionSecret";
import type { Situation } from "./situation";

/** What a rotation is to do. */
export interface RotateOptions {
  /** Which of the two. @default both */
  clientSecret?: true;
  sessionSecret?: true;
  /** Retire the former client secret before the portal has the new one, and end all sessions. */
  now?: true;
  /** End all sessions. */
  endSessions?: true;
}

/** What is left to do of each secret; nothing of one that stays. */
export interface Plan {
  client?: ClientSecretPlan;
  session?: SessionSecretPlan;
  /** Whether an earlier run was interrupted: then what that began is finished, and nothing else is begun. */
  isUnderWay: boolean;
  /** Whether the stack is to be updated, or only Okta is to lose the former client secret. */
  updates: boolean;
  /** Whether the portal's pods are to get something. */
  rollsOut: boolean;
}

/** What the portal's pods read, and what makes them restart: the whole of it, and the secrets that have to be there before. */
export const PORTAL: string[] = [TYPES.password, TYPES.secret, TYPES.configMap, TYPES.deploymentPatch];

/** What a rotation changes: one that was interrupted leaves some of that to be brought up. */
const ITS_TYPES = [...PORTAL, TYPES.app];

/**
 * @param steps what an update of the stack would do as it is
 * @throws CommandError when something is in the way
 */
export function makePlan(situation: Situation, steps: StepEventMetadata[], options: RotateOptions): Plan {
  const { sealsSessions } = situation;
  const ends = Boolean(options.now ?? options.endSessions);
  const isAll = !options.clientSecret && !options.sessionSecret;
  if (!sealsSessions && (options.sessionSecret ?? options.endSessions)) {
    throw new CommandError(
      "--session-secret, --end-sessions: a portal with authModule stock seals no sessions: leave them out. To end sessions, " +
        "revoke the tokens of the app in Okta",
    );
  }
  const client = planClientSecret(situation.client);
  const session = sealsSessions ? planSessionSecret(situation.session, ends) : undefined;
  const isUnderWay = client.from !== "raise" || session?.isUnderWay === true || steps.some(isFormerSecret);
  refuseOtherSteps(steps, isUnderWay);
  const isPart = (isBegun: boolean, isNamed = isAll) => (isUnderWay ? isBegun : isNamed);
  const plan = {
    client: isPart(client.from !== "raise", options.clientSecret) ? client : undefined,
    session: isPart(session?.isUnderWay === true, options.sessionSecret) ? session : undefined,
  };
  const isOnlyInOkta = plan.client?.from === "retire" && !plan.session && steps.length === 0;
  // What was killed may have done more than the state knows.
  const isRolledOut =
    isUnderWay && !situation.wasKilled && !steps.some(({ type, op }) => PORTAL.includes(type) && op !== "delete");
  return { ...plan, isUnderWay, updates: !isOnlyInOkta, rollsOut: !isRolledOut };
}

/** Once the portal has the secret of another version, the update that comes last deletes the former one in the state. */
const isFormerSecret = ({ type, op }: StepEventMetadata) => type === TYPES.password && op === "delete";

/** What else an update would do is not to be brought up by the way. */
function refuseOtherSteps(steps: StepEventMetadata[], isUnderWay: boolean): void {
  const isOther = ({ type, op }: StepEventMetadata) =>
    !isUnderWay || !ITS_TYPES.includes(type) || (type === TYPES.app && op !== "update");
  const others = steps.filter(isOther).map(({ op, urn }) => `${op} ${resourceName(urn)}`);
  if (others.length === 0) return;
  throw new CommandError(
    `nothing was changed, since an update would do more than to rotate: ${others.join(", ")}. Bring that up first, or take ` +
      "it out of the checkout and the config",
    1,
  );
}
