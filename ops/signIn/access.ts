import { UNKNOWN } from "../preview";
import { quoted } from "../plainText";
import { added, type Found, type NameOf } from "./finding";
import type { Claim, SignIn } from "./model";

const OWN_GRANTS = ["authorization_code", "refresh_token"];

/** Who and what is let in that was not before, or no longer. */
export function accessDisruptions(before: SignIn, after: SignIn, nameOf: NameOf): Found[] {
  if (!before.app || !after.app) return [];
  return [
    ...groups(before, after, nameOf),
    ...addresses(before, after),
    ...server(before, after),
    ...claim(before, after),
    ...resolvers(before, after),
  ];
}

function groups(before: SignIn, after: SignIn, nameOf: NameOf): Found[] {
  const found: Found[] = [];
  if (!before.app?.implicitAssignment && after.app?.implicitAssignment) {
    found.push(["access-widened", "Everyone in the org can sign in: Okta no longer looks at assignments."]);
  }
  if (before.app?.implicitAssignment && !after.app?.implicitAssignment) {
    found.push(["group-removed", "Who is not assigned can no longer sign in: Okta looks at assignments again."]);
  }
  if (!before.groups || !after.groups) return found;
  for (const id of added(after.groups, before.groups)) {
    const { name } = nameOf(id);
    found.push([
      "group-removed",
      `The members of ${quoted(name)} can no longer sign in, unless another group lets them.`,
    ]);
  }
  for (const id of added(before.groups, after.groups)) {
    const { name, isEveryone } = nameOf(id);
    const who = isEveryone ? `Everyone in the org, by the group ${quoted(name)},` : `The members of ${quoted(name)}`;
    found.push(["access-widened", `${who} can sign in as well.`]);
  }
  return found;
}

function addresses({ app: before }: SignIn, { app: after, overlay }: SignIn): Found[] {
  const further = added(before?.redirectUris ?? [], after?.redirectUris ?? []).filter(
    (uri) => uri !== overlay?.callbackUrl,
  );
  return further.map((uri): Found => [
    "access-widened",
    `Okta sends people who sign in to ${quoted(uri)} as well: whoever has that address gets their codes.`,
  ]);
}

function server(before: SignIn, after: SignIn): Found[] {
  const found: Found[] = [];
  const scopes = new Set([
    ...added(before.rule?.scopes ?? after.rule?.scopes ?? [], after.rule?.scopes ?? []),
    ...added(before.overlay?.scopes ?? after.overlay?.scopes ?? [], after.overlay?.scopes ?? []),
  ]);
  if (scopes.size > 0) {
    found.push(["access-widened", `The portal's tokens may have ${[...scopes].map(quoted).join(", ")} as well.`]);
  }
  const clients = before.policy && added(before.policy.clients, after.policy?.clients ?? []);
  const others = (clients ?? []).filter((client) => client !== after.app?.clientId && client !== UNKNOWN);
  if (others.length > 0) {
    const who = others.includes("ALL_CLIENTS") ? "every client of the org" : others.map(quoted).join(", ");
    found.push(["access-widened", `The access policy is for ${who} as well.`]);
  }
  const kept = [...(after.policy?.clients ?? []), before.app?.clientId ?? ""];
  const cutOff = added(kept, before.policy?.clients ?? []);
  if (after.policy && cutOff.length > 0) {
    const who = cutOff.includes("ALL_CLIENTS") ? "every client of the org" : cutOff.map(quoted).join(", ");
    found.push(["tokens-refused", `The access policy is no longer for ${who}: it gets no tokens by it.`]);
  }
  const grants = new Set([
    ...added(before.app?.grantTypes ?? [], after.app?.grantTypes ?? []),
    ...added(before.rule?.grantTypes ?? after.rule?.grantTypes ?? [], after.rule?.grantTypes ?? []),
  ]);
  for (const grant of grants)
    found.push(["access-widened", `Tokens are given out by the grant ${quoted(grant)} as well.`]);
  // What the portal itself needs is looked at elsewhere.
  const ended = added([...(after.app?.grantTypes ?? []), ...OWN_GRANTS], before.app?.grantTypes ?? []);
  for (const grant of ended)
    found.push(["tokens-refused", `The app no longer gets tokens by the grant ${quoted(grant)}.`]);
  return found;
}

function claim({ claim: before }: SignIn, { claim: after }: SignIn): Found[] {
  if (!before) return [];
  if (!after?.active) {
    if (!before.active) return [];
    return [["group-removed", "Tokens no longer have the groups claim: what people own by their Okta groups is gone."]];
  }
  if (before.filterType === after.filterType && before.value === after.value) return [];
  const change = `${filter(after)} instead of ${filter(before)}`;
  if (takesEverything(after)) return [["access-widened", `All of a person's groups go into the tokens: ${change}.`]];
  const gone: Found = [
    "group-removed",
    `Other groups go into the tokens, ${change}: what people own by the ones left out is gone.`,
  ];
  if (takesEverything(before)) return [gone];
  const [had, has] = [alternatives(before), alternatives(after)];
  if (had && has) return named(added(has, had), added(had, has));
  return [gone, ["access-widened", `Other groups go into the tokens, ${change}: people may own more by them.`]];
}

/** Which groups a filter lists, as a regular expression has each of them; undefined for one that is no such list. */
function alternatives({ filterType, value = "" }: Claim): string[] | undefined {
  if (filterType === "EQUALS") return [value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")];
  const [, list] = (filterType === "REGEX" && /^\^\((.*)\)\$$/.exec(value)) || [];
  return list?.split(/(?<!\\)\|/);
}

function named(gone: string[], more: string[]): Found[] {
  const list = (groups: string[]) => groups.map((group) => quoted(group.replace(/\\(.)/g, "$1"))).join(", ");
  const found: Found[] = [];
  if (gone.length > 0) {
    found.push(["group-removed", `Tokens no longer name ${list(gone)}: what people own by these groups is gone.`]);
  }
  if (more.length > 0) {
    found.push(["access-widened", `Tokens name ${list(more)} as well: people may own more by these groups.`]);
  }
  return found;
}

const filter = ({ filterType, value }: Claim) => `${filterType} ${quoted(value ?? "")}`;

/** Filters that are met by every name, as people write them; a REGEX is searched as a whole name by Okta. */
function takesEverything({ filterType, value = "" }: Claim): boolean {
  return filterType === "REGEX" ? /^\^?\(?(\.\*|\.\+)\??\)?\$?$/.test(value) : filterType !== "EQUALS" && value === "";
}

function resolvers({ overlay: before }: SignIn, { overlay: after }: SignIn): Found[] {
  if (!before || !after || before.resolvers.join() === after.resolvers.join()) return [];
  const list = (all: string[]) => all.map(quoted).join(", ") || "nothing";
  return [
    [
      "access-widened",
      `People are found in the catalog by ${list(after.resolvers)} instead of ${list(before.resolvers)}: somebody may be signed in as another user.`,
    ],
  ];
}
