import { NotAllowedError } from "@backstage/errors";
import type { OidcAuthResult } from "@backstage/plugin-auth-backend-module-oidc-provider";
import { nameGroups } from "../../naming/names";
import type { ResolverOptions } from "./resolverOptions";

type GroupRule = Pick<
  ResolverOptions<"oktaGroups">,
  "stripPrefix" | "lowerCase" | "slug" | "mapping" | "namespace" | "allowList"
>;

/**
 * The references through which the members of Okta groups own things.
 * @param log gets a sentence for each group that is left out although it should not be
 */
export function ownershipRefs(groups: string[], rule: GroupRule, log: (sentence: string) => void): string[] {
  const { allowList = groups, namespace } = rule;
  const allowed = [...new Set(groups)].filter((group) => allowList.includes(group));
  const { names, leftOut } = nameGroups(allowed, (group) => group, rule);
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
