import * as client from "openid-client";
import { ANY_SIGN_IN } from "./support/authorizationServer";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";
import { groupId, OidcApp, refusalOf } from "./support/oidcApp";

const MINUTE = 60;
const invalid = {
  status: 400,
  error: "invalid_grant",
  error_description: "The refresh token is invalid or expired.",
};

let okta: LocalOktaProcess;
let issuer: string;
let app: OidcApp;

beforeAll(async () => {
  okta = await startLocalOkta();
  await OidcApp.addGroupsClaim(okta);
  const { body: server } = await okta.api("POST", "/api/v1/authorizationServers", {
    name: "portal",
    description: "An access token of 5 minutes, a session of an hour, idle for 10 minutes at most",
    audiences: ["api://portal"],
  });
  issuer = `${okta.url}/oauth2/${server.id}`;
  const policies = `/api/v1/authorizationServers/${server.id}/policies`;
  const { body: policy } = await okta.api("POST", policies, {
    type: "OAUTH_AUTHORIZATION_POLICY",
    name: "Portal",
    description: "For the portal",
    conditions: { clients: { include: ["ALL_CLIENTS"] } },
  });
  await okta.api("POST", `${policies}/${policy.id}/rules`, {
    type: "RESOURCE_ACCESS",
    name: "Sign-in",
    conditions: ANY_SIGN_IN,
    actions: {
      token: {
        accessTokenLifetimeMinutes: 5,
        refreshTokenLifetimeMinutes: 60,
        refreshTokenWindowMinutes: 10,
      },
    },
  });
  app = await OidcApp.make(okta, issuer);
});
afterEach(() => setClock(0));
afterAll(() => okta.stop());

const scope = "openid email offline_access";

/** Sets the org's clock, in seconds ahead of this machine's. */
async function setClock(offsetSeconds: number): Promise<void> {
  await okta.api("PUT", "/sandbox/clock", { offsetSeconds });
}

function refresh({ client: portal }: OidcApp, { refresh_token = "" }: { refresh_token?: string }) {
  return client.refreshTokenGrant(portal, refresh_token);
}

it("gives a new refresh token for each, and an ID token", async () => {
  const first = await app.tokens("alice", { scope });
  const second = await refresh(app, first);
  const third = await refresh(app, second);
  expect(new Set([first, second, third].map(({ refresh_token }) => refresh_token)).size).toBe(3);
  expect(third.claims()).toMatchObject({ email: "alice@example.com" });
  expect(third).toMatchObject({ expires_in: 300, scope: "openid email offline_access" });
});

it("refuses a used refresh token, and revokes what came of it", async () => {
  const first = await app.tokens("alice", { scope });
  const other = await app.tokens("alice", { scope });
  const second = await refresh(app, first);
  expect(await refusalOf(refresh(app, first))).toEqual(invalid);
  expect(await refusalOf(refresh(app, second))).toEqual(invalid);
  expect(await client.tokenIntrospection(app.client, second.access_token)).toEqual({ active: false });
  await refresh(app, other);
});

it("takes a used refresh token again within the leeway, not after it", async () => {
  const lenient = await OidcApp.make(okta, issuer, { refresh_token: { rotation_type: "ROTATE", leeway: 30 } });
  const first = await lenient.tokens("alice", { scope });
  await refresh(lenient, first);
  const again = await refresh(lenient, first);
  await setClock(31);
  expect(await refusalOf(refresh(lenient, first))).toEqual(invalid);
  expect(await refusalOf(refresh(lenient, again))).toEqual(invalid);
});

it("keeps a refresh token that is not to be rotated", async () => {
  const lasting = await OidcApp.make(okta, issuer, { refresh_token: { rotation_type: "STATIC", leeway: 0 } });
  const first = await lasting.tokens("alice", { scope });
  for (const minutes of [9, 18]) {
    await setClock(minutes * MINUTE);
    expect((await refresh(lasting, first)).refresh_token).toBe(first.refresh_token);
  }
  await setClock(29 * MINUTE);
  expect(await refusalOf(refresh(lasting, first))).toEqual(invalid);
});

it("ends the access token, the idle window and the session when the rule says", async () => {
  let tokens: client.TokenEndpointResponse = await app.tokens("alice", { scope });
  await setClock(4 * MINUTE);
  expect(await client.tokenIntrospection(app.client, tokens.access_token)).toMatchObject({ active: true });
  await setClock(6 * MINUTE);
  expect(await client.tokenIntrospection(app.client, tokens.access_token)).toEqual({ active: false });

  const idle = await app.tokens("bob", { scope });
  for (const minutes of [9, 18, 27, 36, 45, 54]) {
    await setClock(minutes * MINUTE);
    tokens = await refresh(app, tokens);
  }
  expect(await refusalOf(refresh(app, idle))).toEqual(invalid);
  await setClock(61 * MINUTE);
  expect(await refusalOf(refresh(app, tokens))).toEqual(invalid);
});

it("refuses another app's refresh token, and a revoked one", async () => {
  const other = await OidcApp.make(okta, issuer);
  const tokens = await other.tokens("alice", { scope });
  expect(await refusalOf(refresh(app, tokens))).toEqual(invalid);
  await client.tokenRevocation(other.client, tokens.refresh_token ?? "");
  expect(await refusalOf(refresh(other, tokens))).toEqual(invalid);
});

it("refuses a user who is no longer assigned to the app", async () => {
  const mine = await OidcApp.make(okta, issuer);
  const tokens = await mine.tokens("alice", { scope });
  await okta.api("DELETE", `/api/v1/apps/${mine.id}/groups/${await groupId(okta, "backstage-users")}`);
  expect(await refusalOf(refresh(mine, tokens))).toMatchObject({
    error: "access_denied",
    error_description: "User is not assigned to the client application.",
  });
});
