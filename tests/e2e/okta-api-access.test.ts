import { importPKCS8, SignJWT } from "jose";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";

let okta: LocalOktaProcess;
beforeAll(async () => {
  okta = await startLocalOkta();
});
afterAll(() => okta.stop());

/** An access token for the management API, by the service app's private key. */
async function accessToken(scopes: string[]): Promise<string> {
  const { clientId, privateKey, privateKeyId } = okta.credentials;
  const endpoint = `${okta.url}/oauth2/v1/token`;
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: "RS256", kid: privateKeyId })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(endpoint)
    .setIssuedAt()
    .setExpirationTime("5 minutes")
    .setJti(crypto.randomUUID())
    .sign(await importPKCS8(privateKey, "RS256"));
  const response = await fetch(endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      scope: scopes.join(" "),
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
    }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { access_token: string }).access_token;
}

async function ask(token: string, method: string, path: string): Promise<string> {
  const response = await fetch(okta.url + path, { method, headers: { Authorization: `Bearer ${token}` } });
  const text = await response.text();
  const { errorCode } = (text.startsWith("{") ? JSON.parse(text) : {}) as { errorCode?: string };
  return errorCode ? `${response.status} ${errorCode}` : String(response.status);
}

it("a service app may do what its token's scopes say, where managing is reading as well", async () => {
  const token = await accessToken(["okta.apps.manage", "okta.groups.read"]);
  expect(await ask(token, "GET", "/api/v1/groups")).toBe("200");
  expect(await ask(token, "GET", "/api/v1/apps")).toBe("200");
  expect(await ask(token, "POST", "/api/v1/apps")).toBe("400 E0000001");
  expect(await ask(token, "POST", "/api/v1/groups")).toBe("403 E0000006");
  expect(await ask(token, "GET", "/api/v1/authorizationServers")).toBe("403 E0000006");
  expect(await ask(token, "GET", "/api/v1/policies?type=ACCESS_POLICY")).toBe("403 E0000006");
  expect(await ask(token, "GET", "/api/v1/users")).toBe("403 E0000006");
  expect(await ask(token, "GET", `/api/v1/apps/${okta.credentials.clientId}/grants`)).toBe("403 E0000006");
});

it("the Admin Console's endpoint for the ID token's groups claim takes no access token", async () => {
  const token = await accessToken(["okta.apps.manage"]);
  const path = `/api/v1/internal/apps/${okta.credentials.clientId}/settings/oauth/idToken`;
  expect(await ask(token, "GET", path)).toBe("403 E0000006");
  expect((await okta.api("GET", path)).status).toBe(200);
});

it("a service app needs an admin role, and a read-only one lets it read alone", async () => {
  const roles = `/oauth2/v1/clients/${okta.credentials.clientId}/roles`;
  const { body: seeded } = await okta.api<{ id: string; type: string }[]>("GET", roles);
  expect(seeded.map(({ type }) => type).sort()).toEqual(["API_ACCESS_MANAGEMENT_ADMIN", "APP_ADMIN"]);
  const token = await accessToken(["okta.apps.manage"]);
  for (const { id } of seeded) expect((await okta.api("DELETE", `${roles}/${id}`)).status).toBe(204);
  expect(await ask(token, "GET", "/api/v1/apps")).toBe("403 E0000006");

  expect(await okta.api("POST", roles, { type: "READ_ONLY_ADMIN" })).toMatchObject({
    status: 200,
    body: { type: "READ_ONLY_ADMIN", label: "Read-only Administrator", assignmentType: "CLIENT" },
  });
  expect(await ask(token, "GET", "/api/v1/apps")).toBe("200");
  expect(await ask(token, "POST", "/api/v1/apps")).toBe("403 E0000006");
  expect((await okta.api("POST", roles, { type: "READ_ONLY_ADMIN" })).status).toBe(400);
  for (const { type } of seeded) await okta.api("POST", roles, { type });
  expect(await ask(token, "POST", "/api/v1/apps")).toBe("400 E0000001");
  expect((await okta.api("GET", "/oauth2/v1/clients/0oanone/roles")).status).toBe(404);
});

it("a service app grants scopes and roles as a super administrator alone", async () => {
  const { clientId } = okta.credentials;
  const [grants, roles] = [`/api/v1/apps/${clientId}/grants`, `/oauth2/v1/clients/${clientId}/roles`];
  const scopes = ["okta.appGrants.manage", "okta.roles.manage"];
  for (const scopeId of scopes) await okta.api("POST", grants, { scopeId, issuer: okta.url });
  const token = await accessToken(scopes);
  expect(await ask(token, "GET", grants)).toBe("200");
  for (const path of [grants, roles]) expect(await ask(token, "POST", path)).toBe("403 E0000006");
  const { body } = await okta.api("POST", roles, { type: "SUPER_ADMIN" });
  for (const path of [grants, roles]) expect(await ask(token, "POST", path)).toBe("400 E0000001");
  await okta.api("DELETE", `${roles}/${body.id}`);
  const { body: granted } = await okta.api<{ id: string; scopeId: string }[]>("GET", grants);
  for (const { id } of granted.filter(({ scopeId }) => scopes.includes(scopeId))) {
    await okta.api("DELETE", `${grants}/${id}`);
  }
});

it("scopes are granted to a service app, listed and revoked", async () => {
  const grants = `/api/v1/apps/${okta.credentials.clientId}/grants`;
  const scopes = async () =>
    (await okta.api<{ scopeId: string }[]>("GET", grants)).body.map(({ scopeId }) => scopeId).sort();
  expect(await scopes()).toEqual([...okta.credentials.scopes].sort());

  const { status, body } = await okta.api("POST", grants, { scopeId: "okta.users.read", issuer: okta.url });
  expect(status).toBe(201);
  expect(body).toMatchObject({ scopeId: "okta.users.read", status: "ACTIVE", clientId: okta.credentials.clientId });
  expect((await okta.api("GET", `${grants}/${body.id}`)).body).toEqual(body);
  expect(await ask(await accessToken(["okta.users.read"]), "GET", "/api/v1/users")).toBe("200");

  expect((await okta.api("POST", grants, { scopeId: "okta.users.read", issuer: okta.url })).status).toBe(400);
  expect((await okta.api("DELETE", `${grants}/${body.id}`)).status).toBe(204);
  expect((await okta.api("GET", `${grants}/${body.id}`)).status).toBe(404);
  expect(await scopes()).toEqual([...okta.credentials.scopes].sort());
});
