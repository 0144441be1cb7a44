import { providerOptions, type ProviderOptions } from "../backstage/catalog/src/options";
import type { CatalogSync, SignInResolver } from "./configTypes";
import type { Variables } from "./portal";

// The entry under catalog.providers.okta, by which the portal's catalog module knows an org. The module's own schema says
// what it takes; the org, and as whom it is read, come from elsewhere.

/** As whom the org is read, by the names of the Secret's variables. */
const CREDENTIALS = {
  own: {
    oauth: {
      clientId: "${OKTA_CATALOG_CLIENT_ID}",
      keyId: "${OKTA_CATALOG_KEY_ID}",
      privateKey: "${OKTA_CATALOG_PRIVATE_KEY}",
    },
  },
  token: { token: "${OKTA_CATALOG_TOKEN}" },
};

/** The entry for Backstage's config, with `${...}` where a credential goes. */
export function catalogProvider(sync: CatalogSync, oktaUrl: string): Record<string, unknown> {
  return { orgUrl: oktaUrl, ...credentialsIn(sync), ...optionsOf(sync) };
}

function credentialsIn({ credentials, oauth }: CatalogSync): Record<string, unknown> {
  if (credentials === "token") return CREDENTIALS.token;
  const { keyId, ...rest } = CREDENTIALS.own.oauth;
  const hasKeyId = credentials === "own" || givenOauth(oauth).keyId !== undefined;
  return { oauth: { ...rest, ...(hasKeyId && { keyId }) } };
}

/** What is not about the credentials, nor about the org. */
export function optionsOf(sync: CatalogSync): Record<string, unknown> {
  const others = ["credentials", "keyVersion", "oauth", "token", "orgUrl"];
  return Object.fromEntries(Object.entries(sync).filter(([key]) => !others.includes(key)));
}

/** The credentials that the config gives, for the Secret. Those of the stack's own service app are not among them. */
export function givenVariables({ credentials, oauth, token }: CatalogSync): Partial<Variables> {
  if (credentials === "token") return { OKTA_CATALOG_TOKEN: token as string };
  if (credentials === "own") return {};
  const { clientId, keyId, privateKey } = givenOauth(oauth);
  return {
    OKTA_CATALOG_CLIENT_ID: clientId,
    ...(keyId !== undefined && { OKTA_CATALOG_KEY_ID: keyId }),
    OKTA_CATALOG_PRIVATE_KEY: privateKey,
  };
}

const givenOauth = (oauth: unknown) => (oauth ?? {}) as NonNullable<ProviderOptions["oauth"]>;

/** The options as the module will have them; undefined where they are wrong. */
export function providerOf(sync: CatalogSync): ProviderOptions | undefined {
  return providerOptions.safeParse(catalogProvider(sync, "https://acme.okta.com")).data;
}

/** What is said of groups in two places: for what is read from Okta, and for those who sign in. */
export const NAMING = ["stripPrefix", "lowerCase", "slug", "mapping"] as const;

/**
 * The resolvers, with groups named as in the catalog, which also says which groups there are: that one has a name of its
 * own is seen where all are read.
 */
export function withCatalogNames(resolvers: SignInResolver[], sync: CatalogSync | undefined): SignInResolver[] {
  if (!sync) return resolvers;
  const { naming, namespace } = sync as NamingOptions;
  const names = { ...naming?.groups, ...(namespace !== undefined && { namespace }) };
  return resolvers.map((resolver) =>
    resolver.resolver === "oktaGroups" ? { onlyGroupsInCatalog: true, ...resolver, ...names } : resolver,
  );
}

interface NamingOptions {
  naming?: { groups?: { mapping?: Record<string, string> } };
  namespace?: string;
}

/** What names groups: the catalog's sync, or where there is none, the resolvers. */
interface NamesGroups {
  signInResolvers: SignInResolver[];
  catalogSync: CatalogSync | undefined;
}

/**
 * Keeps names for groups: whatever a group is called that somebody makes in Okta, it never gets one of them.
 *
 * @param names the names that groups have anyway, by the groups
 */
export function keepNames(names: Record<string, string>, { signInResolvers, catalogSync }: NamesGroups): NamesGroups {
  if (Object.keys(names).length === 0) return { signInResolvers, catalogSync };
  if (catalogSync) {
    const { naming } = catalogSync as NamingOptions;
    const mapping = { ...naming?.groups?.mapping, ...names };
    return {
      signInResolvers,
      catalogSync: { ...catalogSync, naming: { ...naming, groups: { ...naming?.groups, mapping } } },
    };
  }
  const kept = signInResolvers.map((resolver) =>
    resolver.resolver === "oktaGroups"
      ? { ...resolver, mapping: { ...(resolver.mapping as object), ...names } }
      : resolver,
  );
  return { signInResolvers: kept, catalogSync };
}
