import { importJWK, importPKCS8, SignJWT } from "jose";
import type { Stack } from "../stack";

/** Reads from Okta's management API what Pulumi's state does not have. */
export interface OktaReader {
  /** @throws Error that says what Okta answered */
  get<T>(path: string): Promise<T>;
  /** All pages of a collection. */
  list<T>(path: string): Promise<T[]>;
}

/** How the Okta provider signs in, by its own setting's name. */
interface Settings {
  address: string;
  orgUrl: string;
  apiToken?: string;
  accessToken?: string;
  clientId?: string;
  privateKey?: string;
  privateKeyId?: string;
  scopes: string[];
}

const TIMEOUT_MS = 20_000;

/** Signs in as the Okta provider of the stack would: by the stack's config first, then by the environment. */
export async function oktaReader(stack: Stack): Promise<OktaReader> {
  const settings = readSettings(await stack.getAllConfig());
  let authorization: Promise<string> | undefined;
  const send = async (url: string): Promise<Response> => {
    authorization ??= authorize(settings);
    const headers = { accept: "application/json", authorization: await authorization };
    const response = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw await refusal(response, new URL(url).pathname);
    return response;
  };
  return {
    get: async <T>(path: string) => (await send(settings.address + path)).json() as Promise<T>,
    async list<T>(path: string) {
      const items: T[] = [];
      for (let url: string | undefined = settings.address + path; url;) {
        const response: Response = await send(url);
        items.push(...((await response.json()) as T[]));
        url = nextPage(response, settings.address);
      }
      return items;
    },
  };
}

function readSettings(config: Record<string, { value: string }>): Settings {
  const setting = (key: string, variable: string) => config[`okta:${key}`]?.value || process.env[variable] || undefined;
  const orgName = setting("orgName", "OKTA_ORG_NAME");
  const orgUrl = `https://${orgName}.${setting("baseUrl", "OKTA_BASE_URL") ?? "okta.com"}`;
  const address = setting("httpProxy", "OKTA_HTTP_PROXY") ?? orgUrl;
  if (!orgName && address === orgUrl) throw new Error("the Okta provider has no org: set OKTA_ORG_NAME");
  return {
    address: address.replace(/\/$/, ""),
    orgUrl,
    apiToken: setting("apiToken", "OKTA_API_TOKEN"),
    accessToken: setting("accessToken", "OKTA_ACCESS_TOKEN"),
    clientId: setting("clientId", "OKTA_API_CLIENT_ID"),
    privateKey: setting("privateKey", "OKTA_API_PRIVATE_KEY"),
    privateKeyId: setting("privateKeyId", "OKTA_API_PRIVATE_KEY_ID"),
    scopes: parseScopes(config["okta:scopes"]?.value, process.env.OKTA_API_SCOPES),
  };
}

function parseScopes(json: string | undefined, list = ""): string[] {
  return json ? (JSON.parse(json) as string[]) : list.split(/[\s,]+/).filter(Boolean);
}

async function authorize(settings: Settings): Promise<string> {
  const { apiToken, accessToken, privateKey } = settings;
  if (accessToken) return `Bearer ${accessToken}`;
  if (apiToken) return `SSWS ${apiToken}`;
  if (!privateKey) throw new Error("the Okta provider has no credentials: set OKTA_API_TOKEN or OKTA_API_PRIVATE_KEY");
  return `Bearer ${await requestToken(settings, privateKey)}`;
}

/** The client credentials grant with a private key (RFC 7523): https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/ */
async function requestToken(settings: Settings, privateKey: string): Promise<string> {
  const { address, orgUrl, clientId = "", privateKeyId, scopes } = settings;
  const key = privateKey.trim().startsWith("{")
    ? await importJWK(JSON.parse(privateKey) as object, "RS256")
    : await importPKCS8(privateKey.replaceAll("\\n", "\n"), "RS256");
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: "RS256", ...(privateKeyId && { kid: privateKeyId }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(`${orgUrl}/oauth2/v1/token`)
    .setIssuedAt()
    .setExpirationTime("5m")
    .setJti(crypto.randomUUID())
    .sign(key);
  const path = "/oauth2/v1/token";
  const response = await fetch(address + path, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      scope: scopes.join(" "),
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
    }),
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw await refusal(response, path);
  return ((await response.json()) as { access_token: string }).access_token;
}

async function refusal(response: Response, path: string): Promise<Error> {
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const said = [answer.errorCode ?? answer.error, answer.errorSummary ?? answer.error_description].filter(Boolean);
  return new Error(`${path}: Okta answered ${response.status} ${said.join(" ")}`.trim());
}

/** Where the next page is; at the same address, wherever the org says that it is itself. */
function nextPage(response: Response, address: string): string | undefined {
  const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  if (next === undefined) return undefined;
  const { pathname, search } = new URL(next);
  return address + pathname + search;
}
