/** Where the org is, how to sign in to it, and how patient to be. */
export interface ProviderConfig {
  /** The org's own address, which the audience of a client assertion names. */
  orgUrl: string;
  /** Where requests go: the org itself, or the address that stands in for it. */
  address: string;
  credentials: Credentials;
  /** How often a call that met a rate limit is repeated. */
  maxRetries: number;
  /** The longest wait at a rate limit. */
  maxWaitSeconds: number;
  /** The longest a single request may take; 0 for no limit. */
  requestTimeout: number;
  /** How much of the genuine provider's patience with Okta's inconsistency this one has: 1 is all of it. */
  patience: number;
}

export type Credentials =
  | { kind: "token"; apiToken: string }
  | { kind: "bearer"; accessToken: string }
  | { kind: "privateKey"; clientId: string; privateKey: string; privateKeyId?: string; scopes: string[] };

/** The genuine provider's config keys, each with the variable that stands in for it, if there is one. */
const KEYS: Record<string, string | undefined> = {
  orgName: "OKTA_ORG_NAME",
  baseUrl: "OKTA_BASE_URL",
  httpProxy: "OKTA_HTTP_PROXY",
  apiToken: "OKTA_API_TOKEN",
  accessToken: "OKTA_ACCESS_TOKEN",
  clientId: "OKTA_API_CLIENT_ID",
  privateKey: "OKTA_API_PRIVATE_KEY",
  privateKeyId: "OKTA_API_PRIVATE_KEY_ID",
  scopes: "OKTA_API_SCOPES",
  maxRetries: undefined,
  maxWaitSeconds: undefined,
  requestTimeout: undefined,
  // These change neither what is made nor, behind an http proxy, whether it succeeds: accepted, without effect.
  backoff: undefined,
  minWaitSeconds: undefined,
  logLevel: undefined,
  parallelism: undefined,
  maxApiCapacity: undefined,
};

/**
 * Reads the provider's config, and its variables where a key is not set, as the genuine provider does:
 * https://www.pulumi.com/registry/packages/okta/installation-configuration/
 *
 * @throws a message that names every key and variable that is missing or wrong
 */
export function readConfig(config: Record<string, string>, environment: NodeJS.ProcessEnv): ProviderConfig {
  const unknown = Object.keys(config).filter((key) => !(key in KEYS));
  if (unknown.length > 0) {
    throw new Error(
      `The okta provider has no configuration ${unknown.map((key) => `okta:${key}`).join(", ")}. ` +
        `It has ${Object.keys(KEYS).join(", ")}.`,
    );
  }
  const get = (key: string): string | undefined => config[key] || environment[KEYS[key] ?? ""] || undefined;

  const orgName = get("orgName");
  if (!orgName) {
    throw new Error("No Okta org: set OKTA_ORG_NAME (or okta:orgName), the acme of https://acme.okta.com.");
  }
  const orgUrl = `https://${orgName}.${get("baseUrl") ?? "okta.com"}`;
  return {
    orgUrl,
    address: (get("httpProxy") ?? orgUrl).replace(/\/$/, ""),
    credentials: readCredentials(get),
    maxRetries: number(config, "maxRetries", 5),
    maxWaitSeconds: number(config, "maxWaitSeconds", 300),
    requestTimeout: number(config, "requestTimeout", 0),
    patience: 1,
  };
}

function readCredentials(get: (key: string) => string | undefined): Credentials {
  const accessToken = get("accessToken");
  if (accessToken) return { kind: "bearer", accessToken };
  const apiToken = get("apiToken");
  if (apiToken) return { kind: "token", apiToken };

  const [clientId, privateKey, scopes] = [get("clientId"), get("privateKey"), get("scopes")];
  if (!clientId && !privateKey) {
    throw new Error(
      "[ERROR] no Okta credentials provided. Please set one of the following: 'apiToken' (or OKTA_API_TOKEN env var), " +
        "'accessToken' (or OKTA_ACCESS_TOKEN env var), or 'privateKey' + 'clientId' (or OKTA_API_PRIVATE_KEY + " +
        "OKTA_API_CLIENT_ID env vars).",
    );
  }
  const missing = Object.entries({ clientId, privateKey, scopes }).filter(([, value]) => !value);
  if (!clientId || !privateKey || !scopes) {
    const names = missing.map(([key]) => `${KEYS[key]} (or okta:${key})`);
    throw new Error(`Signing in to Okta as an app with a private key also needs ${names.join(" and ")}.`);
  }
  return { kind: "privateKey", clientId, privateKey, privateKeyId: get("privateKeyId"), scopes: list(scopes) };
}

/** Scopes come as a JSON list from the config, and with commas from the variable. */
function list(scopes: string): string[] {
  const values = scopes.startsWith("[") ? (JSON.parse(scopes) as string[]) : scopes.split(",");
  return values.map((scope) => scope.trim()).filter((scope) => scope !== "");
}

function number(config: Record<string, string>, key: string, otherwise: number): number {
  const value = config[key] === undefined ? otherwise : Number(config[key]);
  if (!Number.isInteger(value) || value < 0) {
    throw new Error(`okta:${key} must be a whole number of 0 or more, but is "${config[key]}".`);
  }
  return value;
}
