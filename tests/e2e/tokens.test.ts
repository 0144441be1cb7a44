import { createRemoteJWKSet, jwtVerify } from "jose";
import * as client from "openid-client";
import { parse } from "yaml";
import { signIn } from "./support/signIn";
import { TestStack } from "./support/stack";

jest.setTimeout(300_000);

const SCOPE = "openid profile email groups offline_access";

describe.each([
  ["a dedicated server", { authorizationServer: "dedicated" }],
  ["a shared server", { authorizationServer: "default" }],
  ["the org server", { authorizationServer: "org" }],
])("with %s", (_, config) => {
  let stack: TestStack;
  let portal: client.Configuration;
  let redirectUri: string;

  beforeAll(async () => {
    stack = await TestStack.make({
      config: { ...config, groupsFilter: { type: "STARTS_WITH", value: "backstage-" } },
    });
    await stack.up();
    const { issuer = "", clientId = "", redirectUri: uri = "" } = await stack.outputs();
    const secret = (await stack.variables()).OKTA_CLIENT_SECRET;
    redirectUri = uri;
    portal = await client.discovery(new URL(issuer), clientId, undefined, client.ClientSecretBasic(secret), {
      execute: [client.allowInsecureRequests],
    });
  });
  afterAll(() => stack.dispose());

  /** Starts a sign-in as the portal does, with what the person's way back brings. */
  async function authorize(login: string) {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const expectedState = client.randomState();
    const expectedNonce = client.randomNonce();
    const url = client.buildAuthorizationUrl(portal, {
      redirect_uri: redirectUri,
      scope: SCOPE,
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    const callback = await signIn(url, `${login}@example.com`, `${login}-password`);
    return { callback, checks: { pkceCodeVerifier, expectedState, expectedNonce } };
  }

  async function tokensOf(login: string) {
    const { callback, checks } = await authorize(login);
    return client.authorizationCodeGrant(portal, callback, checks);
  }

  it("gives an assigned user an ID token with sub, email, name and the filtered groups, signed by the issuer", async () => {
    const tokens = await tokensOf("alice");
    const { issuer = "", clientId } = await stack.outputs();
    const { jwks_uri: keys = "" } = portal.serverMetadata();
    const { payload } = await jwtVerify(tokens.id_token ?? "", createRemoteJWKSet(new URL(keys)), {
      issuer,
      audience: clientId,
    });
    expect(payload).toMatchObject({ email: "alice@example.com", name: "Alice Adams", groups: ["backstage-users"] });
    expect(payload.sub).toMatch(/^00u/);
    expect(await client.fetchUserInfo(portal, tokens.access_token, payload.sub ?? "")).toMatchObject({
      email_verified: true,
      groups: ["backstage-users"],
    });
  });

  it("rotates the refresh token", async () => {
    const first = await tokensOf("bob");
    const second = await client.refreshTokenGrant(portal, first.refresh_token ?? "");
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(second.claims()).toMatchObject({ email: "bob@example.com", groups: ["backstage-users"] });
  });

  it("turns away a user who is in no allowed group", async () => {
    const { callback } = await authorize("carol");
    expect(callback.searchParams.get("error")).toBe("access_denied");
    expect(callback.searchParams.get("error_description")).toMatch(/User is not assigned to the client application/);
  });

  it("turns away a sign-in without a PKCE challenge", async () => {
    const url = client.buildAuthorizationUrl(portal, { redirect_uri: redirectUri, scope: SCOPE, state: "s" });
    const callback = await signIn(url, "alice@example.com", "alice-password");
    expect(callback.searchParams.get("error_description")).toBe("PKCE code challenge is required by the application.");
  });
});

it("takes over a session's lifetime and idle window", async () => {
  const stack = await TestStack.make({ config: { session: { duration: "3d", idle: "30m" } } });
  try {
    await stack.up();
    expect(parse(await stack.overlay())).toMatchObject({
      auth: { providers: { okta: { production: { sessionDuration: { days: 3 } } } } },
    });
    const rule = (await stack.state()).find(({ type }) => type === "okta:auth/serverPolicyRule:ServerPolicyRule");
    expect(rule?.outputs).toMatchObject({ refreshTokenLifetimeMinutes: 4320, refreshTokenWindowMinutes: 30 });
  } finally {
    await stack.dispose();
  }
});
