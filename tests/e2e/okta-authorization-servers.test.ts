import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";

interface Resource {
  id: string;
  name: string;
  status: string;
  priority: number;
  system: boolean;
  issuer: string;
}
interface OktaErrorBody {
  errorCode: string;
  errorSummary: string;
  errorCauses: { errorSummary: string }[];
}

const SERVERS = "/api/v1/authorizationServers";
const TAKEN = "An object with this field already exists in the current organization";

let okta: LocalOktaProcess;
let clientId: string;
/** Path of the server under test: each test has its own. */
let server: string;
let made = 0;

beforeAll(async () => {
  okta = await startLocalOkta();
  ({ clientId } = okta.credentials);
});
afterAll(() => okta.stop());
beforeEach(async () => {
  server = `${SERVERS}/${(await post(SERVERS, { name: `server ${++made}`, audiences: ["api://portal"] })).id}`;
});

const get = async (path: string) => (await okta.api<Resource>("GET", path)).body;
const list = async (path: string) => (await okta.api<Resource[]>("GET", path)).body;
const status = async (method: string, path: string, body?: unknown) => (await okta.api(method, path, body)).status;

async function post(path: string, body?: unknown): Promise<Resource> {
  const answer = await okta.api<Resource>("POST", path, body);
  expect([answer.status, answer.status === 201 ? "" : answer.body]).toEqual([201, ""]);
  return answer.body;
}

async function refusal(method: string, path: string, body?: unknown): Promise<string> {
  const { status: code, body: error } = await okta.api<OktaErrorBody>(method, path, body);
  const causes = error.errorCauses.map((cause) => cause.errorSummary);
  return [`${code} ${error.errorCode}: ${error.errorSummary}`, ...causes].join(" | ");
}

const scope = (name: string) => ({ name, consent: "IMPLICIT", metadataPublish: "ALL_CLIENTS" });
const claim = (changes: object = {}) => ({
  name: "groups",
  claimType: "IDENTITY",
  valueType: "GROUPS",
  group_filter_type: "REGEX",
  value: ".*",
  ...changes,
});
const policy = (name: string, changes: object = {}) => ({
  type: "OAUTH_AUTHORIZATION_POLICY",
  name,
  description: "Who may sign in",
  conditions: { clients: { include: [clientId] } },
  ...changes,
});
const rule = (name: string, changes: { conditions?: object; token?: object; priority?: number } = {}) => ({
  type: "RESOURCE_ACCESS",
  name,
  priority: changes.priority,
  conditions: {
    grantTypes: { include: ["authorization_code"] },
    people: { groups: { include: ["EVERYONE"] }, users: {} },
    scopes: { include: ["openid", "profile"] },
    ...changes.conditions,
  },
  actions: { token: { ...changes.token } },
});

describe("servers", () => {
  it("are at the org's URL, at its custom domain, or at the address asked, by issuer mode", async () => {
    const { id } = await get(server);
    const customUrl = await okta.addDomain("localhost");
    expect((await get(server)).issuer).toBe(`${okta.url}/oauth2/${id}`);
    const mode = (issuerMode: string) =>
      okta.api("PUT", server, { name: `server ${made}`, audiences: ["api://portal"], issuerMode });
    await mode("CUSTOM_URL");
    expect((await get(server)).issuer).toBe(`${customUrl}/oauth2/${id}`);
    await mode("DYNAMIC");
    expect((await get(server)).issuer).toBe(`${okta.url}/oauth2/${id}`);
    const headers = { Authorization: `SSWS ${okta.credentials.apiToken}` };
    const asked = (await (await fetch(customUrl + server, { headers })).json()) as Resource;
    expect(asked.issuer).toBe(`${customUrl}/oauth2/${id}`);
  });

  it("are found by name, which is unique", async () => {
    expect(await list(`${SERVERS}?limit=200&q=default`)).toMatchObject([{ id: "default", name: "default" }]);
    expect(await refusal("POST", SERVERS, { name: "default", audiences: ["x"] })).toBe(
      `400 E0000001: Api validation failed: name | name: ${TAKEN}`,
    );
  });

  it("need a name and exactly one audience", async () => {
    expect(await refusal("POST", SERVERS, {})).toBe(
      "400 E0000001: Api validation failed: name | name: The field cannot be left blank | audiences: The field cannot be left blank",
    );
    expect(await refusal("POST", SERVERS, { name: "two", audiences: ["a", "b"] })).toContain("Exactly one audience");
  });

  it("begin with the standard scopes and claims, which stay", async () => {
    const scopes = await list(`${server}/scopes`);
    expect(scopes.map(({ name }) => name).sort()).toEqual([
      "address",
      "device_sso",
      "email",
      "offline_access",
      "openid",
      "phone",
      "profile",
    ]);
    expect(scopes.every(({ system }) => system)).toBe(true);
    const sub = (await list(`${server}/claims`)).find(({ name }) => name === "sub");
    expect(sub).toMatchObject({ system: true, claimType: "RESOURCE" });
    expect(await refusal("DELETE", `${server}/scopes/${scopes[0]!.id}`)).toMatch(/^400 E0000001/);
    expect(await refusal("DELETE", `${server}/claims/${sub!.id}`)).toMatch(/^400 E0000001/);
  });

  it("are deactivated, activated and deleted, with all that is theirs", async () => {
    expect(await status("POST", `${server}/lifecycle/deactivate`)).toBe(204);
    expect((await get(server)).status).toBe("INACTIVE");
    expect(await status("POST", `${server}/lifecycle/activate`)).toBe(204);
    expect((await get(server)).status).toBe("ACTIVE");
    expect(await status("DELETE", server)).toBe(204);
    expect(await refusal("GET", `${server}/scopes`)).toMatch(
      /^404 E0000007: Not found: Resource not found: aus\w{17} \(AuthorizationServer\)$/,
    );
  });
});

describe("scopes and claims", () => {
  it("have names of their own on a server", async () => {
    const groups = await post(`${server}/scopes`, scope("groups"));
    const made = await post(`${server}/claims`, claim({ conditions: { scopes: ["groups"] } }));
    expect(await refusal("POST", `${server}/scopes`, scope("groups"))).toContain(`name: ${TAKEN}`);
    expect(await refusal("POST", `${server}/claims`, claim())).toContain(`name: ${TAKEN}`);
    expect(await status("PUT", `${server}/scopes/${groups.id}`, scope("groups"))).toBe(200);
    expect(await status("PUT", `${server}/claims/${made.id}`, claim({ value: "backstage-.*" }))).toBe(200);
    expect(await get(`${server}/claims/${made.id}`)).toMatchObject({ value: "backstage-.*", system: false });
    expect(await status("DELETE", `${server}/claims/${made.id}`)).toBe(204);
    expect(await status("DELETE", `${server}/scopes/${groups.id}`)).toBe(204);
    expect(await status("GET", `${server}/scopes/${groups.id}`)).toBe(404);
  });

  it.each([
    ["a regular expression that does not parse", { value: "(" }, "value: Invalid regular expression: ("],
    ["a groups claim without a filter", { group_filter_type: undefined }, "group_filter_type: "],
    ["no value", { value: "" }, "value: The field cannot be left blank"],
    ["a name that the server itself fills", { name: "iss" }, "name: The name is reserved"],
    ["a scope that the server does not have", { conditions: { scopes: ["nothing"] } }, "no scope named nothing"],
  ])("are refused with %s", async (_, changes, cause) => {
    expect(await refusal("POST", `${server}/claims`, claim(changes))).toContain(cause);
  });
});

describe("policies and rules", () => {
  it("take their place, and the others move", async () => {
    const names = async (path: string) => (await list(path)).map(({ name, priority }) => `${priority} ${name}`);
    const policies = `${server}/policies`;
    await post(policies, policy("a", { priority: 1 }));
    await post(policies, policy("b", { priority: 1 }));
    const c = await post(policies, policy("c", { priority: 99 }));
    expect(await names(policies)).toEqual(["1 b", "2 a", "3 c"]);
    expect((await okta.api<Resource>("PUT", `${policies}/${c.id}`, policy("c", { priority: 1 }))).body.priority).toBe(
      1,
    );
    expect(await names(policies)).toEqual(["1 c", "2 b", "3 a"]);
    expect(await status("DELETE", `${policies}/${c.id}`)).toBe(204);
    expect(await names(policies)).toEqual(["1 b", "2 a"]);

    const rules = `${policies}/${(await list(policies))[0]!.id}/rules`;
    await post(rules, rule("a", { priority: 1 }));
    await post(rules, rule("b", { priority: 1 }));
    expect(await names(rules)).toEqual(["1 b", "2 a"]);
  });

  it("have names of their own, and a lifecycle", async () => {
    const { id } = await post(`${server}/policies`, policy("portal"));
    const path = `${server}/policies/${id}`;
    expect(await refusal("POST", `${server}/policies`, policy("portal"))).toContain(`name: ${TAKEN}`);
    const { id: ruleId } = await post(`${path}/rules`, rule("portal"));
    expect(await refusal("POST", `${path}/rules`, rule("portal"))).toContain(`name: ${TAKEN}`);
    for (const each of [path, `${path}/rules/${ruleId}`]) {
      expect(await status("POST", `${each}/lifecycle/deactivate`)).toBe(204);
      expect((await get(each)).status).toBe("INACTIVE");
      expect(await status("POST", `${each}/lifecycle/activate`)).toBe(204);
      expect((await get(each)).status).toBe("ACTIVE");
    }
    expect(await status("DELETE", path)).toBe(204);
    expect(await refusal("GET", `${path}/rules`)).toContain(`${id} (Policy)`);
  });

  it.each([
    ["no description", { description: undefined }, "description: The field cannot be left blank"],
    ["another type", { type: "OKTA_SIGN_ON" }, "type: The type must be OAUTH_AUTHORIZATION_POLICY"],
    ["an unknown client", { conditions: { clients: { include: ["0oa1"] } } }, "No client has the ID 0oa1"],
  ])("a policy is refused with %s", async (_, changes, cause) => {
    expect(await refusal("POST", `${server}/policies`, policy("x", changes))).toContain(cause);
  });

  it.each<[string, Parameters<typeof rule>[1], string]>([
    ["an access token of 4 minutes", { token: { accessTokenLifetimeMinutes: 4 } }, "between 5 and 1440 minutes"],
    ["an access token of over a day", { token: { accessTokenLifetimeMinutes: 1441 } }, "between 5 and 1440 minutes"],
    ["a refresh window of 9 minutes", { token: { refreshTokenWindowMinutes: 9 } }, "between 10 and 2628000 minutes"],
    ["a window of over five years", { token: { refreshTokenWindowMinutes: 2_628_001 } }, "between 10 and 2628000"],
    [
      "a window longer than the refresh token's life",
      { token: { refreshTokenLifetimeMinutes: 60, refreshTokenWindowMinutes: 61 } },
      "must not be greater than that of refreshTokenLifetimeMinutes",
    ],
    [
      "a window shorter than the access token's life",
      { token: { refreshTokenLifetimeMinutes: 120, refreshTokenWindowMinutes: 59 } },
      "must not be less than that of accessTokenLifetimeMinutes",
    ],
    [
      "an unknown group",
      { conditions: { people: { groups: { include: ["00g1"] } } } },
      "conditions.people.groups.include: No group has the ID 00g1",
    ],
    [
      "nobody at all",
      { conditions: { people: {} } },
      "conditions.people: At least one of 'conditions.people.users.include' or 'conditions.people.groups.include'",
    ],
    ["an unknown scope", { conditions: { scopes: { include: ["nothing"] } } }, "no scope named nothing"],
    ["an unknown grant type", { conditions: { grantTypes: { include: ["magic"] } } }, "magic is no grant type"],
  ])("a rule is refused with %s", async (_, changes, cause) => {
    const { id } = await post(`${server}/policies`, policy("x"));
    const refused = await refusal("POST", `${server}/policies/${id}/rules`, rule("x", changes));
    expect(refused).toMatch(/^400 E0000001/);
    expect(refused).toContain(cause);
  });
});
