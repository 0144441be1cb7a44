import type { ConfigMap } from "@pulumi/pulumi/automation";
import { CommandError, runCommand, stackCommand, type StackOptions } from "./command";
import { maxSecretAgeDays } from "./configKeys";
import { describe } from "./drift/describe";
import { describeFound, type Drift, type Found, sortOut } from "./drift/findDrift";
import {
  bringUp,
  bringUpUnseen,
  deactivate,
  makeAnew,
  policyDisruption,
  rotate,
  secretChange,
  takeUp,
} from "./drift/remedies";
import { otherPolicies, type OtherPolicy, readAccessPolicies } from "./okta/accessPolicies";
import { connect } from "./okta/connect";
import { findInTheWay, type InTheWay } from "./okta/inTheWay";
import { OktaApiError, type OktaManagement } from "./okta/management";
import { type SecretFinding, secretFindings } from "./okta/secretHealth";
import { ClientSecrets } from "./okta/secrets";
import { plainText } from "./plainText";
import { preview, UNKNOWN } from "./preview";
import { knownSecrets, redacted } from "./redact";
import type { SignIn } from "./signIn/model";
import { openStack } from "./stack";
import { findApp, revealed, type State, stateIn } from "./state";

const command = stackCommand(
  "drift",
  "say what differs in Okta and the cluster from what the checkout says; exits 1 if anything does",
).action(async ({ stack: name, json }: StackOptions) => {
  const { stack, exported } = await openStack(name);
  const result = await preview(stack, { refresh: true });
  const secrets = await knownSecrets(stack, result.config);
  const found = sortOut(result);
  if (found.unexplained.length > 0) {
    throw new CommandError(plainText(redacted(result.failure?.message ?? "", secrets)));
  }
  const config = await stack.getAllConfig();
  const drift = redacted(toDrift(found, await askOkta(config, stateIn(exported), found), stack.name), secrets);
  const { changedByHand, notBroughtUp, disruptions } = drift;
  const isDrift = changedByHand.length + notBroughtUp.length + disruptions.length > 0;
  if (json) console.log(JSON.stringify(drift, undefined, 2));
  else if (isDrift || drift.warnings.length > 0) console.log(describe(drift));
  process.exitCode = isDrift ? 1 : 0;
});

/** What Okta knows beyond the stack's state. */
interface Elsewhere {
  others: OtherPolicy[];
  inTheWay: InTheWay[];
  secrets: SecretFinding[];
}

async function askOkta(config: ConfigMap, state: State, { there, notBroughtUp }: Found): Promise<Elsewhere> {
  const okta = connect(config);
  if (!okta) return { others: [], inTheWay: [], secrets: [] };
  return {
    others: await policiesOfOthers(okta, there),
    inTheWay: await findInTheWay(okta, notBroughtUp),
    secrets: there.app ? await secretsInOkta(okta, state, maxSecretAgeDays(config)) : [],
  };
}

/** What became of the client secret that the app's last update sent. */
async function secretsInOkta(okta: OktaManagement, state: State, maxAgeDays: number): Promise<SecretFinding[]> {
  const app = findApp(state);
  const own = revealed(app?.outputs?.clientSecret);
  if (!app?.id || typeof own !== "string") return [];
  try {
    return secretFindings(await new ClientSecrets(okta, app.id).list(), own, maxAgeDays, new Date());
  } catch (error) {
    // Who only looks for drift may have no right to see secrets, which the provider never reads.
    if (!(error instanceof OktaApiError) || error.status !== 403) throw error;
    return [{ kind: "unread", cause: `the app's client secrets could not be read: ${error.message}` }];
  }
}

/** Behind the stack's own policy, only a server of its own has none of others. */
async function policiesOfOthers(okta: OktaManagement, { serverId, policy, app, ownServer }: SignIn) {
  if (!serverId || serverId === UNKNOWN || !policy || !app?.clientId) return [];
  const own = { serverId, policyId: policy.id, clientId: app.clientId };
  return otherPolicies(await readAccessPolicies(okta, serverId), own).filter(({ isFirst }) => isFirst || ownServer);
}

/** The drift, with what puts each thing right. */
export function toDrift(found: Found, { others, inTheWay, secrets }: Elsewhere, stack: string): Drift {
  const { there, unreadable, hasConflict } = found;
  const described = describeFound(found);
  const isBehind = described.changedByHand.length + described.notBroughtUp.length > 0;
  const isWarning = ({ kind }: SecretFinding) => kind === "old" || kind === "unread";
  const [noted, changed] = [secrets.filter(isWarning), secrets.filter((finding) => !isWarning(finding))];
  return {
    ...described,
    changedByHand: [...described.changedByHand, ...changed.map(secretChange)],
    warnings: noted.map(({ cause }) => cause),
    disruptions: [...described.disruptions, ...others.map(policyDisruption)],
    remedies: [
      ...unreadable.map((step) => makeAnew(stack, step)),
      ...inTheWay.map((each) => takeUp(stack, each)),
      ...(isBehind ? [hasConflict ? bringUpUnseen(stack) : bringUp(stack)] : []),
      ...(secrets.some(({ kind }) => kind !== "unread") ? [rotate(stack)] : []),
      ...others.map(({ policy }) => deactivate(there.serverId ?? "", policy)),
    ],
  };
}

if (require.main === module) void runCommand(command);
