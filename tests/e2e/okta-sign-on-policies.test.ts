import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";
import { groupId, OidcApp } from "./support/oidcApp";

interface Policy {
  id: string;
  name: string;
  priority: number;
  system: boolean;
}

const POLICIES = "/api/v1/policies";
const LIST = `${POLICIES}?type=ACCESS_POLICY`;

let okta: LocalOktaProcess;
beforeAll(async () => {
  okta = await startLocalOkta();
});
afterAll(() => okta.stop());

const list = async (query = "") => (await okta.api<Policy[]>("GET", LIST + query)).body;

async function add(name: string): Promise<Policy> {
  const body = { type: "ACCESS_POLICY", name, description: "For portals" };
  return (await okta.api<Policy>("POST", POLICIES, body)).body;
}

const rule = (access: "ALLOW" | "DENY", changes: object = {}) => ({
  type: "ACCESS_POLICY",
  name: access,
  actions: { appSignOn: { access } },
  ...changes,
});

async function accessPolicyOf(appId: string): Promise<string> {
  const { body } = await okta.api<{ _links: { accessPolicy: { href: string } } }>("GET", `/api/v1/apps/${appId}`);
  return body._links.accessPolicy.href;
}

it("begins with Okta's own, and lists by the beginning of the name, in order of priority", async () => {
  expect(await list()).toMatchObject([{ name: "Any two factors", system: true, priority: 1 }]);
  await add("Portals");
  expect((await list()).map(({ name, system }) => [name, system])).toEqual([
    ["Any two factors", true],
    ["Portals", false],
  ]);
  expect(await list("&q=port")).toMatchObject([{ name: "Portals" }]);
  expect((await okta.api("GET", `${POLICIES}?type=PASSWORD`)).body).toEqual([]);
  expect((await okta.api("GET", POLICIES)).body).toMatchObject({ errorCode: "E0000028" });
});

it("makes each with a rule for everybody that stays, of which the decision alone can be changed", async () => {
  const { id } = await add("With a catch-all");
  const rules = `${POLICIES}/${id}/rules`;
  const { body } = await okta.api<{ id: string; name: string }[]>("GET", rules);
  expect(body).toMatchObject([{ name: "Catch-all Rule", system: true, priority: 99 }]);
  const path = `${rules}/${body[0]!.id}`;
  expect((await okta.api("PUT", path, rule("DENY"))).body).toMatchObject({
    name: "Catch-all Rule",
    priority: 99,
    actions: { appSignOn: { access: "DENY" } },
  });
  expect((await okta.api("DELETE", path)).status).toBe(400);
});

it("keeps Okta's own policy, and one that an app is on", async () => {
  const [own] = await list();
  expect((await okta.api("DELETE", `${POLICIES}/${own!.id}`)).status).toBe(403);
  const { id } = await add("In use");
  const app = await OidcApp.make(okta, okta.url);
  expect(await accessPolicyOf(app.id)).toBe(`${okta.url}${POLICIES}/${own!.id}`);
  expect((await okta.api("PUT", `/api/v1/apps/${app.id}/policies/${id}`)).status).toBe(204);
  expect(await accessPolicyOf(app.id)).toBe(`${okta.url}${POLICIES}/${id}`);
  expect((await okta.api("DELETE", `${POLICIES}/${id}`)).status).toBe(400);
  await okta.api("PUT", `/api/v1/apps/${app.id}/policies/${own!.id}`);
  expect((await okta.api("DELETE", `${POLICIES}/${id}`)).status).toBe(204);
});

it("lets in to an app whom the first rule for the user allows", async () => {
  const app = await OidcApp.make(okta, `${okta.url}/oauth2/default`);
  const { id } = await add("Engineers alone");
  await okta.api("PUT", `/api/v1/apps/${app.id}/policies/${id}`);
  const scope = "openid";
  await app.tokens("alice", { scope });
  await app.tokens("bob", { scope });

  const rules = `${POLICIES}/${id}/rules`;
  const { body } = await okta.api<{ id: string }[]>("GET", rules);
  await okta.api("PUT", `${rules}/${body[0]!.id}`, rule("DENY"));
  const engineers = { people: { groups: { include: [await groupId(okta, "platform-engineers")] } } };
  const { body: allow } = await okta.api("POST", rules, rule("ALLOW", { conditions: engineers }));
  await app.tokens("alice", { scope });
  const denied = {
    error: "access_denied",
    error_description: "You do not have permission to perform the requested action.",
  };
  expect(await app.refusal("bob", { scope })).toEqual(denied);

  await okta.api("POST", `${rules}/${allow.id}/lifecycle/deactivate`);
  expect(await app.refusal("alice", { scope })).toEqual(denied);
});
