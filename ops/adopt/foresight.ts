import { OVERLAY_FILE } from "../../components/portal";
import { describeChange } from "../change";
import { CommandError } from "../command";
import { groupNames } from "../okta/groups";
import type { OktaManagement } from "../okta/management";
import { quoted } from "../plainText";
import { lineDiff } from "../pr-check/lineDiff";
import type { Preview } from "../preview";
import { isSignInApp } from "../resourceTypes";
import { disruptions } from "../signIn/compare";
import { type SignIn, signInOf } from "../signIn/model";
import { beforeAndAfter } from "../signIn/resources";
import type { Adoption, ObjectDiff } from "./adoption";
import { secretDiff } from "./objects";
import type { Plan } from "./plan";
import { serverOf, signInBefore } from "./running";
import { ruleInForce } from "./server";
import type { Found } from "./survey";

/**
 * Says what the next update does, to people above all.
 *
 * @param preview of that update
 * @throws CommandError when it would replace or delete the app
 */
export async function foresee(
  okta: OktaManagement,
  found: Found,
  plan: Plan,
  preview: Preview,
): Promise<Pick<Adoption, "changes" | "disruptions" | "notes" | "objects">> {
  refuseReplacement(preview);
  const resources = beforeAndAfter(preview.planned);
  const after = signInOf(resources.after);
  const allowed = after.groups ?? [];
  const before = await completed(okta, found, signInBefore(signInOf(resources.before), after, found.running));
  const then = { ...after, groups: plan.allAssignments ? allowed : [...new Set([...found.groups, ...allowed])] };
  const nameOf = await groupNames(
    okta,
    [...found.groups, ...allowed].filter((id) => !(found.groups.includes(id) && then.groups.includes(id))),
  );
  return {
    changes: preview.steps.map(describeChange),
    disruptions: disruptions(before, then, nameOf),
    notes: notesOf(found, plan, after),
    objects: objectDiffs(found, plan, after),
  };
}

/** What the state cannot know: whom Okta lets in, by which rule, and which session secret somebody has made. */
async function completed(okta: OktaManagement, { groups, clientId, objects }: Found, before: SignIn): Promise<SignIn> {
  const serverId = before.issuer === undefined ? undefined : serverOf(before.issuer);
  const hasSessionSecret = objects.some(({ data }) => data.AUTH_SESSION_SECRET !== undefined);
  return {
    ...before,
    groups,
    rule: before.rule ?? (serverId === undefined ? undefined : await ruleInForce(okta, serverId, clientId)),
    sessionSecrets: hasSessionSecret && before.overlay?.pkce ? [{ urn: "", isReplaced: false }] : before.sessionSecrets,
  };
}

function refuseReplacement({ steps }: Preview): void {
  const step = steps.find(
    ({ type, op, old }) => isSignInApp({ type, inputs: old?.inputs }) && (op === "replace" || op === "delete"),
  );
  if (!step) return;
  const because = step.keys?.length ? ` because of ${step.keys.join(", ")}` : "";
  throw new CommandError(`nothing was changed: the next update would ${step.op} the app${because}`, 1);
}

/** What people are to know beside what changes. */
function notesOf({ people, roles, running, clientId, server }: Found, plan: Plan, after: SignIn): string[] {
  const notes: string[] = [];
  if (people.length > 0) {
    const who = people.map(quoted).join(", ");
    notes.push(
      `Assigned one by one, and not by a group: ${who}. They keep their access: the stack assigns groups alone, and takes no person away. Who is not meant to have it is unassigned in Okta.`,
    );
  }
  if (!plan.allAssignments) notes.push("Groups that somebody else has assigned stay, by keepAssignments.");
  if (server?.others.length) {
    notes.push(`On the server ${quoted(server.name)} stay as they are: ${server.others.map(quoted).join(", ")}.`);
  }
  if (roles === undefined) {
    notes.push("Whether the app has an admin role could not be seen: that takes the scope okta.roles.read.");
  }
  if (!running) {
    notes.push("The portal was not seen to send anybody to Okta, so that what it runs today is not known.");
  } else if (running.clientId !== clientId) {
    notes.push(`The portal signs people in by another app today, with the client ID ${quoted(running.clientId)}.`);
  } else if (!running.pkce && after.app?.pkce) {
    notes.push(
      "The portal runs Backstage's own okta module today. With authModule set to stock the app asks for no PKCE until the portal has this project's module.",
    );
  }
  return notes;
}

function objectDiffs(
  { clientId, secrets, objects }: Found,
  { secretVersion }: Plan,
  { overlay }: SignIn,
): ObjectDiff[] {
  return objects.map((object) => {
    const { kind, namespace, name, data } = object;
    // What the stack makes itself, the Secret cannot have yet.
    const clientSecrets = secretVersion === undefined ? secrets.map(({ client_secret }) => client_secret) : [];
    const lines =
      kind === "Secret"
        ? secretDiff(object, { clientId, clientSecrets })
        : overlayDiff(data[OVERLAY_FILE] ?? "", overlay?.text);
    return { object: `${kind} ${namespace}/${name}`, lines };
  });
}

const overlayDiff = (before: string, after: string | undefined): string[] =>
  after === undefined
    ? [`${OVERLAY_FILE}: is written anew; an update alone knows how, since the authorization server is made first`]
    : (lineDiff(before, after)?.split("\n") ?? [`${OVERLAY_FILE}: stays`]);
