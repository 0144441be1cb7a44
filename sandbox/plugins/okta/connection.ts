import { createPrivateKey, randomUUID, type KeyObject } from "node:crypto";
import { networkError, type Answer } from "./errors";
import type { Credentials, ProviderConfig } from "./config";

type PrivateKey = Extract<Credentials, { kind: "privateKey" }>;

/** Single requests to the org, signed in as the config say. */
export class Connection {
  /** Signed in with OAuth 2.0: some internal endpoints of Okta do not take that. */
  readonly usesOAuth: boolean;
  /** Whether the org is on the Classic Engine, once it was asked. */
  classic: Promise<boolean> | undefined;
  private readonly authorization: () => Promise<string>;

  constructor(readonly config: ProviderConfig) {
    const { credentials } = config;
    this.usesOAuth = credentials.kind !== "token";
    if (credentials.kind === "privateKey") {
      const tokens = new AccessTokens(this, credentials);
      this.authorization = () => tokens.authorization();
    } else {
      const header =
        credentials.kind === "token" ? `SSWS ${credentials.apiToken}` : `Bearer ${credentials.accessToken}`;
      this.authorization = () => Promise.resolve(header);
    }
  }

  /**
   * Sends one request, and gives the answer whatever its status.
   *
   * @param path with the query
   * @throws Unanswered, or an error that names the request
   */
  async send(method: string, path: string, body: object | undefined, signal: AbortSignal): Promise<Answer> {
    const headers = { Authorization: await this.authorization(), ...(body && { "Content-Type": "application/json" }) };
    return this.fetch(path, { method, headers, body: body && JSON.stringify(body), signal });
  }

  /** Sends a request without credentials. @throws Unanswered, or an error that names the request */
  async fetch(path: string, request: RequestInit & { method: string }): Promise<Answer> {
    const { address, orgUrl, requestTimeout } = this.config;
    const signals = [request.signal, requestTimeout > 0 ? AbortSignal.timeout(requestTimeout * 1000) : undefined];
    const signal = AbortSignal.any(signals.filter((each): each is AbortSignal => Boolean(each)));
    try {
      const headers = { Accept: "application/json", ...request.headers };
      const response = await fetch(address + path, { ...request, headers, signal, redirect: "manual" });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (error) {
      request.signal?.throwIfAborted();
      throw networkError(error, request.method, address + path, address !== orgUrl);
    }
  }
}

/** Access tokens of a service app, kept until shortly before they expire. */
class AccessTokens {
  private token: Promise<string> | undefined;
  private goodUntil = 0;

  constructor(
    private readonly connection: Connection,
    private readonly credentials: PrivateKey,
  ) {}

  authorization(): Promise<string> {
    if (!this.token || this.goodUntil < Date.now()) {
      // Until it is here, everyone waits for the same one.
      this.goodUntil = Infinity;
      this.token = this.request();
      this.token.catch(() => (this.token = undefined));
    }
    return this.token;
  }

  /** RFC 7523: the client credentials grant with a private key. https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/ */
  private async request(): Promise<string> {
    const path = "/oauth2/v1/token";
    const { status, text } = await this.connection.fetch(path, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        scope: this.credentials.scopes.join(" "),
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: await this.assertion(this.connection.config.orgUrl + path),
      }),
    });
    // The genuine provider keeps to itself what Okta answered.
    if (status >= 300) throw new Error("empty access token");
    const answer = JSON.parse(text) as { token_type: string; access_token: string; expires_in: number };
    this.goodUntil = Date.now() + (answer.expires_in - 2) * 1000;
    return `${answer.token_type} ${answer.access_token}`;
  }

  private async assertion(audience: string): Promise<string> {
    const { SignJWT } = await import("jose");
    const { clientId, privateKey, privateKeyId } = this.credentials;
    const key = privateKeyOf(privateKey);
    return new SignJWT()
      .setProtectedHeader({ alg: key.asymmetricKeyType === "ec" ? "ES256" : "RS256", kid: privateKeyId })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(audience)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(key);
  }
}

function privateKeyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem.replaceAll("\\n", "\n"));
  } catch {
    // The reason may quote the key.
    throw new Error("invalid private key");
  }
}
