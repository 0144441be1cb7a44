import type { Entity } from "@backstage/catalog-model";
import { NotAllowedError } from "@backstage/errors";
import type { OidcAuthResult } from "@backstage/plugin-auth-backend-module-oidc-provider";
import { nameGroups } from "../../naming/names";
import type { ResolverOptions } from "./resolverOptions";

type GroupRule = Omit<ResolverOptions<"oktaGroups">, "userIdAnnotation" | "allowedDomains" | "ignorePlusTag">;

/** Finds what the catalog has by references, in their order. */
export type FindEntities = (refs: string[]) => Promise<(Entity | undefined)[]>;

type Log = (sentence: string) => void;

/**
 * The references through which the members of Okta groups own things.
 * @param find is asked only where the rule has the catalog decide
 * @param log gets a sentence for each group that is left out although it should not be
 */
export async function ownershipRefs(
  groups: string[],
  rule: GroupRule,
  find: FindEntities,
  log: Log,
): Promise<string[]> {
  const { allowList = groups, namespace } = rule;
  const allowed = [...new Set(groups)].filter((group) => allowList.includes(group));
  const { names, leftOut } = nameGroups(allowed, (group) => group, rule);
  for (const sentence of leftOut) log(sentence);
  const refs = new Map([...names].map(([group, name]) => [group, `group:${namespace}/${name}`]));
  if (rule.onlyGroupsInCatalog) await leaveOutOthers(refs, rule, find, log);
  return [...refs.values()];
}

/**
 * Leaves out the groups that the catalog does not know by their references. A person may be in one alone of two groups
 * that would have one name: the sign-in does not see the other, but whoever reads all groups does.
 */
async function leaveOutOthers(
  refs: Map<string, string>,
  { mapping }: GroupRule,
  find: FindEntities,
  log: Log,
): Promise<void> {
  // A name under mapping is its group's alone by itself.
  const asked = [...refs].filter(([group]) => !Object.hasOwn(mapping, group));
  const found = asked.length > 0 ? await find(asked.map(([, ref]) => ref)) : [];
  asked.forEach(([group, ref], index) => {
    if (found[index]?.metadata.annotations?.["okta.com/name"] === group) return;
    refs.delete(group);
    log(
      `The Okta group ${JSON.stringify(group)} is left out: the catalog has no ${ref} that was read from it ` +
        "(onlyGroupsInCatalog). Have the catalog read it, or give it a name under mapping",
    );
  });
}

/**
 * The groups claim, from userinfo or else from the ID token.
 * @throws NotAllowedError when neither has one
 */
export function groupsOf({ userinfo, tokenset }: OidcAuthResult): string[] {
  const groups = userinfo.groups ?? (tokenset.id_token && tokenset.claims().groups);
  if (Array.isArray(groups)) return groups.filter((group) => typeof group === "string");
  throw new NotAllowedError(
    "Okta sends no groups claim for you. Either none of your groups passes the claim's filter, or the authorization " +
      "server has no groups claim for the scope groups, or additionalScopes under auth.providers.okta lacks groups.",
  );
}
