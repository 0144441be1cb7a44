import { createRemoteJWKSet, jwtVerify } from "jose";
import * as client from "openid-client";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";
import { groupId, OidcApp, REDIRECT_URI, refusalOf, SIGN_OUT_URI } from "./support/oidcApp";
import { type Cookies, request, signIn, textOf } from "./support/signIn";

let okta: LocalOktaProcess;
let app: OidcApp;

beforeAll(async () => {
  okta = await startLocalOkta();
  await OidcApp.addGroupsClaim(okta);
  app = await OidcApp.make(okta, `${okta.url}/oauth2/default`);
});
afterAll(() => okta.stop());

function verify(token: string | undefined, { issuer, audience }: { issuer: string; audience: string }) {
  const keys = createRemoteJWKSet(new URL(app.client.serverMetadata().jwks_uri ?? ""));
  return jwtVerify(token ?? "", keys, { issuer, audience });
}

describe("a sign-in by the code flow with PKCE", () => {
  it("gives an ID token that the keys verify, with sub, email, name and groups", async () => {
    const { callback, checks } = await app.authorize("alice");
    expect([...callback.searchParams.keys()].sort()).toEqual(["code", "state"]);
    const tokens = await client.authorizationCodeGrant(app.client, callback, checks);
    const { payload } = await verify(tokens.id_token, { issuer: app.issuer, audience: app.clientId });
    expect(payload).toMatchObject({
      sub: expect.stringMatching(/^00u/) as string,
      email: "alice@example.com",
      name: "Alice Adams",
      groups: ["Everyone", "backstage-users", "platform-engineers"],
      nonce: checks.expectedNonce,
      amr: ["pwd"],
    });
    expect(payload).not.toHaveProperty("email_verified");
  });

  it("gives a JWT access token of Okta's form, good at userinfo, which has all claims", async () => {
    const tokens = await app.tokens("alice");
    const { payload } = await verify(tokens.access_token, { issuer: app.issuer, audience: "api://default" });
    expect(payload).toMatchObject({
      ver: 1,
      cid: app.clientId,
      sub: "alice@example.com",
      uid: tokens.claims()?.sub,
      scp: expect.arrayContaining(["openid", "groups"]) as string[],
      jti: expect.stringMatching(/^AT\./) as string,
    });
    expect(tokens).toMatchObject({ token_type: "bearer", expires_in: 3600 });
    const userInfo = await client.fetchUserInfo(app.client, tokens.access_token, tokens.claims()?.sub ?? "");
    expect(userInfo).toMatchObject({ given_name: "Alice", email_verified: true, groups: tokens.claims()?.groups });
    expect(await client.tokenIntrospection(app.client, tokens.access_token)).toMatchObject({ active: true });
  });

  it("tells at userinfo when an email is not verified", async () => {
    const tokens = await app.tokens("dave");
    const userInfo = await client.fetchUserInfo(app.client, tokens.access_token, client.skipSubjectCheck);
    expect(userInfo).toMatchObject({ email: "dave@example.com", email_verified: false });
  });

  it("gives claims by the scopes alone", async () => {
    const tokens = await app.tokens("alice", { scope: "openid" });
    expect(tokens.claims()).not.toHaveProperty("email");
    expect(tokens.claims()).not.toHaveProperty("groups");
    expect(tokens.refresh_token).toBeUndefined();
  });

  it("revokes an access token", async () => {
    const tokens = await app.tokens("alice");
    await client.tokenRevocation(app.client, tokens.access_token);
    expect(await client.tokenIntrospection(app.client, tokens.access_token)).toEqual({ active: false });
    await expect(client.fetchUserInfo(app.client, tokens.access_token, client.skipSubjectCheck)).rejects.toThrow();
  });

  it("does without PKCE for an app that does not require it", async () => {
    const stock = await OidcApp.make(okta, app.issuer, { pkce_required: false });
    const none = { code_challenge: undefined, code_challenge_method: undefined };
    expect((await stock.tokens("bob", none)).claims()).toMatchObject({ email: "bob@example.com" });
    expect((await stock.tokens("bob")).claims()).toMatchObject({ email: "bob@example.com" });
  });

  it("shows the sign-in page again after a wrong password", async () => {
    const { url } = await app.request();
    await expect(signIn(url, "alice@example.com", "bob-password")).rejects.toThrow("Unable to sign in");
    await expect(signIn(url, "nobody@example.com", "x")).rejects.toThrow("Unable to sign in");
  });

  it("needs no password again in the same browser, on any server, until the sign-out", async () => {
    const cookies: Cookies = new Map();
    const tokens = await app.tokens("alice", {}, cookies);
    const org = await OidcApp.make(okta, okta.url);
    const { url } = await org.request({ prompt: "none" });
    expect((await signIn(url, "", "", cookies)).searchParams.has("code")).toBe(true);

    const parameters = { post_logout_redirect_uri: SIGN_OUT_URI, id_token_hint: tokens.id_token ?? "", state: "a b" };
    const signedOut = await request(client.buildEndSessionUrl(app.client, parameters), cookies);
    expect(signedOut.headers.get("location")).toBe(`${SIGN_OUT_URI}?state=a+b`);
    expect(await app.refusal("alice", { prompt: "none" }, cookies)).toMatchObject({ error: "login_required" });
  });

  it("asks for the password again under prompt=login, and for no consent under prompt=consent", async () => {
    const cookies: Cookies = new Map();
    await app.tokens("alice", {}, cookies);
    const { url } = await app.request({ prompt: "login" });
    expect((await request(url, cookies)).headers.get("location")).toMatch(/^\/signin\//);
    expect(await app.tokens("alice", { prompt: "login" }, cookies)).toHaveProperty("refresh_token");
    const consenting = await app.request({ prompt: "consent" });
    expect((await signIn(consenting.url, "", "", cookies)).searchParams.has("code")).toBe(true);
  });

  it("signs out to a registered URI alone, and by an ID token alone", async () => {
    const { id_token = "" } = await app.tokens("alice");
    const page = async (parameters: Record<string, string>) => {
      const response = await request(client.buildEndSessionUrl(app.client, parameters), new Map());
      return textOf(await response.text());
    };
    expect(await page({ id_token_hint: id_token, post_logout_redirect_uri: `${SIGN_OUT_URI}x` })).toMatch(
      /invalid_request Description The 'post_logout_redirect_uri' parameter must be a Logout redirect URI/,
    );
    expect(await page({ post_logout_redirect_uri: SIGN_OUT_URI })).toMatch(/invalid_request .*id_token_hint/);
  });

  it("keeps session and tokens over a kill -9", async () => {
    const cookies: Cookies = new Map();
    const tokens = await app.tokens("alice", {}, cookies);
    await okta.restart();
    expect(await client.tokenIntrospection(app.client, tokens.access_token)).toMatchObject({ active: true });
    await client.refreshTokenGrant(app.client, tokens.refresh_token ?? "");
    const { url } = await app.request({ prompt: "none" });
    expect((await signIn(url, "", "", cookies)).searchParams.has("code")).toBe(true);
  });
});

describe("authorization servers", () => {
  it("the org's uses the app's own groups claim", async () => {
    const org = await OidcApp.make(okta, okta.url);
    await okta.api("POST", `/api/v1/internal/apps/${org.id}/settings/oauth/idToken`, {
      name: "groups",
      valueType: "GROUPS",
      groupFilterType: "STARTS_WITH",
      value: "backstage-",
    });
    const tokens = await org.tokens("alice");
    const { payload } = await verify(tokens.id_token, { issuer: okta.url, audience: org.clientId });
    expect(payload).toMatchObject({ email: "alice@example.com", groups: ["backstage-users"] });
  });

  it("one with a custom domain has its issuer there", async () => {
    const customUrl = await okta.addDomain("localhost");
    const { body: server } = await okta.api("POST", "/api/v1/authorizationServers", {
      name: "custom",
      description: "At the custom domain",
      audiences: ["api://custom"],
      issuerMode: "CUSTOM_URL",
    });
    await allow(server.id, { scopes: ["*"] });
    const custom = await OidcApp.make(okta, `${customUrl}/oauth2/${server.id}`);
    const tokens = await custom.tokens("alice", { scope: "openid email" });
    await verify(tokens.id_token, { issuer: custom.issuer, audience: custom.clientId });
    await verify(tokens.access_token, { issuer: custom.issuer, audience: "api://custom" });
  });

  it.each(["EQUALS platform-engineers", "CONTAINS form-eng", "REGEX plat.*eers", "STARTS_WITH plat"])(
    "filter groups by %s, whole names for a REGEX",
    async (filter) => {
      const [group_filter_type, value] = filter.split(" ");
      const server = "/api/v1/authorizationServers/default";
      const { body: claim } = await okta.api("POST", `${server}/claims`, {
        name: `by_${group_filter_type}`,
        claimType: "RESOURCE",
        valueType: "GROUPS",
        group_filter_type,
        value,
      });
      const { payload } = await verify((await app.tokens("alice")).access_token, {
        issuer: app.issuer,
        audience: "api://default",
      });
      expect(payload[`by_${group_filter_type}`]).toEqual(["platform-engineers"]);
      await okta.api("DELETE", `${server}/claims/${claim.id}`);
    },
  );

  it("that is not there or not active answers 404", async () => {
    const answer = await fetch(`${okta.url}/oauth2/none/.well-known/openid-configuration`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ errorCode: "E0000007" });
    const { body: server } = await okta.api("POST", "/api/v1/authorizationServers", {
      name: "off",
      description: "Off",
      audiences: ["api://off"],
    });
    const discovery = `${okta.url}/oauth2/${server.id}/.well-known/openid-configuration`;
    expect((await fetch(discovery)).status).toBe(200);
    await okta.api("POST", `/api/v1/authorizationServers/${server.id}/lifecycle/deactivate`);
    expect((await fetch(discovery)).status).toBe(404);
  });

  it("go on to the next policy that is for the client where no rule of the first allows the request", async () => {
    const { body: server } = await okta.api("POST", "/api/v1/authorizationServers", {
      name: "two policies",
      description: "A narrow policy and a wide one",
      audiences: ["api://two"],
    });
    const narrow = await OidcApp.make(okta, `${okta.url}/oauth2/${server.id}`);
    await allow(server.id, { name: "Narrow", clients: [narrow.clientId], scopes: ["openid", "email"], minutes: 5 });
    await allow(server.id, { name: "Wide", scopes: ["*"], minutes: 60 });
    expect(await narrow.tokens("alice", { scope: "openid email" })).toMatchObject({ expires_in: 300 });
    expect(await narrow.tokens("alice", { scope: "openid address" })).toMatchObject({ expires_in: 3600 });
  });

  it("that have an access policy for the client decide by the first rule that matches", async () => {
    const { body: server } = await okta.api("POST", "/api/v1/authorizationServers", {
      name: "strict",
      description: "With a policy",
      audiences: ["api://strict"],
    });
    const strict = await OidcApp.make(okta, `${okta.url}/oauth2/${server.id}`);
    const denied = {
      error: "access_denied",
      error_description: "Policy evaluation failed for this request, please check the policy configurations.",
    };
    const scope = "openid email offline_access";
    expect(await strict.refusal("alice", { scope })).toEqual(denied);

    const engineers = await groupId(okta, "platform-engineers");
    await allow(server.id, {
      clients: [strict.clientId],
      scopes: ["openid", "email"],
      groups: [engineers],
      minutes: 5,
    });
    expect(await strict.refusal("alice", { scope })).toEqual(denied);
    expect(await strict.refusal("bob", { scope: "openid email" })).toEqual(denied);
    expect(await strict.tokens("alice", { scope: "openid email" })).toMatchObject({ expires_in: 300 });
  });
});

describe("an authorization request is refused", () => {
  const badRedirects = [`${REDIRECT_URI}/`, REDIRECT_URI.slice(0, -1), REDIRECT_URI.replace("127.0.0.1", "localhost")];
  it.each(badRedirects)("on a page, for the redirect URI %s", async (redirect_uri) => {
    await expect(app.authorize("alice", { redirect_uri })).rejects.toThrow(
      /^400 .* invalid_request Description The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: http.*\/admin\/app\//,
    );
  });

  it("on a page, for an unknown client and for an app that is not active", async () => {
    await expect(app.authorize("alice", { client_id: "0oanone" })).rejects.toThrow(
      "Invalid value for 'client_id' parameter.",
    );
    const off = await OidcApp.make(okta, app.issuer);
    await okta.api("POST", `/api/v1/apps/${off.id}/lifecycle/deactivate`);
    await expect(off.authorize("alice")).rejects.toThrow("Invalid value for 'client_id' parameter.");
  });

  it("without a challenge when the app requires PKCE, and with a plain one", async () => {
    expect(await app.refusal("alice", { code_challenge: undefined, code_challenge_method: undefined })).toEqual({
      error: "invalid_request",
      error_description: "PKCE code challenge is required by the application.",
    });
    expect(await app.refusal("alice", { code_challenge_method: "plain" })).toMatchObject({ error: "invalid_request" });
  });

  it.each(["token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"])(
    "for the response type %s",
    async (response_type) => {
      expect(await app.refusal("alice", { response_type })).toEqual({
        error: "unsupported_response_type",
        error_description:
          "The response type is not supported by the authorization server. Configured response types: [code]",
      });
    },
  );

  it("for a user who is not assigned to the app, also after the groups have changed", async () => {
    const notAssigned = {
      error: "access_denied",
      error_description: "User is not assigned to the client application.",
    };
    expect(await app.refusal("carol")).toEqual(notAssigned);
    const mine = await OidcApp.make(okta, app.issuer);
    await mine.tokens("bob");
    await okta.api("DELETE", `/api/v1/apps/${mine.id}/groups/${await groupId(okta, "backstage-users")}`);
    expect(await mine.refusal("bob")).toEqual(notAssigned);
  });

  it("not for a user who is assigned alone, without a group, until that ends", async () => {
    const mine = await OidcApp.make(okta, app.issuer);
    const { body: carol } = await okta.api("POST", `/api/v1/apps/${mine.id}/users`, { id: "carol" });
    await mine.tokens("carol");
    await okta.api("DELETE", `/api/v1/apps/${mine.id}/users/${carol.id}`);
    expect(await mine.refusal("carol")).toMatchObject({ error: "access_denied" });
  });

  it("not for a user who is not assigned to an app with implicit assignment", async () => {
    const open = await OidcApp.make(okta, app.issuer, { implicitAssignment: true });
    expect((await open.tokens("carol", { scope: "openid email" })).claims()?.email).toBe("carol@example.com");
  });

  it("for a scope that the server does not have", async () => {
    expect(await app.refusal("alice", { scope: "openid no-such-scope" })).toEqual({
      error: "invalid_scope",
      error_description: "One or more scopes are not configured for the authorization server resource.",
    });
  });

  it("under prompt=none without a session", async () => {
    expect(await app.refusal("alice", { prompt: "none" })).toEqual({
      error: "login_required",
      error_description: "The client specified not to prompt, but the user is not logged in.",
    });
  });
});

describe("a code exchange is refused", () => {
  it("for a wrong client secret", async () => {
    const { callback, checks } = await app.authorize("alice");
    const impostor = await app.withSecret("not-the-secret");
    expect(await refusalOf(client.authorizationCodeGrant(impostor, callback, checks))).toEqual({
      status: 401,
      error: "invalid_client",
      error_description: "The client secret supplied for a confidential client is invalid.",
    });
  });

  it("for a wrong verifier, or none", async () => {
    const failed = { status: 400, error: "invalid_grant", error_description: "PKCE verification failed." };
    for (const pkceCodeVerifier of [client.randomPKCECodeVerifier(), "short", undefined]) {
      const { callback, checks } = await app.authorize("alice");
      const exchange = client.authorizationCodeGrant(app.client, callback, { ...checks, pkceCodeVerifier });
      expect(await refusalOf(exchange)).toEqual(failed);
    }
  });

  it("for another redirect URI than the request's", async () => {
    const { callback, checks } = await app.authorize("alice");
    const elsewhere = new URL(`${callback.pathname}x${callback.search}`, callback);
    expect(await refusalOf(client.authorizationCodeGrant(app.client, elsewhere, checks))).toMatchObject({
      status: 400,
      error: "invalid_grant",
    });
  });

  const invalidCode = {
    status: 400,
    error: "invalid_grant",
    error_description: "The authorization code is invalid or has expired.",
  };

  it("for a code used twice, which also revokes what it gave", async () => {
    const { callback, checks } = await app.authorize("alice");
    const tokens = await client.authorizationCodeGrant(app.client, callback, checks);
    expect(await refusalOf(client.authorizationCodeGrant(app.client, callback, checks))).toEqual(invalidCode);
    expect(await client.tokenIntrospection(app.client, tokens.access_token)).toEqual({ active: false });
    expect(await refusalOf(client.refreshTokenGrant(app.client, tokens.refresh_token ?? ""))).toMatchObject({
      error: "invalid_grant",
    });
  });

  it("for another app's code, and another server's", async () => {
    const other = await OidcApp.make(okta, app.issuer);
    const { callback, checks } = await other.authorize("alice");
    expect(await refusalOf(client.authorizationCodeGrant(app.client, callback, checks))).toEqual(invalidCode);
    const org = await OidcApp.make(okta, okta.url);
    expect(await refusalOf(client.authorizationCodeGrant(org.client, callback, checks))).toEqual(invalidCode);
  });

  it("for a code of six minutes ago", async () => {
    const { callback, checks } = await app.authorize("alice");
    await okta.api("PUT", "/sandbox/clock", { offsetSeconds: 360 });
    expect(await refusalOf(client.authorizationCodeGrant(app.client, callback, checks))).toEqual(invalidCode);
    await okta.api("PUT", "/sandbox/clock", { offsetSeconds: 0 });
  });

  it("for a grant type that the app or Okta does not have", async () => {
    expect(await refusalOf(client.clientCredentialsGrant(app.client, { scope: "openid" }))).toMatchObject({
      status: 400,
      error: "unauthorized_client",
      error_description:
        "The client is not authorized to use the provided grant type. Configured grant types: [authorization_code, refresh_token].",
    });
    expect(await refusalOf(client.genericGrantRequest(app.client, "made-up", {}))).toMatchObject({
      status: 400,
      error: "unsupported_grant_type",
    });
  });
});

/** Gives a server a policy with one rule, for the code flow. */
async function allow(
  serverId: string,
  {
    name = "Portal",
    clients = ["ALL_CLIENTS"],
    scopes,
    groups,
    minutes = 60,
  }: { name?: string; clients?: string[]; scopes: string[]; groups?: string[]; minutes?: number },
): Promise<void> {
  const policies = `/api/v1/authorizationServers/${serverId}/policies`;
  const { body: policy } = await okta.api("POST", policies, {
    type: "OAUTH_AUTHORIZATION_POLICY",
    name,
    description: "For the portal",
    conditions: { clients: { include: clients } },
  });
  await okta.api("POST", `${policies}/${policy.id}/rules`, {
    type: "RESOURCE_ACCESS",
    name: "Sign-in",
    conditions: {
      grantTypes: { include: ["authorization_code"] },
      scopes: { include: scopes },
      people: { groups: { include: groups ?? ["EVERYONE"] } },
    },
    actions: { token: { accessTokenLifetimeMinutes: minutes } },
  });
}
