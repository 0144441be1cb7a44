import { createPrivateKey } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { ConfigMap } from "@pulumi/pulumi/automation";
import { SignJWT } from "jose";

const DEADLINE_MS = 10_000;

/** How the stack's Okta provider signs in to which org. */
export interface OktaSignIn {
  /** The org's own URL, which the audience of a client assertion names. */
  orgUrl: string;
  /** Where requests go: the org itself, or what stands in for it. */
  address: string;
  credentials: { kind: "SSWS" | "Bearer"; token: string } | ServiceApp;
}

interface ServiceApp {
  kind: "privateKey";
  clientId: string;
  privateKey: string;
  keyId: string | undefined;
  scopes: string;
}

/** Okta's management API did not give what it was asked for. The message names neither credentials nor tokens. */
export class OktaApiError extends Error {
  /** @param status of Okta's answer; undefined when there was none */
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

/** The provider's keys, and the variables that it reads where the stack's config does not set them. */
const VARIABLES = {
  orgName: "OKTA_ORG_NAME",
  baseUrl: "OKTA_BASE_URL",
  httpProxy: "OKTA_HTTP_PROXY",
  apiToken: "OKTA_API_TOKEN",
  accessToken: "OKTA_ACCESS_TOKEN",
  clientId: "OKTA_API_CLIENT_ID",
  privateKey: "OKTA_API_PRIVATE_KEY",
  privateKeyId: "OKTA_API_PRIVATE_KEY_ID",
  scopes: "OKTA_API_SCOPES",
} as const;

/**
 * How the Okta provider would sign in for a stack with that config.
 *
 * @returns undefined where it could not: no org is named, or no credentials are there
 * @see https://www.pulumi.com/registry/packages/okta/installation-configuration/
 */
export function readSignIn(config: ConfigMap, environment: NodeJS.ProcessEnv): OktaSignIn | undefined {
  const get = (key: keyof typeof VARIABLES) => config[`okta:${key}`]?.value || environment[VARIABLES[key]] || undefined;
  const orgName = get("orgName");
  const credentials = readCredentials(get);
  if (!orgName || !credentials) return undefined;
  const orgUrl = `https://${orgName}.${get("baseUrl") ?? "okta.com"}`;
  return { orgUrl, address: (get("httpProxy") ?? orgUrl).replace(/\/$/, ""), credentials };
}

function readCredentials(
  get: (key: keyof typeof VARIABLES) => string | undefined,
): OktaSignIn["credentials"] | undefined {
  const [accessToken, apiToken] = [get("accessToken"), get("apiToken")];
  if (accessToken) return { kind: "Bearer", token: accessToken };
  if (apiToken) return { kind: "SSWS", token: apiToken };
  const [clientId, privateKey, scopes] = [get("clientId"), get("privateKey"), get("scopes")];
  if (!clientId || !privateKey || !scopes) return undefined;
  // From the stack's config they come as JSON, from the environment with commas.
  const list = scopes.startsWith("[") ? (JSON.parse(scopes) as string[]) : scopes.split(",");
  return {
    kind: "privateKey",
    clientId,
    privateKey: existsSync(privateKey) ? readFileSync(privateKey, "utf8") : privateKey,
    keyId: get("privateKeyId"),
    scopes: list.map((scope) => scope.trim()).join(" "),
  };
}

/** Okta's management API, as the stack's provider uses it. */
export class OktaManagement {
  private authorization: Promise<string> | undefined;

  constructor(private readonly signIn: OktaSignIn) {}

  /**
   * One object.
   *
   * @param path such as `/api/v1/authorizationServers/aus1`
   * @throws OktaApiError
   */
  async get<T>(path: string): Promise<T> {
    return (await this.ask(path)).body as T;
  }

  /**
   * Makes an object, or starts an operation such as `…/lifecycle/deactivate`.
   *
   * @throws OktaApiError
   */
  async post<T>(path: string, body: object = {}): Promise<T> {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    return (await this.ask(path, init)).body as T;
  }

  /** @throws OktaApiError */
  async delete(path: string): Promise<void> {
    await this.ask(path, { method: "DELETE" });
  }

  /**
   * A whole collection, page after page.
   *
   * @throws OktaApiError
   * @see https://developer.okta.com/docs/api/#pagination
   */
  async list<T>(path: string): Promise<T[]> {
    const all: T[] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const { body, headers }: Answer = await this.ask(next);
      all.push(...(body as T[]));
      const link = /<([^>]+)>;\s*rel="next"/.exec(headers.get("link") ?? "")?.[1];
      next = link && new URL(link).pathname + new URL(link).search;
    }
    return all;
  }

  private async ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const authorization = await (this.authorization ??= this.authorize());
    return this.send(path, { ...init, headers: { ...init.headers, authorization, accept: "application/json" } });
  }

  private async authorize(): Promise<string> {
    const { credentials } = this.signIn;
    if (credentials.kind !== "privateKey") return `${credentials.kind} ${credentials.token}`;
    const { body } = await this.send("/oauth2/v1/token", {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        scope: credentials.scopes,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: await this.assertion(credentials),
      }),
    });
    return `Bearer ${(body as { access_token: string }).access_token}`;
  }

  /** RFC 7523, section 2.2. */
  private async assertion({ clientId, privateKey, keyId }: ServiceApp): Promise<string> {
    let key;
    try {
      key = createPrivateKey(privateKey);
    } catch {
      throw new OktaApiError("OKTA_API_PRIVATE_KEY (or okta:privateKey) is not a private key in PEM form");
    }
    return new SignJWT()
      .setProtectedHeader({ alg: "RS256", kid: keyId })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(`${this.signIn.orgUrl}/oauth2/v1/token`)
      .setExpirationTime("5m")
      .sign(key);
  }

  private async send(path: string, init: RequestInit): Promise<Answer> {
    const url = new URL(this.signIn.address + path);
    if (url.protocol !== "https:" && !["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) {
      throw new OktaApiError(`Okta's address ${url.origin} is not https: no credentials are sent there`);
    }
    const response = await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(DEADLINE_MS) }).catch(
      (error: Error) => {
        const reason = (error.cause as Error | undefined)?.message ?? error.message;
        throw new OktaApiError(`Okta could not be reached at ${url.origin}: ${reason}`);
      },
    );
    const body = (await response.json().catch(() => ({}))) as Record<string, string | undefined>;
    if (response.ok) return { body, headers: response.headers };
    const said = [body.errorCode ?? body.error, body.errorSummary ?? body.error_description].filter(Boolean).join(" ");
    throw new OktaApiError(`Okta answers ${response.status} at ${url.pathname}: ${said}`, response.status);
  }
}

interface Answer {
  body: unknown;
  headers: Headers;
}
