import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";

/** How the Okta provider signs in: read where the provider itself reads it, its config first and then the environment. */
export interface ProviderSignIn {
  /** The org's URL as `okta:orgName` and `okta:baseUrl` make it; undefined when no org is named. */
  orgUrl: string | undefined;
  /** The address that the provider sends its calls to instead. */
  httpProxy: string | undefined;
  /** Whether it uses OAuth 2.0 credentials, not an SSWS token. */
  oauth2: boolean;
}

/** See https://www.pulumi.com/registry/packages/okta/installation-configuration/ for the settings and their variables. */
export function providerSignIn(): ProviderSignIn {
  const config = new pulumi.Config("okta");
  const setting = (key: string, variable: string) => config.get(key) || process.env[variable] || undefined;
  const orgName = setting("orgName", "OKTA_ORG_NAME");
  const baseUrl = setting("baseUrl", "OKTA_BASE_URL") ?? "okta.com";
  return {
    orgUrl: orgName && `https://${orgName}.${baseUrl}`,
    httpProxy: setting("httpProxy", "OKTA_HTTP_PROXY"),
    oauth2: Boolean(setting("privateKey", "OKTA_API_PRIVATE_KEY") ?? setting("accessToken", "OKTA_ACCESS_TOKEN")),
  };
}

/**
 * Looks groups up by their exact name. Okta's `q` finds every group whose name begins with it, and an imported group may
 * have the name of another.
 */
export async function findGroups(name: string): Promise<{ id: string; name: string }[]> {
  const { groups } = await okta.getGroups({ q: name });
  return groups.filter((group) => group.name === name).map(({ id }) => ({ id, name }));
}

/** Looks an existing custom authorization server up by its exact name. */
export async function findAuthorizationServer(
  name: string,
): Promise<{ id: string; issuer: string; issuerMode: string; status: string } | undefined> {
  try {
    return await okta.auth.getServer({ name });
  } catch (error) {
    if (/does not exist/.test(String(error))) return undefined;
    throw error;
  }
}

/** Looks a scope of an authorization server up by its name. */
export async function findScope(authServerId: string, name: string): Promise<{ description: string } | undefined> {
  const { scopes } = await okta.auth.getServerScopes({ authServerId });
  return scopes.find((scope) => scope.name === name);
}

/**
 * The URL of the org that answers at an address, which may be a custom domain of it: Okta's metadata of the org names it
 * (`GET /.well-known/okta-organization`, which needs no credentials).
 *
 * @throws when nothing answers there within ten seconds, or something other than Okta
 */
export async function orgBehind(address: string): Promise<string> {
  const response = await fetch(`${address}/.well-known/okta-organization`, { signal: AbortSignal.timeout(10_000) });
  const { _links: links } = (await response.json()) as { _links: { organization: { href: string } } };
  return new URL(links.organization.href).origin;
}
