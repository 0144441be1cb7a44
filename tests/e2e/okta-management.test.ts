import { type Answer, type LocalOktaProcess, startLocalOkta } from "./support/localOkta";

interface Resource {
  id: string;
  name: string;
  label: string;
  status: string;
  priority: number;
  system: boolean;
  issuer: string;
  created: string;
  profile: { name: string; login: string };
  credentials: { oauthClient: { client_id: string; client_secret?: string; pkce_required: boolean } };
  settings: { oauthClient: Record<string, unknown> };
}
interface AppUser {
  scope: string;
  credentials: { userName: string };
}
interface OktaErrorBody {
  errorCode: string;
  errorSummary: string;
  errorLink: string;
  errorId: string;
  errorCauses: { errorSummary: string }[];
}

let okta: LocalOktaProcess;
beforeAll(async () => {
  okta = await startLocalOkta();
});
afterAll(() => okta.stop());

const get = async (path: string) => (await okta.api<Resource>("GET", path)).body;
const list = async (path: string) => (await okta.api<Resource[]>("GET", path)).body;
const post = async (path: string, body?: unknown) => (await okta.api<Resource>("POST", path, body)).body;
const status = async (method: string, path: string, body?: unknown) => (await okta.api(method, path, body)).status;

/** An error as `CODE: summary | cause | cause`, with its status before it. */
async function refusal(method: string, path: string, body?: unknown): Promise<string> {
  const { status: code, body: error } = await okta.api<OktaErrorBody>(method, path, body);
  expect(error.errorLink).toBe(error.errorCode);
  expect(error.errorId).toMatch(/^oae\w{17}$/);
  return [
    `${code} ${error.errorCode}: ${error.errorSummary}`,
    ...error.errorCauses.map((each) => each.errorSummary),
  ].join(" | ");
}

/** An OIDC web app that Okta accepts, with changes. */
function webApp(label: string, client: Record<string, unknown> = {}, credentials: Record<string, unknown> = {}) {
  return {
    name: "oidc_client",
    label,
    signOnMode: "OPENID_CONNECT",
    credentials: { oauthClient: credentials },
    settings: {
      oauthClient: {
        application_type: "web",
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        redirect_uris: ["https://portal.example.com/callback"],
        ...client,
      },
    },
  };
}

describe("any request", () => {
  it("carries rate-limit headers and a request ID", async () => {
    const { headers } = await okta.api("GET", "/api/v1/users/me");
    expect(headers.get("X-Okta-Request-Id")).toMatch(/^\w{20}$/);
    expect(Number(headers.get("X-Rate-Limit-Limit"))).toBeGreaterThan(0);
    expect(Number(headers.get("X-Rate-Limit-Remaining"))).toBeGreaterThan(0);
    expect(Number(headers.get("X-Rate-Limit-Reset"))).toBeGreaterThan(Date.now() / 1000 - 1);
  });

  it("is refused without credentials, and with wrong ones", async () => {
    const ask = async (authorization?: string) => {
      const response = await fetch(`${okta.url}/api/v1/apps`, authorization ? { headers: { authorization } } : {});
      return [response.status, ((await response.json()) as OktaErrorBody).errorCode];
    };
    expect(await ask()).toEqual([403, "E0000005"]);
    expect(await ask("SSWS wrong")).toEqual([401, "E0000011"]);
    expect(await ask("Bearer wrong")).toEqual([401, "E0000011"]);
  });

  it("is refused for a path, a method or a body that the API does not know", async () => {
    expect(await refusal("GET", "/api/v1/nothing")).toBe("404 E0000008: The requested path was not found");
    expect(await refusal("DELETE", "/api/v1/apps")).toMatch(/^405 E0000022/);
    expect(await refusal("POST", "/api/v1/groups", "text")).toBe("400 E0000003: The request body was not well-formed.");
    expect(await refusal("POST", "/api/v1/groups", { profile: { name: 1 } })).toMatch(/^400 E0000003/);
    const cut = await fetch(`${okta.url}/api/v1/groups`, {
      method: "POST",
      headers: { Authorization: `SSWS ${okta.credentials.apiToken}` },
      body: '{"profile": ',
    });
    expect([cut.status, ((await cut.json()) as OktaErrorBody).errorCode]).toEqual([400, "E0000003"]);
  });
});

describe("the org", () => {
  it("tells its ID and pipeline to anyone, and its custom domain to who asks there", async () => {
    const ask = async (url: string) =>
      (await (await fetch(`${url}/.well-known/okta-organization`)).json()) as Record<string, unknown>;
    const byUrl = await ask(okta.url);
    expect(await ask(okta.url.replace("127.0.0.1", "localhost"))).toEqual(byUrl);
    const customUrl = await okta.addDomain("localhost");
    expect(byUrl).toMatchObject({ pipeline: "idx", _links: { organization: { href: okta.url } } });
    expect(byUrl._links).not.toHaveProperty("alternate");
    const byDomain = await ask(customUrl);
    expect(byDomain.id).toBe(byUrl.id);
    expect(byDomain._links).toEqual({ organization: { href: okta.url }, alternate: { href: customUrl } });
  });

  it("has one app sign-in policy, made by Okta, on which every app is", async () => {
    const policies = await list("/api/v1/policies?type=ACCESS_POLICY");
    expect(policies).toMatchObject([{ name: "Any two factors", system: true, status: "ACTIVE" }]);
    const app = await post("/api/v1/apps", webApp("On a policy"));
    expect(app).toMatchObject({ _links: { accessPolicy: { href: `${okta.url}/api/v1/policies/${policies[0]!.id}` } } });
    expect(await status("PUT", `/api/v1/apps/${app.id}/policies/${policies[0]!.id}`)).toBe(204);
    expect(await refusal("PUT", `/api/v1/apps/${app.id}/policies/rst1`)).toBe(
      "404 E0000007: Not found: Resource not found: rst1 (Policy)",
    );
  });
});

describe("users", () => {
  it("are the four of the sandbox and the admin, shown without their passwords", async () => {
    const users = await list("/api/v1/users");
    expect(users.map(({ profile }) => profile.login).sort()).toEqual(
      ["admin", "alice", "bob", "carol", "dave"].map((name) => `${name}@example.com`),
    );
    const groups = await list("/api/v1/users/alice@example.com/groups");
    expect(groups.map(({ profile }) => profile.name).sort()).toEqual([
      "Everyone",
      "backstage-users",
      "platform-engineers",
    ]);
    expect((await get("/api/v1/users/me")).profile.login).toBe("admin@example.com");
    expect(JSON.stringify(users)).not.toContain("-password");
  });

  it("are found by what their name, email or login begins with", async () => {
    const logins = async (query: string) => (await list(`/api/v1/users?${query}`)).map(({ profile }) => profile.login);
    expect(await logins("q=ali")).toEqual(["alice@example.com"]);
    expect(await logins(`search=${encodeURIComponent('profile.email eq "bob@example.com"')}`)).toEqual([
      "bob@example.com",
    ]);
    expect(await refusal("GET", "/api/v1/users?search=login")).toMatch(/^400 E0000031/);
  });

  it("are created, put in groups, deactivated and deleted", async () => {
    const [group] = await list("/api/v1/groups?q=contractors");
    const profile = { login: "erin@example.com", email: "erin@example.com", firstName: "Erin", lastName: "Ellis" };
    const erin = await post("/api/v1/users?activate=true", {
      profile,
      credentials: { password: { value: "erin-password" } },
      groupIds: [group!.id],
    });
    expect(erin.status).toBe("ACTIVE");
    expect(await refusal("POST", "/api/v1/users", { profile })).toBe(
      "400 E0000001: Api validation failed: login | login: An object with this field already exists in the current organization",
    );

    const members = async () => (await list(`/api/v1/groups/${group!.id}/users`)).map(({ id }) => id);
    expect(await members()).toContain(erin.id);
    expect(await status("DELETE", `/api/v1/groups/${group!.id}/users/${erin.id}`)).toBe(204);
    expect(await members()).not.toContain(erin.id);
    expect(await status("PUT", `/api/v1/groups/${group!.id}/users/${erin.id}`)).toBe(204);
    expect(await members()).toContain(erin.id);

    expect(await status("POST", `/api/v1/users/${erin.id}/lifecycle/deactivate`)).toBe(200);
    expect((await get(`/api/v1/users/${erin.id}`)).status).toBe("DEPROVISIONED");
    expect(await status("DELETE", `/api/v1/users/${erin.id}`)).toBe(204);
    expect(await refusal("GET", `/api/v1/users/${erin.id}`)).toBe(
      `404 E0000007: Not found: Resource not found: ${erin.id} (User)`,
    );
  });
});

describe("groups", () => {
  it("are listed by prefix, by search, and page by page", async () => {
    const names = (groups: Resource[]) => groups.map(({ profile }) => profile.name).sort();
    expect(names(await list("/api/v1/groups?q=backstage"))).toEqual(["backstage-admins", "backstage-users"]);
    const search = encodeURIComponent('profile.name eq "backstage-users" and type eq "OKTA_GROUP"');
    expect(names(await list(`/api/v1/groups?search=${search}`))).toEqual(["backstage-users"]);

    const all = await list("/api/v1/groups");
    const paged: Resource[] = [];
    let next: string | undefined = "/api/v1/groups?limit=2";
    while (next) {
      const page: Answer<Resource[]> = await okta.api("GET", next);
      expect(page.body.length).toBeLessThanOrEqual(2);
      paged.push(...page.body);
      next = /<([^>]+)>; rel="next"/.exec(page.headers.get("Link")!)?.[1]?.slice(okta.url.length);
    }
    expect(paged).toEqual(all);
  });

  it("are found by their IDs and times, as many as there are, within a limit of 100 calls a minute", async () => {
    const made = await Promise.all(
      Array.from({ length: 300 }, (_, index) => post("/api/v1/groups", { profile: { name: `team-${index}` } })),
    );
    await okta.api("PUT", "/sandbox/limits", { requestsPerMinute: 100 });
    const [first, second] = made;
    const found = async (expression: string) =>
      (await list(`/api/v1/groups?filter=${encodeURIComponent(expression)}`)).map(({ id }) => id).sort();
    expect(await found(`id eq "${first!.id}" or id eq "${second!.id}"`)).toEqual([first!.id, second!.id].sort());
    const since = `lastUpdated ge "${(await get(`/api/v1/groups/${first!.id}`)).created}"`;
    expect(await found(`type eq "OKTA_GROUP" and (${since} or id eq "none")`)).toHaveLength(300);
    expect(await refusal("GET", `/api/v1/groups?filter=${encodeURIComponent('profile.name eq "x"')}`)).toMatch(
      /^400 E0000031/,
    );
    const statuses: number[] = [];
    for (const { id } of made) statuses.push(await status("GET", `/api/v1/groups/${id}`));
    await okta.api("PUT", "/sandbox/limits", {});
    expect(statuses.filter((code) => code === 200)).toHaveLength(96);
    expect(statuses.filter((code) => code === 429)).toHaveLength(204);
    for (const { id } of made) await okta.api("DELETE", `/api/v1/groups/${id}`);
  });

  it("are created once by a name, renamed and deleted, with their assignments", async () => {
    const profile = { name: "portal-testers", description: "Try it" };
    const group = await post("/api/v1/groups", { profile });
    expect(await refusal("POST", "/api/v1/groups", { profile })).toMatch(/^400 E0000001: Api validation failed: name/);
    const app = await post("/api/v1/apps", webApp("Has testers"));
    await okta.api("PUT", `/api/v1/apps/${app.id}/groups/${group.id}`, {});

    const renamed = await okta.api<Resource>("PUT", `/api/v1/groups/${group.id}`, { profile: { name: "testers" } });
    expect(renamed.body.profile).toEqual({ name: "testers", description: "" });
    expect(await status("DELETE", `/api/v1/groups/${group.id}`)).toBe(204);
    expect(await refusal("GET", `/api/v1/groups/${group.id}`)).toContain(`${group.id} (UserGroup)`);
    expect(await list(`/api/v1/apps/${app.id}/groups`)).toEqual([]);
  });

  it("of Okta's own making stay as they are", async () => {
    const [everyone] = await list("/api/v1/groups?q=Everyone");
    expect(await refusal("DELETE", `/api/v1/groups/${everyone!.id}`)).toMatch(/^400 E0000001/);
  });
});

describe("apps", () => {
  it("get a client ID and a secret that a replacement keeps, left out or sent back", async () => {
    const app = await post("/api/v1/apps", webApp("Portal"));
    const { client_id, client_secret } = app.credentials.oauthClient;
    expect(client_id).toBe(app.id);
    expect(client_secret!.length).toBeGreaterThanOrEqual(40);
    expect(await get(`/api/v1/apps/${app.id}`)).toEqual(app);

    const replace = async (label: string, credentials: object) =>
      (await okta.api<Resource>("PUT", `/api/v1/apps/${app.id}`, webApp(label, {}, { ...credentials }))).body;
    expect((await replace("Left out", {})).credentials.oauthClient).toMatchObject({ client_id, client_secret });
    const sentBack = await replace("Sent back", { client_id, client_secret });
    expect(sentBack.credentials.oauthClient).toMatchObject({ client_id, client_secret });
    expect(sentBack.label).toBe("Sent back");
    expect(await refusal("PUT", `/api/v1/apps/${app.id}`, webApp("x", {}, { client_id: "another-id" }))).toContain(
      "credentials.oauthClient.client_id: The field cannot be changed",
    );
  });

  it("get Okta's defaults for what is left out", async () => {
    const { credentials, settings } = await post("/api/v1/apps", webApp("Defaults"));
    expect(credentials.oauthClient.pkce_required).toBe(false);
    expect(settings.oauthClient).toMatchObject({
      wildcard_redirect: "DISABLED",
      issuer_mode: "ORG_URL",
      consent_method: "TRUSTED",
      refresh_token: { rotation_type: "STATIC" },
    });
  });

  it.each([
    ["an empty label", { ...webApp(" ") }, "label: The field cannot be left blank"],
    ["another sign-on mode", { ...webApp("x"), signOnMode: "SAML_2_0" }, "signOnMode: "],
    ["a relative redirect URI", webApp("x", { redirect_uris: ["/callback"] }), "must be an absolute URI"],
    ["a redirect URI with a fragment", webApp("x", { redirect_uris: ["https://a.b/#c"] }), "must not have a fragment"],
    [
      "a wildcard while wildcards are off",
      webApp("x", { redirect_uris: ["https://*.b.c/"] }),
      "must not have a wildcard",
    ],
    [
      "a wildcard that spans the domain",
      webApp("x", { redirect_uris: ["https://*.com/"], wildcard_redirect: "SUBDOMAIN" }),
      "lowest-level domain",
    ],
    ["no redirect URI", webApp("x", { redirect_uris: [] }), "redirect_uris: The field cannot be left blank"],
    ["a relative sign-out URI", webApp("x", { post_logout_redirect_uris: ["/"] }), "post_logout_redirect_uris: /: "],
    [
      "refresh_token alone",
      webApp("x", { grant_types: ["refresh_token"], response_types: [] }),
      "refresh_token needs authorization_code",
    ],
    [
      "a grant type of another type of app",
      webApp("x", { grant_types: ["authorization_code", "password"] }),
      "password",
    ],
    ["a response type without its grant type", webApp("x", { response_types: ["code", "id_token"] }), "implicit"],
    ["a grant type without its response type", webApp("x", { response_types: [] }), "needs the response type code"],
    ["a leeway over a minute", webApp("x", { refresh_token: { rotation_type: "ROTATE", leeway: 61 } }), "leeway"],
    ["a web app that does not authenticate", webApp("x", {}, { token_endpoint_auth_method: "none" }), "authenticate"],
    ["private_key_jwt without a key", webApp("x", {}, { token_endpoint_auth_method: "private_key_jwt" }), "jwks"],
  ])("are refused with %s", async (_, body, cause) => {
    const before = await list("/api/v1/apps?limit=200");
    const refused = await refusal("POST", "/api/v1/apps", body);
    expect(refused).toMatch(/^400 E0000001: Api validation failed: /);
    expect(refused).toContain(cause);
    expect(await list("/api/v1/apps?limit=200")).toEqual(before);
  });

  it("accept a wildcard in the lowest-level domain where wildcards are on", async () => {
    const client = { redirect_uris: ["https://pr-*.portal.example.com/callback"], wildcard_redirect: "SUBDOMAIN" };
    expect(await status("POST", "/api/v1/apps", webApp("Previews", client))).toBe(200);
  });

  it("are deleted only when inactive", async () => {
    const { id } = await post("/api/v1/apps", webApp("Short-lived"));
    expect(await refusal("DELETE", `/api/v1/apps/${id}`)).toBe(
      "403 E0000056: Delete application forbidden. | The application must be deactivated before deletion.",
    );
    expect(await status("POST", `/api/v1/apps/${id}/lifecycle/deactivate`)).toBe(200);
    expect(await status("POST", `/api/v1/apps/${id}/lifecycle/activate`)).toBe(200);
    expect((await get(`/api/v1/apps/${id}`)).status).toBe("ACTIVE");
    await okta.api("POST", `/api/v1/apps/${id}/lifecycle/deactivate`);
    expect(await status("DELETE", `/api/v1/apps/${id}`)).toBe(204);
    expect(await refusal("DELETE", `/api/v1/apps/${id}`)).toBe(
      `404 E0000007: Not found: Resource not found: ${id} (AppInstance)`,
    );
    expect((await post("/api/v1/apps?activate=false", webApp("Not yet"))).status).toBe("INACTIVE");
  });

  it("are found by what their label begins with, and by status", async () => {
    await post("/api/v1/apps?activate=false", webApp("Zebra one"));
    await post("/api/v1/apps", webApp("Zebra two"));
    const labels = async (query: string) => (await list(`/api/v1/apps?${query}`)).map(({ label }) => label).sort();
    expect(await labels("q=zebra")).toEqual(["Zebra one", "Zebra two"]);
    expect(await labels(`q=zebra&filter=${encodeURIComponent('status eq "ACTIVE"')}`)).toEqual(["Zebra two"]);
  });

  it("have groups assigned to them, even when many are assigned at once", async () => {
    const { id } = await post("/api/v1/apps", webApp("Assigned"));
    const groups = await list("/api/v1/groups?q=backstage");
    await Promise.all(groups.map((group) => okta.api("PUT", `/api/v1/apps/${id}/groups/${group.id}`, { profile: {} })));
    const assigned = async () => (await list(`/api/v1/apps/${id}/groups?limit=200`)).map((each) => each.id).sort();
    expect(await assigned()).toEqual(groups.map((group) => group.id).sort());

    const [first, second] = groups;
    expect(await status("DELETE", `/api/v1/apps/${id}/groups/${first!.id}`)).toBe(204);
    expect(await assigned()).toEqual([second!.id]);
    expect(await status("GET", `/api/v1/apps/${id}/groups/${second!.id}`)).toBe(200);
    expect(await status("GET", `/api/v1/apps/${id}/groups/${first!.id}`)).toBe(404);
    expect(await refusal("PUT", `/api/v1/apps/${id}/groups/00g1`, {})).toContain("00g1 (UserGroup)");
  });

  it("tell who is assigned to them, one by one and by a group, page by page", async () => {
    const { id } = await post("/api/v1/apps", webApp("With people"));
    const path = `/api/v1/apps/${id}/users`;
    const [group] = await list("/api/v1/groups?q=backstage-users");
    await okta.api("PUT", `/api/v1/apps/${id}/groups/${group!.id}`, {});
    for (const user of ["carol", "alice"]) expect(await status("POST", path, { id: user })).toBe(200);

    const found: Record<string, string> = {};
    let pages = 0;
    for (let next: string | undefined = `${path}?limit=2`; next; pages++) {
      const answer: Answer<AppUser[]> = await okta.api("GET", next);
      for (const { credentials, scope } of answer.body) found[credentials.userName] = scope;
      next = /<[^>]*?(\/api[^>]*)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
    }
    expect(pages).toBe(2);
    expect(found).toEqual({
      "alice@example.com": "USER",
      "bob@example.com": "GROUP",
      "carol@example.com": "USER",
      "dave@example.com": "GROUP",
    });
    expect((await list(`${path}?q=car`)).length).toBe(1);

    const [carol, bob] = [await get("/api/v1/users/carol"), await get("/api/v1/users/bob")];
    expect(await status("DELETE", `${path}/${carol.id}`)).toBe(204);
    expect(await refusal("GET", `${path}/${carol.id}`)).toContain(`${carol.id} (AppUser)`);
    expect(await status("GET", `${path}/${bob.id}`)).toBe(200);
    expect(await refusal("POST", path, { id: "nobody" })).toContain("nobody (User)");
  });

  it("keep the groups claim of the org authorization server out of their public shape", async () => {
    const { id } = await post("/api/v1/apps", webApp("With a groups claim"));
    const path = `/api/v1/internal/apps/${id}/settings/oauth/idToken`;
    const claim = { name: "groups", valueType: "GROUPS", groupFilterType: "REGEX", value: ".*" };
    expect(await get(path)).not.toHaveProperty("name");
    await okta.api("POST", path, { issuerMode: "ORG_URL", ...claim });
    expect(await get(path)).toMatchObject({ issuerMode: "ORG_URL", ...claim });
    expect(JSON.stringify(await get(`/api/v1/apps/${id}`))).not.toContain("groupFilterType");
    await okta.api("POST", path, { issuerMode: "ORG_URL" });
    expect(await get(path)).not.toHaveProperty("name");
  });
});
