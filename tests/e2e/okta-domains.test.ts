import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";

interface Domain {
  id: string;
  domain: string;
  validationStatus: string;
}

const DEFAULT_SERVER = "/api/v1/authorizationServers/default";

let okta: LocalOktaProcess;
beforeAll(async () => {
  okta = await startLocalOkta();
});
afterAll(() => okta.stop());
afterEach(async () => {
  for (const { id } of await domains()) await okta.api("DELETE", `/api/v1/domains/${id}`);
  await okta.api("PUT", "/sandbox/variants", {});
  await setDefaultServer("ORG_URL");
});

const domains = async () => (await okta.api<{ domains: Domain[] }>("GET", "/api/v1/domains")).body.domains;

async function setDefaultServer(issuerMode: string): Promise<string> {
  const settings = { name: "default", audiences: ["api://default"], issuerMode };
  return (await okta.api<{ issuer: string }>("PUT", DEFAULT_SERVER, settings)).body.issuer;
}

async function discoveredIssuer(origin: string): Promise<string> {
  const response = await fetch(`${origin}/oauth2/default/.well-known/openid-configuration`);
  return ((await response.json()) as { issuer: string }).issuer;
}

it("has no custom domain until one is added and verified", async () => {
  expect(await domains()).toEqual([]);
  const wanted = { domain: "login.acme.example", certificateSourceType: "OKTA_MANAGED" };
  const { body: added } = await okta.api<Domain>("POST", "/api/v1/domains", wanted);
  expect(added).toMatchObject({ ...wanted, validationStatus: "NOT_STARTED" });
  expect(await domains()).toEqual([]);
  await okta.api("POST", `/api/v1/domains/${added.id}/verify`);
  expect(await domains()).toMatchObject([{ id: added.id, validationStatus: "VERIFIED" }]);
  for (const key of [added.id, added.domain])
    expect((await okta.api<Domain>("GET", `/api/v1/domains/${key}`)).body.id).toBe(added.id);
  expect((await okta.api("POST", "/api/v1/domains", wanted)).status).toBe(400);
  expect((await okta.api("DELETE", `/api/v1/domains/${added.id}`)).status).toBe(204);
  expect((await okta.api("GET", `/api/v1/domains/${added.id}`)).body).toMatchObject({ errorCode: "E0000007" });
});

it.each([
  ["ORG_URL", []],
  ["ORG_URL", ["localhost"]],
  ["CUSTOM_URL", []],
  ["CUSTOM_URL", ["localhost", "login.acme.example"]],
])("gives the org's URL as issuer in mode %s with the domains %j", async (mode, names) => {
  for (const name of names) await okta.addDomain(name);
  expect(await setDefaultServer(mode)).toBe(`${okta.url}/oauth2/default`);
  expect(await discoveredIssuer(okta.url.replace("127.0.0.1", "localhost"))).toBe(`${okta.url}/oauth2/default`);
});

it("gives the custom domain as issuer in mode CUSTOM_URL where there is one alone", async () => {
  const origin = await okta.addDomain("localhost");
  expect(await setDefaultServer("CUSTOM_URL")).toBe(`${origin}/oauth2/default`);
  expect(await discoveredIssuer(okta.url)).toBe(`${origin}/oauth2/default`);
});

it("gives the address that was asked as issuer in mode DYNAMIC, of any domain of the org's", async () => {
  const origin = await okta.addDomain("localhost");
  await okta.addDomain("login.acme.example");
  expect(await setDefaultServer("DYNAMIC")).toBe(`${okta.url}/oauth2/default`);
  expect(await discoveredIssuer(okta.url)).toBe(`${okta.url}/oauth2/default`);
  expect(await discoveredIssuer(origin)).toBe(`${origin}/oauth2/default`);
});

it("names the default server by an ID of its own where so chosen, with the same issuer", async () => {
  const find = async (key: string) =>
    (await okta.api<{ id: string; issuer: string }>("GET", `/api/v1/authorizationServers/${key}`)).body;
  expect(await find("default")).toMatchObject({ id: "default" });
  await okta.api("PUT", "/sandbox/variants", { defaultServerId: "aus" });
  const server = await find("default");
  expect(server.id).toMatch(/^aus\w{17}$/);
  expect(server.issuer).toBe(`${okta.url}/oauth2/default`);
  expect(await find(server.id)).toEqual(server);
  expect((await okta.api("GET", `/api/v1/authorizationServers/${server.id}/policies`)).body).toHaveLength(1);
  expect(await discoveredIssuer(okta.url)).toBe(server.issuer);
});
