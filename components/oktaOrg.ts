import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";

/** How the Okta provider signs in: read where the provider itself reads it, its config first and then the environment. */
export interface ProviderSignIn {
  /** The origin that `okta:orgName` and `okta:baseUrl` make; undefined when no org is named. */
  orgUrl: string | undefined;
  /** The origin that the provider sends its calls to instead. */
  httpProxy: string | undefined;
  /** Whether it uses OAuth 2.0 credentials, not an SSWS token. */
  oauth2: boolean;
  /** The scopes that a service app asks for; undefined for an API token, whose rights are those of a person. */
  scopes: string[] | undefined;
}

/** See https://www.pulumi.com/registry/packages/okta/installation-configuration/ for the settings and their variables. */
export function providerSignIn(): ProviderSignIn {
  const config = new pulumi.Config("okta");
  const setting = (key: string, variable: string) => config.get(key) || process.env[variable] || undefined;
  const orgName = setting("orgName", "OKTA_ORG_NAME");
  const baseUrl = setting("baseUrl", "OKTA_BASE_URL") ?? "okta.com";
  const hasKey = Boolean(setting("privateKey", "OKTA_API_PRIVATE_KEY"));
  return {
    orgUrl: orgName && originOf(`https://${orgName}.${baseUrl}`),
    httpProxy: originOf(setting("httpProxy", "OKTA_HTTP_PROXY")),
    oauth2: hasKey || Boolean(setting("accessToken", "OKTA_ACCESS_TOKEN")),
    scopes: hasKey
      ? (config.getObject<string[]>("scopes") ?? process.env.OKTA_API_SCOPES?.split(",").map((scope) => scope.trim()))
      : undefined,
  };
}

/** Hosts compare without case, and a port that is the scheme's own is none. */
function originOf(url: string | undefined): string | undefined {
  return url && URL.canParse(url) ? new URL(url).origin : url;
}

export interface NamedGroup {
  id: string;
  name: string;
}

/**
 * Looks groups up by their exact name. Okta's `q` finds every group whose name begins with it, and an imported group may
 * have the name of another.
 */
export async function findGroups(name: string): Promise<NamedGroup[]> {
  const { groups } = await okta.getGroups({ q: name });
  return groups.filter((group) => group.name === name).map(({ id }) => ({ id, name }));
}

/** Looks a group up by its ID. */
export async function findGroup(id: string): Promise<NamedGroup | undefined> {
  const group = await orMissing(okta.group.getGroup({ id }));
  return group && { id, name: group.name };
}

/** Looks an existing custom authorization server up by its exact name. */
export async function findAuthorizationServer(name: string): Promise<okta.auth.GetServerResult | undefined> {
  return orMissing(okta.auth.getServer({ name }));
}

/** Whether an authorization server has a scope of that name. */
export async function hasScope(authServerId: string, name: string): Promise<boolean> {
  const { scopes } = await okta.auth.getServerScopes({ authServerId });
  return scopes.some((scope) => scope.name === name);
}

/** Looks an authentication policy up by its exact name. */
export async function findAuthenticationPolicy(name: string): Promise<{ id: string } | undefined> {
  return orMissing(okta.policy.getPolicy({ name, type: "ACCESS_POLICY" }));
}

/**
 * Whether a host is a custom domain of the org, by the word of Okta's API: whoever answers at the host itself proves
 * nothing. A scope `okta.domains.read` is needed for it.
 */
export async function findCustomDomain(host: string): Promise<{ validationStatus: string } | undefined> {
  return orMissing(okta.getDomain({ domainIdOrName: host }));
}

/** The provider fails where there is no such thing, in words that differ from function to function. */
async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (/does not exist|failed to find|no policies retrieved|E0000007|\b404\b/.test(String(error))) return undefined;
    throw error;
  }
}

/** Why a look-up failed, on one line: without the engine's words around it, and the lists that providers make of one error. */
export function reasonOf(error: unknown): string {
  return (error as Error).message
    .replace(/^(invocation of \S+ returned an error|invoking \S+): /i, "")
    .replaceAll(/\d+ errors? occurred:|^\s*\*/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
