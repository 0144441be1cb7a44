import { KubernetesValidatorFunctions } from "@backstage/catalog-model";
import { NotAllowedError } from "@backstage/errors";
import type { OidcAuthResult } from "@backstage/plugin-auth-backend-module-oidc-provider";
import type { ResolverOptions } from "./resolverOptions";

export type GroupRule = ResolverOptions<"oktaGroups">;

/**
 * The references through which the members of Okta groups own things. A group whose name is then no name for an entity
 * (a space is enough) is left out, rather than changed into the name of another.
 */
export function ownershipRefs(groups: string[], rule: GroupRule): string[] {
  const { stripPrefix = "", lowerCase, namespace, allowList = groups } = rule;
  return groups
    .filter((group) => allowList.includes(group))
    .map((group) => (group.startsWith(stripPrefix) ? group.slice(stripPrefix.length) : group))
    .filter((name) => KubernetesValidatorFunctions.isValidObjectName(name))
    .map((name) => `group:${namespace}/${lowerCase ? name.toLowerCase() : name}`);
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
