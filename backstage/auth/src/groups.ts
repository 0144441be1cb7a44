import { KubernetesValidatorFunctions } from "@backstage/catalog-model";
import { NotAllowedError } from "@backstage/errors";
import type { OidcAuthResult } from "@backstage/plugin-auth-backend-module-oidc-provider";
import type { ResolverOptions } from "./resolverOptions";

export type GroupRule = ResolverOptions<"oktaGroups">;

/** What Okta groups are called in Backstage. */
export interface GroupNames {
  /** The names, by the groups' names in Okta. */
  names: Map<string, string>;
  /** A sentence for each group that the rule is for and that has no name. */
  leftOut: string[];
}

/**
 * Names Okta groups by a rule. A group is left out rather than given a name that may be another's: where two would have
 * one name, whatever its case, neither has it.
 */
export function nameGroups(
  groups: string[],
  { stripPrefix = "", lowerCase, mapping }: Pick<GroupRule, "stripPrefix" | "lowerCase" | "mapping">,
): GroupNames {
  const mapped = new Map(Object.entries(mapping));
  const groupsByName = new Map<string, string[]>();
  const names = new Map<string, string>();
  const leftOut: string[] = [];
  for (const group of new Set(groups)) {
    const name = mapped.get(group) ?? (group.startsWith(stripPrefix) ? group.slice(stripPrefix.length) : undefined);
    if (name === undefined) continue;
    if (KubernetesValidatorFunctions.isValidObjectName(name)) {
      names.set(group, lowerCase ? name.toLowerCase() : name);
      groupsByName.set(name.toLowerCase(), [...(groupsByName.get(name.toLowerCase()) ?? []), group]);
    } else {
      leftOut.push(
        `The Okta group ${JSON.stringify(group)} is left out: ${JSON.stringify(name)} is not a name for an entity ` +
          "(1 to 63 letters, digits, - _ and .). Give the group a name under mapping",
      );
    }
  }
  for (const [name, sharing] of groupsByName) {
    if (sharing.length === 1) continue;
    for (const group of sharing) names.delete(group);
    leftOut.push(
      `The Okta groups ${sharing.map((group) => JSON.stringify(group)).join(" and ")} are left out: each would be ` +
        `${JSON.stringify(name)}. Give them names of their own under mapping`,
    );
  }
  return { names, leftOut };
}

/**
 * The references through which the members of Okta groups own things.
 * @param log gets a sentence for each group that is left out although it should not be
 */
export function ownershipRefs(groups: string[], rule: GroupRule, log: (sentence: string) => void): string[] {
  const { allowList = groups, namespace } = rule;
  const allowed = groups.filter((group) => allowList.includes(group));
  const { names, leftOut } = nameGroups(allowed, rule);
  for (const sentence of leftOut) log(sentence);
  return [...names.values()].map((name) => `group:${namespace}/${name}`);
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
