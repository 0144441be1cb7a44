import { isDeepStrictEqual } from "node:util";
import { UNKNOWN } from "../preview";
import { quoted } from "../plainText";
import { accessDisruptions } from "./access";
import { reasonsToFail } from "./breaks";
import { added, duration, type Found, longest, type NameOf, unnamed } from "./finding";
import type { Disruption } from "./kinds";
import type { OwnSecret, SignIn } from "./model";
import { peopleDisruptions } from "./people";
import { protectionDisruptions } from "./protection";

/** What a change of the sign-in does to people: the one place that every command asks. */
export function disruptions(before: SignIn, after: SignIn, nameOf: NameOf = unnamed): Disruption[] {
  return [
    ...appDisruptions(before, after),
    ...breaks(before, after),
    ...issuer(before, after),
    ...accessDisruptions(before, after, nameOf),
    ...peopleDisruptions(before, after),
    ...protectionDisruptions(before, after),
    ...sessions(before, after),
    ...restart(before, after),
  ].map(([kind, message]) => ({ kind, message }));
}

function appDisruptions({ app: before }: SignIn, { app: after }: SignIn): Found[] {
  if (!before) return [];
  if (!after) return [["app-replaced", "The OIDC app is deleted: nobody can sign in."]];
  const found: Found[] = [];
  if (after.replacedFor) {
    const because = after.replacedFor.length ? ` because of ${after.replacedFor.map(quoted).join(", ")}` : "";
    found.push([
      "app-replaced",
      `The OIDC app is deleted and made anew${because}: sign-in fails in between, its client secret changes, and everybody has to sign in again.`,
    ]);
  }
  if (before.clientId !== undefined && before.clientId !== after.clientId) {
    found.push([
      "client-id-changed",
      `The client ID is no longer ${quoted(before.clientId)}: everybody has to sign in again, and whatever else knows the old one stops working.`,
    ]);
  }
  for (const [uris, what, then] of [
    ["redirectUris", "sign-in", "a portal that still sends it cannot sign anybody in"],
    ["signOutRedirectUris", "sign-out", "a portal that still sends it gets an error page after sign-out"],
  ] as const) {
    for (const uri of added(after[uris], before[uris])) {
      found.push(["redirect-uri-removed", `The ${what} redirect URI ${quoted(uri)} is removed: ${then}.`]);
    }
  }
  return found;
}

/** What stands in the way of a sign-in that did not before. */
function breaks(before: SignIn, after: SignIn): Found[] {
  // Without the app there is nothing more to say.
  if (!before.app || !after.app) return [];
  const reasons = added(reasonsToFail(before), reasonsToFail(after));
  const gone = before.serverId === after.serverId ? added(after.scopes, before.scopes) : [];
  for (const scope of gone.filter((name) => !after.ownServer && after.overlay?.scopes.includes(name))) {
    reasons.push(`The authorization server loses the scope ${quoted(scope)}, which the portal asks for.`);
  }
  if (before.overlay?.pkce !== true && !before.app.pkce && after.app.pkce && after.overlay?.pkce !== false) {
    reasons.push(
      "Okta requires a PKCE challenge from now on: a portal that runs Backstage's own okta module cannot send it.",
    );
  }
  const found = reasons.map((reason): Found => ["sign-in-breaks", `${reason} Sign-in fails.`]);
  if (!after.app.replacedFor && isOther(before.clientSecrets, after.clientSecrets)) {
    found.push([
      "sign-in-breaks",
      "The client secret changes, and Okta may refuse the former one at once: sign-in fails until the portal has " +
        "restarted. `npm run rotate` changes it so that none fails.",
    ]);
  }
  return found;
}

/** Whether none of the secrets from before is left. */
function isOther(before: OwnSecret[], after: OwnSecret[]): boolean {
  const left = after.filter(({ isReplaced }) => !isReplaced).map(({ urn }) => urn);
  return before.length > 0 && !before.some(({ urn }) => left.includes(urn));
}

function issuer(before: SignIn, after: SignIn): Found[] {
  if (!before.app || !after.app) return [];
  const [from, to] = [before.issuer ?? before.overlay?.metadataUrl, after.issuer ?? after.overlay?.metadataUrl];
  const known = to === undefined || to === UNKNOWN || after.serverId === UNKNOWN ? "another issuer" : quoted(to);
  const isOther = from !== undefined && to !== undefined && to !== UNKNOWN && from !== to;
  if (before.serverId !== after.serverId || isOther) {
    const instead = from === undefined ? "" : ` instead of ${quoted(from)}`;
    return [["issuer-changed", `Tokens come from ${known}${instead}: everybody has to sign in again.`]];
  }
  const [trusted, trusts] = [before.overlay?.metadataUrl, after.overlay?.metadataUrl];
  if (trusted === undefined || trusts === undefined || trusted === trusts) return [];
  return [["issuer-changed", `The portal trusts the issuer of ${quoted(trusts)} instead of ${quoted(trusted)}.`]];
}

function sessions(before: SignIn, after: SignIn): Found[] {
  const found: Found[] = [];
  const shorter = (sentence: string, from: number | undefined, to: number | undefined) => {
    if (from !== undefined && to !== undefined && to < from) {
      found.push(["sessions-end", `${sentence} ${duration(to)} instead of ${duration(from)}.`]);
    }
  };
  shorter("A sign-in lasts at most", longest(before), longest(after));
  shorter("An unused sign-in ends after", before.rule?.idleMinutes, after.rule?.idleMinutes);
  const refreshes = ({ app }: SignIn) => app?.grantTypes.includes("refresh_token");
  if (refreshes(before) && after.app && !refreshes(after)) {
    found.push(["sessions-end", "The app gets no refresh tokens: a sign-in ends with its first access token."]);
  }
  if (isOther(before.sessionSecrets, after.sessionSecrets)) {
    found.push([
      "sessions-end",
      "The session secret changes: every session ends, and a sign-in that is under way fails.",
    ]);
  }
  return found;
}

function restart({ rollout: before }: SignIn, { rollout: after }: SignIn): Found[] {
  if (isDeepStrictEqual(before, after)) return [];
  const changed = [...new Set([before?.deployment, after?.deployment])].filter((name) => name !== undefined);
  return changed.map((name): Found => ["portal-restart", `Deployment ${quoted(name)} gets new pods.`]);
}
