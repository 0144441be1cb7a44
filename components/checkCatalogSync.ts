import { isDeepStrictEqual } from "node:util";
import { providerOptions } from "../backstage/catalog/src/options";
import { catalogProvider, NAMING, optionsOf, providerOf } from "./catalogProvider";
import type { CatalogSync, SignInResolver } from "./configTypes";
import type { Mistake } from "./mistakes";
import { optionMistakes, variableMistakes } from "./optionMistakes";

const KEY = "catalogSync";
/** What stands in the config under the key, by what `credentials` says. */
const GIVEN = { own: undefined, existing: "oauth", token: "token" } as const;

/**
 * What is wrong with the catalog's sync.
 *
 * @param isSecret whether the engine keeps the key's value encrypted
 */
export function catalogSyncMistakes(sync: CatalogSync, resolvers: SignInResolver[], isSecret: boolean): Mistake[] {
  return [
    ...credentialMistakes(sync, isSecret),
    // The catalog's credentials are sent there.
    ...("orgUrl" in sync
      ? [{ key: `${KEY}.orgUrl`, value: sync.orgUrl, remedy: "is that of oktaUrl: leave it out" }]
      : []),
    ...variableMistakes(KEY, optionsOf(sync)),
    ...moduleMistakes(sync),
    ...namingMistakes(sync, resolvers),
  ];
}

/** Names no value: each may be a secret. */
function credentialMistakes(sync: CatalogSync, isSecret: boolean): Mistake[] {
  const wanted = GIVEN[sync.credentials];
  const at = (key: string, remedy: string): Mistake => ({ key: `${KEY}.${key}`, value: undefined, remedy });
  const superfluous = (["oauth", "token"] as const)
    .filter((key) => key !== wanted && sync[key] !== undefined)
    .map((key) => at(key, `is given, but credentials is ${sync.credentials}: leave it out, or change credentials`));
  if (!wanted) return superfluous;
  if (sync[wanted] === undefined) {
    return [
      ...superfluous,
      at(wanted, `is missing, but credentials is ${sync.credentials}: set it, or leave both out`),
    ];
  }
  const path = wanted === "token" ? "token" : "oauth.privateKey";
  const plain = `stands in plain text in the stack's file: make another one, and set it by pulumi config set --secret --path '${KEY}.${path}'`;
  return [...superfluous, ...(isSecret ? [] : [at(path, plain)])];
}

/** What the module would refuse at the portal's start, after everything was changed. */
function moduleMistakes(sync: CatalogSync): Mistake[] {
  const { orgUrl, ...entry } = catalogProvider(sync, "https://acme.okta.com");
  const given = { ...entry, ...(sync.credentials === "existing" && sync.oauth !== undefined && { oauth: sync.oauth }) };
  const result = providerOptions.safeParse({ orgUrl, ...given });
  if (result.success) return [];
  const unknown =
    "is not an option of the catalog module, nor credentials or keyVersion: correct its name (docs/people.md)";
  return result.error.issues.flatMap((issue) =>
    optionMistakes(KEY, given, issue, unknown).map((mistake) =>
      issue.path[0] === "oauth" || issue.path[0] === "token" ? { ...mistake, value: undefined } : mistake,
    ),
  );
}

/** A group would have one name for its members and another in the catalog, and nobody would own by it. */
function namingMistakes(sync: CatalogSync, resolvers: SignInResolver[]): Mistake[] {
  const provider = providerOf(sync);
  if (!provider) return [];
  const names = { ...provider.naming.groups, namespace: provider.namespace };
  return resolvers.flatMap((resolver, index) =>
    resolver.resolver !== "oktaGroups"
      ? []
      : ([...NAMING, "namespace"] as const)
          .filter((key) => resolver[key] !== undefined && !isDeepStrictEqual(resolver[key], names[key]))
          .map((key) => ({
            key: `signInResolvers[${index}].${key}`,
            value: resolver[key],
            remedy: `conflicts with ${KEY}, which names groups for those who sign in too: set ${key === "namespace" ? `${KEY}.namespace` : `${KEY}.naming.groups.${key}`}, and leave it out here`,
          })),
  );
}
