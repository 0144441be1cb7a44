import type { AllowedGroup, Permission, Roles } from "./configTypes";
import type { Mistake } from "./mistakes";
import {
  findAuthenticationPolicy,
  findAuthorizationServer,
  findCustomDomain,
  findGroup,
  findGroups,
  hasScope,
  type NamedGroup,
  type ProviderSignIn,
  reasonOf,
} from "./oktaOrg";
import { isOktaDomain } from "./urls";

/** What a look-up found, as far as it did, and what is wrong with what it was asked for. */
export interface Found<T> {
  value: T | undefined;
  mistakes: Mistake[];
}

export type IssuerMode = "ORG_URL" | "CUSTOM_URL";

/** Which server issues the tokens: one made for this portal, the org's own, or an existing custom one. */
export type AuthorizationServerChoice =
  | { kind: "dedicated" }
  | { kind: "org" }
  | {
      kind: "shared";
      id: string;
      issuer: string;
      /** Whether the server has a groups scope already: this stack's own, or somebody else's. */
      hasGroupsScope: boolean;
    };

/** Okta allows 75 calls at once to an org, and the provider waits out its limits call by call. */
const AT_ONCE = 10;

/**
 * Finds whether a URL is the org's own or a custom domain of it.
 *
 * @throws never for what Okta answers; that is a mistake of the config
 */
export async function findOrg(oktaUrl: string, signIn: ProviderSignIn): Promise<Found<IssuerMode>> {
  const mistake = (remedy: string) => wrong<IssuerMode>("oktaUrl", oktaUrl, remedy);
  const { orgUrl, httpProxy } = signIn;
  const { origin, hostname } = new URL(oktaUrl);
  if (origin === httpProxy || (origin === orgUrl && isOktaDomain(oktaUrl))) return right("ORG_URL");
  if (!orgUrl) {
    return mistake("is set, but the Okta provider has no org: set OKTA_ORG_NAME (and OKTA_BASE_URL) to the same");
  }
  const remedy = "set OKTA_ORG_NAME and OKTA_BASE_URL, or oktaUrl, to the same org";
  if (isOktaDomain(oktaUrl)) {
    return mistake(`is not the org that the Okta provider signs in to, ${orgUrl}: ${remedy}`);
  }
  try {
    const domain = await findCustomDomain(hostname);
    // An org whose own address has a name of Okta's that is not known here.
    if (!domain && origin === orgUrl) return right("ORG_URL");
    if (!domain)
      return mistake(`is not a custom domain of the org that the Okta provider signs in to, ${orgUrl}: ${remedy}`);
    if (!["VERIFIED", "COMPLETED"].includes(domain.validationStatus)) {
      return mistake(`is a custom domain that is not verified yet (${domain.validationStatus}): finish that in Okta`);
    }
    return right("CUSTOM_URL");
  } catch (error) {
    const remedy = `could not be looked up among the custom domains of ${orgUrl}: ${reasonOf(error)}. The provider's credentials need the scope okta.domains.read`;
    return { value: undefined, mistakes: [{ key: "oktaUrl", value: oktaUrl, remedy, unanswered: true }] };
  }
}

/** A look-up of a group that is asked for once, however often the config names it. */
export function groupFinder(): (wanted: AllowedGroup) => Promise<Found<NamedGroup>> {
  const asked = new Map<string, Promise<Found<NamedGroup>>>();
  return (wanted) => {
    const key = JSON.stringify(wanted);
    const answer = asked.get(key) ?? findOneGroup(wanted);
    asked.set(key, answer);
    return answer;
  };
}

/**
 * Finds the groups that a key of the config names.
 *
 * @param key of the list, such as allowedGroups
 */
export async function findGroupsAt(
  key: string,
  wanted: AllowedGroup[],
  find: (wanted: AllowedGroup) => Promise<Found<NamedGroup>>,
): Promise<Found<NamedGroup[]>> {
  const found: { wanted: AllowedGroup; group: NamedGroup }[] = [];
  const mistakes: Mistake[] = [];
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    const batch = wanted.slice(start, start + AT_ONCE);
    for (const [index, { value, mistakes: wrong }] of (await Promise.all(batch.map(find))).entries()) {
      if (value) found.push({ wanted: batch[index]!, group: value });
      mistakes.push(...wrong.map((mistake) => ({ ...mistake, key: `${key}[${start + index}]` })));
    }
  }
  // Two entries that are alike are a mistake without Okta's word.
  const byName = new Set(found.flatMap(({ wanted, group }) => (typeof wanted === "string" ? group.id : [])));
  for (const { wanted, group } of found) {
    if (typeof wanted === "string" || !byName.has(group.id)) continue;
    const remedy = `is named twice, once by its ID ${group.id}: leave one out`;
    mistakes.push({ key, value: group.name, remedy });
  }
  return { value: found.map(({ group }) => group), mistakes };
}

/** A role of the config, with its groups as Okta calls them. */
export interface NamedRole {
  name: string;
  groups: string[];
  permissions: Permission[];
}

/** Finds the groups of each role, which the portal will know by their names alone. */
export async function findRoles(
  roles: Roles,
  find: (wanted: AllowedGroup) => Promise<Found<NamedGroup>>,
): Promise<Found<NamedRole[]>> {
  const found = await Promise.all(
    Object.entries(roles).map(async ([name, { groups, permissions }]) => {
      const { value = [], mistakes } = await findGroupsAt(`roles.${name}.groups`, groups, async (wanted) => {
        const { value, mistakes } = await find(wanted);
        const isAlone = !value || typeof wanted === "string" || (await find(value.name)).mistakes.length === 0;
        return { value, mistakes: isAlone ? mistakes : [sharedName(value)] };
      });
      return { role: { name, groups: value.map((group) => group.name), permissions }, mistakes };
    }),
  );
  return { value: found.map(({ role }) => role), mistakes: found.flatMap(({ mistakes }) => mistakes) };
}

function sharedName({ name }: NamedGroup): Mistake {
  const remedy =
    "has the name of another group, and the portal knows groups by their names: rename one of them in Okta";
  return { key: "", value: name, remedy };
}

async function findOneGroup(wanted: AllowedGroup): Promise<Found<NamedGroup>> {
  const mistake = (remedy: string) => wrong<NamedGroup>("", wanted, remedy);
  if (typeof wanted !== "string") {
    const group = await findGroup(wanted.id);
    return group ? right(group) : mistake("is not the ID of a group of the org: correct it");
  }
  const [group, other, ...more] = await findGroups(wanted);
  if (!group) return mistake("is not a group of the org: correct it, or make the group");
  if (!other) return right(group);
  const ids = [group, other, ...more].map(({ id }) => id);
  return mistake(
    `is the name of several groups (${ids.join(", ")}): name the one that is meant by its ID, {id: ${group.id}}`,
  );
}

/** Finds the server that issues the tokens, and whether its issuer is the address that people will see. */
export async function findServer(
  authorizationServer: string,
  oktaUrl: string,
  manageGroupsClaim: boolean,
): Promise<Found<AuthorizationServerChoice>> {
  if (authorizationServer === "dedicated" || authorizationServer === "org") return right({ kind: authorizationServer });
  const at = (remedy: string) => ({ key: "authorizationServer", value: authorizationServer, remedy });
  const server = await findAuthorizationServer(authorizationServer);
  if (!server) {
    const remedy = "is not a custom authorization server of the org: correct its name, or use dedicated or org";
    return { value: undefined, mistakes: [at(remedy)] };
  }
  const mistakes: Mistake[] = [];
  if (server.status !== "ACTIVE") mistakes.push(at("is not active: activate it in Okta, or use another"));
  const issuer = issuerAt(oktaUrl, server);
  if (new URL(issuer).origin !== new URL(oktaUrl).origin) {
    mistakes.push(at(`has the issuer ${issuer}: set oktaUrl to ${new URL(issuer).origin}, or use another server`));
  }
  const id = server.id;
  const hasGroupsScope = await hasScope(id, "groups");
  if (!hasGroupsScope && !manageGroupsClaim) {
    const remedy = `conflicts with authorizationServer: ${authorizationServer} has no groups scope. Set it to true, or make the scope and the claim`;
    mistakes.push({ key: "manageGroupsClaim", value: manageGroupsClaim, remedy });
  }
  return { value: { kind: "shared", id, issuer, hasGroupsScope }, mistakes };
}

/** A server whose issuer mode is DYNAMIC names itself by the address that it is asked at, with the path that it has anyway. */
function issuerAt(oktaUrl: string, { issuer, issuerMode }: { issuer: string; issuerMode: string }): string {
  return issuerMode === "DYNAMIC" ? new URL(new URL(issuer).pathname, oktaUrl).href : issuer;
}

/** Finds the authentication policy that the app is held to; `""` names none. */
export async function findPolicy(name: string): Promise<Found<string>> {
  if (!name) return { value: undefined, mistakes: [] };
  const policy = await findAuthenticationPolicy(name);
  if (policy) return right(policy.id);
  return wrong("authenticationPolicy", name, "is not an authentication policy of the org: correct its name");
}

function right<T>(value: T): Found<T> {
  return { value, mistakes: [] };
}

function wrong<T>(key: string, value: unknown, remedy: string): Found<T> {
  return { value: undefined, mistakes: [{ key, value, remedy }] };
}
