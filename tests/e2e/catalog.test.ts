import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
import type { Entity } from "@backstage/catalog-model";
import { waitFor } from "../../sandbox/processes/wait";
import { CatalogPortal } from "./support/catalogPortal";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";
import { groupId, OidcApp } from "./support/oidcApp";
import type { Cookies } from "./support/signIn";

// The portal may have to be built first.
jest.setTimeout(900_000);

const RESOLVERS = {
  byId: { resolver: "oktaUserId" },
  byEmail: { resolver: "emailMatchingUserEntityProfileEmail" },
  byAnnotation: { resolver: "emailMatchingUserEntityAnnotation" },
  byName: { resolver: "emailLocalPartMatchingUserEntityName", allowedDomains: ["example.com"] },
  byGroups: { resolver: "oktaGroups", userIdAnnotation: "okta.com/id", slug: true, onlyGroupsInCatalog: true },
};
const ALL = [
  ...["group:backstage-admins", "group:backstage-users", "group:contractors", "group:platform-engineers"],
  ...["user:alice", "user:bob", "user:carol", "user:dave"],
];

let okta: LocalOktaProcess;
let portal: CatalogPortal;
let entry: Record<string, unknown>;

beforeAll(async () => {
  okta = await startLocalOkta();
  await OidcApp.addGroupsClaim(okta);
  portal = await CatalogPortal.prepare(okta, RESOLVERS);
  entry = {
    orgUrl: okta.url,
    token: okta.credentials.apiToken,
    groupFilter: 'type eq "OKTA_GROUP"',
    parentAttribute: "parentGroup",
    naming: { groups: { slug: true } },
    maxRemovedPercent: 40,
    callTimeoutSeconds: 5,
    // With it a run begins when it is asked for; without it, when the scheduler next looks.
    deltaSchedule: { frequency: { hours: 1 } },
  };
  await portal.restart(entry);
  await until(ALL);
});
afterEach(() => okta.api("DELETE", "/sandbox/faults"));
afterAll(async () => {
  await portal?.stop();
  await okta.stop();
});

/** Waits until the catalog has these, and no others. */
async function until(refs: string[]): Promise<Map<string, Entity>> {
  let last: string[] = [];
  return waitFor(`the catalog to have ${refs.join(", ")}`, async () => {
    const all = await portal.entities();
    last = [...all.keys()].sort();
    if (last.join() !== [...refs].sort().join()) throw new Error(`it has ${last.join(", ")}`);
    return all;
  });
}

/** Waits until an entity has exactly these relations of a type. */
const untilRelated = (ref: string, type: string, targets: string[]) =>
  waitFor(`${ref} to be ${type} ${targets.join(", ")}`, async () => {
    const relations = (await portal.entities()).get(ref)?.relations ?? [];
    const found = relations.filter((relation) => relation.type === type).map(({ targetRef }) => targetRef);
    if (found.sort().join() !== [...targets].sort().join()) throw new Error(`it is ${type} ${found.join(", ")}`);
    return true;
  });

async function ownedByBob(): Promise<string[]> {
  const { response } = await portal.signIn("bob", "byGroups");
  return (await portal.ownership(response!.backstageIdentity.token)).sort();
}

const userId = async (name: string) => (await okta.api("GET", `/api/v1/users/${name}@example.com`)).body.id;
const newGroup = async (name: string) => (await okta.api("POST", "/api/v1/groups", { profile: { name } })).body.id;

it("has the groups and their members, each with the way back to Okta", async () => {
  const entities = await portal.entities();
  expect(entities.get("user:bob")).toMatchObject({
    metadata: {
      annotations: { "okta.com/id": await userId("bob"), "okta.com/login": "bob@example.com" },
      links: [{ title: "User in Okta" }],
    },
  });
  await untilRelated("user:alice", "memberOf", ["group:default/backstage-users", "group:default/platform-engineers"]);
});

it.each(Object.keys(RESOLVERS))("lets bob sign in, whom no file has: %s", async (environment) => {
  const { response, error } = await portal.signIn("bob", environment);
  expect(error).toBeUndefined();
  const { token } = response!.backstageIdentity;
  expect(await portal.ownership(token)).toEqual(
    expect.arrayContaining(["user:default/bob", "group:default/backstage-users"]),
  );
});

it.each(["whole", "changes"] as const)("shows the next refresh that bob is in one more group: %s", async (kind) => {
  const membership = `/api/v1/groups/${await groupId(okta, "platform-engineers")}/users/${await userId("bob")}`;
  const cookies: Cookies = new Map();
  await portal.signIn("bob", "byId", cookies);
  await okta.api("PUT", membership);
  expect(await portal.sync(kind)).toBeUndefined();
  await untilRelated("user:bob", "memberOf", ["group:default/backstage-users", "group:default/platform-engineers"]);
  const { status, body } = await portal.session("refresh", "byId", cookies);
  expect(status).toBe(200);
  const { token } = (body as unknown as { backstageIdentity: { token: string } }).backstageIdentity;
  expect(await portal.ownership(token)).toContain("group:default/platform-engineers");
  await okta.api("DELETE", membership);
  expect(await portal.sync(kind)).toBeUndefined();
  await untilRelated("user:bob", "memberOf", ["group:default/backstage-users"]);
});

describe("leaves the catalog as it was", () => {
  it.each([
    ["Okta does not take the credentials", { kind: "status", status: 401, path: "/groups" }, /Okta refuses .*: 401/],
    ["Okta does not allow it", { kind: "status", status: 403, path: "/groups" }, /Okta refuses .*: 403/],
    ["Okta fails", { kind: "status", status: 500, path: "/groups" }, /Okta refuses .*: 500/],
    ["one group alone fails", { kind: "status", status: 500, path: "/users\\?limit", skip: 2 }, /refuses .*: 500/],
    ["the connection is cut", { kind: "drop", path: "/users\\?limit", skip: 1 }, /could not reach .*ECONNRESET/],
    ["a rate limit is too long", { kind: "rateLimit", resetSeconds: 60, path: "/groups" }, /a rate limit that is over/],
  ])("when %s", async (_, fault, reason) => {
    const before = await portal.entities();
    await okta.api("POST", "/sandbox/faults", { times: 1, ...fault });
    expect(await portal.sync()).toMatch(reason);
    expect((await portal.status())[0]?.lastRunError).toMatch(reason);
    expect(await portal.sync()).toBeUndefined();
    expect((await portal.status())[0]).not.toHaveProperty("lastRunError");
    expect(await portal.entities()).toEqual(before);
  });

  it("when there is nobody all of a sudden", async () => {
    const before = await portal.entities();
    const ids = await Promise.all(["alice", "bob", "carol", "dave"].map(userId));
    for (const id of ids) await okta.api("POST", `/api/v1/users/${id}/lifecycle/deactivate`);
    expect(await portal.sync()).toMatch(/Okta gave no user/);
    for (const id of ids.slice(1)) await okta.api("POST", `/api/v1/users/${id}/lifecycle/activate`);
    await okta.api("POST", `/api/v1/users/${ids[1]}/lifecycle/deactivate`);
    expect(await portal.sync()).toMatch(/would remove 2 of 4 users, more than maxRemovedPercent: 40/);
    expect(await portal.entities()).toEqual(before);
    for (const id of ids.slice(0, 2)) await okta.api("POST", `/api/v1/users/${id}/lifecycle/activate`);
  });
});

it("waits out a short rate limit", async () => {
  await okta.api("POST", "/sandbox/faults", { kind: "rateLimit", resetSeconds: 1, path: "/users\\?limit", times: 1 });
  expect(await portal.sync()).toBeUndefined();
});

it("follows a group that is renamed, put below another, and given a twin in name", async () => {
  const id = await groupId(okta, "contractors");
  const profile = { name: "Contract Workers", description: "", parentGroup: "backstage-users" };
  await okta.api("PUT", `/api/v1/groups/${id}`, { profile });
  expect(await portal.sync()).toBeUndefined();
  const renamed = ALL.map((ref) => ref.replace("contractors", "contract-workers"));
  expect((await until(renamed)).get("group:contract-workers")?.metadata.annotations).toMatchObject({
    "okta.com/id": id,
  });
  await untilRelated("user:carol", "memberOf", ["group:default/contract-workers"]);
  await untilRelated("group:contract-workers", "childOf", ["group:default/backstage-users"]);

  const twin = await newGroup("contract/workers");
  await okta.api("PUT", `/api/v1/groups/${twin}/users/${await userId("bob")}`);
  // Who is in the other group owns nothing by the name, before the catalog has seen that group and after.
  expect(await ownedByBob()).toEqual(["group:default/backstage-users", "user:default/bob"]);
  expect(await portal.sync()).toBeUndefined();
  await until(renamed.filter((ref) => ref !== "group:contract-workers"));
  expect(await ownedByBob()).toEqual(["group:default/backstage-users", "user:default/bob"]);
  await okta.api("DELETE", `/api/v1/groups/${twin}`);
  expect(await portal.sync()).toBeUndefined();
  await until(renamed);
});

it("finds a person by the email that changed", async () => {
  await okta.api("POST", `/api/v1/users/${await userId("alice")}`, { profile: { email: "adams@example.com" } });
  expect((await portal.signIn("alice", "byEmail")).error).toBeDefined();
  expect(await portal.sync()).toBeUndefined();
  await waitFor("alice's new email", async () => !(await portal.signIn("alice", "byEmail")).error);
  // The name is by the login, so that it is not hers by that email.
  expect((await portal.signIn("alice", "byName")).error).toBeDefined();
});

it("reads by a service app's private key, once it has the scopes and a role", async () => {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const oauthClient = {
    application_type: "service",
    grant_types: ["client_credentials"],
    response_types: ["token"],
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: "catalog" }] },
  };
  const { body: app } = await okta.api("POST", "/api/v1/apps", {
    name: "oidc_client",
    label: "Catalog",
    signOnMode: "OPENID_CONNECT",
    credentials: { oauthClient: { token_endpoint_auth_method: "private_key_jwt" } },
    settings: { oauthClient },
  });
  const oauth = { clientId: app.id, keyId: "catalog", privateKey: await exportPKCS8(privateKey) };
  await portal.restart({ ...entry, token: undefined, oauth });
  const before = await portal.entities();

  expect(await portal.sync()).toMatch(/Okta refuses .* 400 consent_required You are not allowed any of the requested/);
  for (const scopeId of ["okta.users.read", "okta.groups.read"])
    await okta.api("POST", `/api/v1/apps/${app.id}/grants`, { scopeId, issuer: okta.url });
  expect(await portal.sync()).toMatch(/Okta refuses .* 403 E0000006 You do not have permission/);
  expect(await portal.entities()).toEqual(before);

  await okta.api("POST", `/oauth2/v1/clients/${app.id}/roles`, { type: "READ_ONLY_ADMIN" });
  await newGroup("sre");
  expect(await portal.sync()).toBeUndefined();
  await until([...before.keys(), "group:sre"]);
});

it("takes away who was deprovisioned, whose session ends as well", async () => {
  const before = await portal.entities();
  const cookies: Cookies = new Map();
  await portal.signIn("bob", "byId", cookies);
  expect((await portal.session("refresh", "byId", cookies)).status).toBe(200);
  await okta.api("POST", `/api/v1/users/${await userId("bob")}/lifecycle/deactivate`);
  expect(await portal.sync()).toBeUndefined();
  await until([...before.keys()].filter((ref) => ref !== "user:bob"));
  expect((await portal.session("refresh", "byId", cookies)).status).toBe(401);
});
