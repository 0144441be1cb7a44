import * as client from "openid-client";
import { GROUPS_CLAIM } from "./authorizationServer";
import type { LocalOktaProcess } from "./localOkta";
import { type Cookies, signIn } from "./signIn";

export const REDIRECT_URI = "http://127.0.0.1:7007/api/auth/okta/handler/frame";
export const SIGN_OUT_URI = "http://127.0.0.1:7007/";
const SCOPE = "openid profile email groups offline_access";

/** An OIDC web app in a local Okta, with an OpenID client that signs people in to it. */
export class OidcApp {
  private constructor(
    private readonly okta: LocalOktaProcess,
    readonly id: string,
    readonly issuer: string,
    readonly client: client.Configuration,
  ) {}

  /**
   * Makes the app, assigned to the group backstage-users.
   *
   * @param issuer of the authorization server that signs people in
   * @param oauthClient differences from the app that the stack makes, in the terms of Okta's Applications API
   */
  static async make(
    okta: LocalOktaProcess,
    issuer: string,
    oauthClient: {
      pkce_required?: boolean;
      refresh_token?: { rotation_type: string; leeway: number };
      implicitAssignment?: boolean;
    } = {},
  ): Promise<OidcApp> {
    const { pkce_required = true, refresh_token = { rotation_type: "ROTATE", leeway: 0 } } = oauthClient;
    const { body: app } = await okta.api<{
      id: string;
      credentials: { oauthClient: { client_id: string; client_secret: string } };
    }>("POST", "/api/v1/apps", {
      name: "oidc_client",
      label: `App ${client.randomState()}`,
      signOnMode: "OPENID_CONNECT",
      credentials: { oauthClient: { token_endpoint_auth_method: "client_secret_basic", pkce_required } },
      settings: {
        implicitAssignment: oauthClient.implicitAssignment,
        oauthClient: {
          application_type: "web",
          grant_types: ["authorization_code", "refresh_token"],
          response_types: ["code"],
          redirect_uris: [REDIRECT_URI],
          post_logout_redirect_uris: [SIGN_OUT_URI],
          refresh_token,
        },
      },
    });
    const users = await groupId(okta, "backstage-users");
    await okta.api("PUT", `/api/v1/apps/${app.id}/groups/${users}`, {});
    const { client_id, client_secret } = app.credentials.oauthClient;
    return new OidcApp(okta, app.id, issuer, await discover(issuer, client_id, client_secret));
  }

  get clientId(): string {
    return this.client.clientMetadata().client_id;
  }

  /** The same app by a client that has another secret. */
  withSecret(secret: string): Promise<client.Configuration> {
    return discover(this.issuer, this.clientId, secret);
  }

  /**
   * The request that begins a sign-in, with state, nonce and PKCE.
   * @param changes to its parameters; undefined leaves one out
   */
  async request(changes: Record<string, string | undefined> = {}) {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const expectedState = client.randomState();
    const expectedNonce = client.randomNonce();
    const parameters = {
      redirect_uri: REDIRECT_URI,
      scope: SCOPE,
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
      ...changes,
    };
    const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const url = client.buildAuthorizationUrl(this.client, Object.fromEntries(given));
    const checks = { expectedState, expectedNonce, ...(parameters.code_challenge && { pkceCodeVerifier }) };
    return { url, checks };
  }

  /** Signs a seeded user in by name, as far as the way back to the app. */
  async authorize(name: string, changes?: Record<string, string | undefined>, cookies?: Cookies) {
    const { url, checks } = await this.request(changes);
    return { callback: await signIn(url, `${name}@example.com`, `${name}-password`, cookies), checks };
  }

  /** The error that a sign-in ends with, back at the app. */
  async refusal(name: string, changes?: Record<string, string | undefined>, cookies?: Cookies) {
    const { callback, checks } = await this.authorize(name, changes, cookies);
    const { state, ...error } = Object.fromEntries([
      ...callback.searchParams,
      ...new URLSearchParams(callback.hash.slice(1)),
    ]);
    expect(state).toBe(checks.expectedState);
    return error;
  }

  /** Signs a seeded user in, and exchanges the code. */
  async tokens(name: string, changes?: Record<string, string | undefined>, cookies?: Cookies) {
    const { callback, checks } = await this.authorize(name, changes, cookies);
    return client.authorizationCodeGrant(this.client, callback, checks);
  }

  /** Gives the authorization server `default` a groups scope, and a claim that has all groups of the user. */
  static async addGroupsClaim(okta: LocalOktaProcess): Promise<void> {
    const server = "/api/v1/authorizationServers/default";
    await okta.api("POST", `${server}/scopes`, { name: "groups" });
    await okta.api("POST", `${server}/claims`, GROUPS_CLAIM);
  }
}

/** The ID of a group, by its exact name. */
export async function groupId(okta: LocalOktaProcess, name: string): Promise<string> {
  const { body } = await okta.api<{ id: string; profile: { name: string } }[]>("GET", `/api/v1/groups?q=${name}`);
  const group = body.find(({ profile }) => profile.name === name);
  if (!group) throw new Error(`There is no group ${name}`);
  return group.id;
}

/** What a token endpoint says when it refuses. */
export async function refusalOf(exchange: Promise<unknown>) {
  const reason = await exchange.then(
    () => new Error("It was not refused."),
    (error: unknown) => error,
  );
  if (reason instanceof client.ResponseBodyError) {
    const { status, error, error_description } = reason;
    return { status, error, error_description };
  }
  if (reason instanceof client.WWWAuthenticateChallengeError) {
    return { status: reason.status, ...((await reason.response.json()) as object) };
  }
  throw reason;
}

function discover(issuer: string, clientId: string, secret: string): Promise<client.Configuration> {
  return client.discovery(new URL(issuer), clientId, undefined, client.ClientSecretBasic(secret), {
    execute: [client.allowInsecureRequests],
  });
}
