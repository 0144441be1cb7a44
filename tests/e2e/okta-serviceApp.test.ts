import { generateKeyPairSync } from "node:crypto";
import { importPKCS8, SignJWT } from "jose";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";

const ORG_URL = "https://sandbox.okta.localhost";
const SCOPE = "okta.apps.manage okta.groups.read";

let okta: LocalOktaProcess;

beforeAll(async () => {
  okta = await startLocalOkta();
});
afterEach(() => okta.api("PUT", "/sandbox/clock", { offsetSeconds: 0 }));
afterAll(() => okta.stop());

/** Differences from the assertion that the genuine provider sends: without `jti`, and for exactly an hour. */
interface Changes {
  audience?: string;
  lifetimeSeconds?: number;
  jti?: string;
  kid?: string;
  privateKey?: string;
}

async function assertion(changes: Changes = {}): Promise<string> {
  const { clientId, privateKeyId, privateKey: seeded } = okta.credentials;
  const { audience = `${ORG_URL}/oauth2/v1/token`, lifetimeSeconds = 3600, jti, kid = privateKeyId } = changes;
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT(jti === undefined ? {} : { jti })
    .setProtectedHeader({ alg: "RS256", kid })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .sign(await importPKCS8(changes.privateKey ?? seeded, "RS256"));
}

async function requestToken(
  client_assertion: string,
  { scope = SCOPE, path = "/oauth2/v1/token" } = {},
): Promise<{ status: number; access_token?: string }> {
  const response = await fetch(okta.url + path, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      scope,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion,
    }),
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { ...body, status: response.status };
}

async function groupsBy(accessToken = ""): Promise<number> {
  const headers = { Authorization: `Bearer ${accessToken}` };
  return (await fetch(`${okta.url}/api/v1/groups`, { headers })).status;
}

it.each([`${ORG_URL}/oauth2/v1/token`, "the real address"])(
  "gives a token for the Okta API to an assertion for %s",
  async (name) => {
    const audience = name === "the real address" ? `${okta.url}/oauth2/v1/token` : name;
    const answer = await requestToken(await assertion({ audience }));
    expect(answer).toMatchObject({ status: 200, token_type: "Bearer", expires_in: 3600, scope: SCOPE });
    expect(await groupsBy(answer.access_token)).toBe(200);
    await okta.restart();
    expect(await groupsBy(answer.access_token)).toBe(200);
    await okta.api("PUT", "/sandbox/clock", { offsetSeconds: 3601 });
    expect(await groupsBy(answer.access_token)).toBe(401);
  },
);

it("takes the parameters in the URL too, as the genuine provider sends some", async () => {
  const query = new URLSearchParams({
    grant_type: "client_credentials",
    scope: SCOPE,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: await assertion(),
  });
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  expect((await fetch(`${okta.url}/oauth2/v1/token?${query}`, { method: "POST", headers })).status).toBe(200);
});

it("gives what was asked for alone", async () => {
  const { access_token } = await requestToken(await assertion(), { scope: "okta.apps.manage" });
  expect(await groupsBy(access_token)).toBe(403);
});

it.each<[string, Changes, string]>([
  [
    "the issuer as audience",
    { audience: ORG_URL },
    "The audience claim for client_assertion must be the endpoint invoked for the request.",
  ],
  ["an expired assertion", { lifetimeSeconds: -1 }, "The client_assertion token is expired."],
  [
    "an assertion for more than an hour",
    { lifetimeSeconds: 3700 },
    "The client_assertion token has an expiration too far into the future.",
  ],
  ["an unknown key ID", { kid: "other" }, "The client_assertion JWT kid is invalid."],
  ["another key", { privateKey: newPrivateKey() }, "The client_assertion signature is invalid."],
])("refuses %s", async (_, changes, error_description) => {
  expect(await requestToken(await assertion(changes))).toEqual({
    status: 401,
    error: "invalid_client",
    error_description,
  });
});

it("refuses an assertion with a jti the second time, and what is no JWT", async () => {
  const once = await assertion({ jti: "once" });
  expect(await requestToken(once)).toMatchObject({ status: 200 });
  expect(await requestToken(once)).toEqual({
    status: 401,
    error: "invalid_client",
    error_description: "The client_assertion token has already been used.",
  });
  expect(await requestToken("no.j.wt")).toMatchObject({ status: 401, error: "invalid_client" });
});

it("refuses scopes that are not granted to the app, or not the API's", async () => {
  expect(await requestToken(await assertion(), { scope: "okta.apps.manage okta.users.manage" })).toEqual({
    status: 400,
    error: "consent_required",
    error_description: "You are not allowed any of the requested scopes.",
  });
  expect(await requestToken(await assertion(), { scope: "openid" })).toEqual({
    status: 400,
    error: "invalid_scope",
    error_description: "One or more scopes are not configured for the authorization server resource.",
  });
});

it("gives a custom server's scopes as its access policy allows", async () => {
  await okta.api("POST", "/api/v1/authorizationServers/default/scopes", { name: "portal.read" });
  const path = "/oauth2/default/v1/token";
  const audience = okta.url + path;
  const granted = await requestToken(await assertion({ audience }), { path, scope: "portal.read" });
  expect(granted).toMatchObject({ status: 200, scope: "portal.read" });
  expect(await groupsBy(granted.access_token)).toBe(401);
  expect(await requestToken(await assertion({ audience }), { path, scope: "portal.write" })).toMatchObject({
    status: 400,
    error: "invalid_scope",
  });
  const { body: policies } = await okta.api<{ id: string }[]>("GET", "/api/v1/authorizationServers/default/policies");
  for (const { id } of policies) await okta.api("DELETE", `/api/v1/authorizationServers/default/policies/${id}`);
  expect(await requestToken(await assertion({ audience }), { path, scope: "portal.read" })).toMatchObject({
    error: "access_denied",
    error_description: "Policy evaluation failed for this request, please check the policy configurations.",
  });
});

function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
