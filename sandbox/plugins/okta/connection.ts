import type { Http } from "@okta/okta-sdk-nodejs/src/http";
import type { Response } from "node-fetch";
import { OktaError, explain } from "./errors";
import type { Credentials, Settings } from "./settings";

type PrivateKey = Extract<Credentials, { kind: "privateKey" }>;

/** Single requests to the org, signed in as the settings say. */
export class Connection {
  /** Signed in with OAuth 2.0: some internal endpoints of Okta do not take that. */
  readonly usesOAuth: boolean;
  /** What the org said of its engine, once it was asked. */
  identityEngine: Promise<boolean> | undefined;
  /** How far the org's clock is ahead of ours. */
  private skewMs = 0;
  private client: Promise<Http> | undefined;

  constructor(readonly settings: Settings) {
    this.usesOAuth = settings.credentials.kind !== "token";
  }

  /** Now, by the org's clock, to the second. */
  now(): number {
    return Date.now() + this.skewMs;
  }

  /**
   * Sends one request.
   *
   * @param path with the query
   * @throws OktaError, or Unanswered
   */
  async send(method: string, path: string, body: unknown, signal: AbortSignal): Promise<Response> {
    const { address, requestTimeout } = this.settings;
    const ends = requestTimeout > 0 ? AbortSignal.any([signal, AbortSignal.timeout(requestTimeout * 1000)]) : signal;
    try {
      this.client ??= this.connect();
      const response = await (
        await this.client
      ).http(address + path, {
        method,
        headers: { Accept: "application/json", ...(body !== undefined && { "Content-Type": "application/json" }) },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: ends,
      });
      this.keepTime(response.headers.get("date"));
      return response;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OktaError) throw error;
      throw explain(error, `${method} ${path.split("?")[0]}`, address);
    }
  }

  private keepTime(date: string | null): void {
    if (date) this.skewMs = Date.parse(date) - Date.now();
  }

  /** The client library is loaded with the first call: a plugin that makes none starts faster. */
  private async connect(): Promise<Http> {
    const { default: client } = await import("@okta/okta-sdk-nodejs/src/http");
    const { default: RequestExecutor } = await import("@okta/okta-sdk-nodejs/src/request-executor");
    const { address, orgUrl, credentials } = this.settings;
    const requestExecutor = new RequestExecutor();
    const oauth = credentials.kind === "privateKey" ? new AccessTokens(this.settings, credentials) : undefined;
    // The client's cache would answer a read after a write with what was there before.
    const http = new client.Http({ requestExecutor, cacheMiddleware: null, oauth });
    if (credentials.kind === "token") http.defaultHeaders.Authorization = `SSWS ${credentials.apiToken}`;
    if (credentials.kind === "bearer") http.defaultHeaders.Authorization = `Bearer ${credentials.accessToken}`;
    // An address that stands in for the org is itself the proxy.
    if (address !== orgUrl) http.agent = undefined;
    return http;
  }
}

/** Access tokens of a service app, asked for as the client wants them, and kept until shortly before they expire. */
class AccessTokens {
  /** Read by the client: tokens are not bound to a key of ours. */
  readonly isDPoP = false;
  private token: Promise<{ access_token: string }> | undefined;
  private goodUntil = 0;

  constructor(
    private readonly settings: Settings,
    private readonly credentials: PrivateKey,
  ) {}

  getAccessToken(): Promise<{ access_token: string }> {
    if (!this.token || this.goodUntil < Date.now()) {
      // Until it is here, everyone waits for the same one.
      this.goodUntil = Infinity;
      this.token = this.request();
      this.token.catch(() => this.clearCachedAccessToken());
    }
    return this.token;
  }

  clearCachedAccessToken(): void {
    this.token = undefined;
  }

  /** RFC 7523: the client credentials grant with a private key. https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/ */
  private async request(): Promise<{ access_token: string }> {
    const { default: RequestExecutor } = await import("@okta/okta-sdk-nodejs/src/request-executor");
    const { default: jwt } = await import("@okta/okta-sdk-nodejs/src/jwt");
    const { clientId, privateKey, privateKeyId, scopes } = this.credentials;
    const endpoint = "/oauth2/v1/token";
    const client = { baseUrl: this.settings.orgUrl, clientId, privateKey, keyId: privateKeyId };
    const assertion = await jwt.makeJwt(client, endpoint).catch((error: Error) => {
      throw new Error(
        `OKTA_API_PRIVATE_KEY (or okta:privateKey) is not a private key in PEM or JWK form: ${error.message}`,
      );
    });
    const response = await new RequestExecutor().fetch({
      url: this.settings.address + endpoint,
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        scope: scopes.join(" "),
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion.compact(),
      }).toString(),
    });
    const answer = (await response.json().catch(() => ({}))) as Record<string, string | number | undefined>;
    if (!response.ok) {
      const said = [answer.error ?? answer.errorCode, answer.error_description ?? answer.errorSummary].join(" ");
      throw new OktaError(
        response.status,
        `Okta gives the app ${clientId} no access token: it answered ${response.status} ${said.trim()} Check ` +
          "OKTA_API_CLIENT_ID, OKTA_API_PRIVATE_KEY, OKTA_API_PRIVATE_KEY_ID and OKTA_API_SCOPES.",
        response.headers,
      );
    }
    this.goodUntil = Date.now() + (Number(answer.expires_in) - 60) * 1000;
    return { access_token: String(answer.access_token) };
  }
}
