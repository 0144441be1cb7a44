import { decodeJwt } from "jose";
import { waitFor } from "../../sandbox/processes/wait";
import { Backstage, makeApp } from "./support/backstage";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";
import { OidcApp } from "./support/oidcApp";
import type { Cookies } from "./support/signIn";

// Backstage takes some seconds to start, on a busy machine many.
jest.setTimeout(300_000);

let okta: LocalOktaProcess;
let backstage: Backstage;
let environment: Awaited<ReturnType<typeof makeApp>> & Record<string, unknown>;

const byGroups = (options: object = {}) => ({ signIn: { resolvers: [{ resolver: "oktaGroups", ...options }] } });
const by = (resolver: string, options: object = {}) => ({ signIn: { resolvers: [{ resolver, ...options }] } });
const config = (environments: Record<string, unknown>) => ({
  environment: "production",
  session: { secret: "of no worth outside of this test" },
  providers: { okta: environments },
});

beforeAll(async () => {
  const [url, started] = await Promise.all([Backstage.freeUrl(), startLocalOkta()]);
  okta = started;
  await OidcApp.addGroupsClaim(okta);
  environment = {
    ...(await makeApp(okta, url)),
    audience: okta.url,
    authServerId: "default",
    metadataUrl: `${okta.url}/oauth2/default/.well-known/openid-configuration`,
    prompt: "auto",
    additionalScopes: ["groups", "offline_access"],
    sessionDuration: { hours: 12 },
    ...byGroups({ stripPrefix: "backstage-", mapping: { "platform-engineers": "Platform" }, namespace: "okta" }),
  };
  const ids = await Promise.all(
    ["alice", "dave"].map(async (name) => [name, (await okta.api("GET", `/api/v1/users/${name}@example.com`)).body.id]),
  );
  // One backend serves them all, each with another config.
  backstage = await Backstage.start(
    url,
    config({
      production: environment,
      byEmail: { ...environment, ...by("emailMatchingUserEntityProfileEmail") },
      byName: { ...environment, ...by("emailLocalPartMatchingUserEntityName", { allowedDomains: ["Example.com"] }) },
      byAnnotation: { ...environment, ...by("emailMatchingUserEntityAnnotation") },
      byId: { ...environment, ...by("oktaUserId") },
      byGroupsAndId: { ...environment, ...byGroups({ userIdAnnotation: "okta.com/id" }) },
      anyEmail: { ...environment, requireVerifiedEmail: false },
      promptLogin: { ...environment, prompt: "login" },
      short: { ...environment, sessionDuration: { seconds: 1 } },
      withoutGroups: { ...environment, additionalScopes: [] },
      unknownScope: { ...environment, additionalScopes: ["nonsense"] },
      wrongSecret: { ...environment, clientSecret: "not that of the app" },
      promptNone: { ...environment, prompt: "none" },
    }),
    { env: { OKTA_IDS: JSON.stringify(Object.fromEntries(ids)) } },
  );
});
afterAll(async () => {
  await backstage?.stop();
  await okta.stop();
});

/** Asks Okta itself for tokens, with the app's credentials and what the browser keeps. */
async function refreshAtOkta(token: string) {
  const { clientId, clientSecret } = environment;
  const answer = await fetch(`${okta.url}/oauth2/default/v1/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: token }),
  });
  return { status: answer.status, body: (await answer.json()) as unknown };
}

describe("a sign-in with the module", () => {
  it("sends state, nonce, exactly the redirect URI, and a PKCE challenge by S256", async () => {
    const started = await backstage.start("production", new Map());
    expect(started.status).toBe(302);
    const parameters = Object.fromEntries(new URL(started.headers.get("location") ?? "").searchParams);
    expect(parameters).toMatchObject({
      response_type: "code",
      redirect_uri: Backstage.redirectUri(backstage.url),
      scope: "openid profile email offline_access groups",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge_method: "S256",
      state: expect.stringMatching(/./) as string,
      nonce: expect.stringMatching(/./) as string,
    });
    expect(parameters).not.toHaveProperty("prompt");
  });

  it("asks for the scopes of the config, whatever the browser asks for", async () => {
    const cookies: Cookies = new Map([["okta-granted-scope", "phone"]]);
    const started = await backstage.start("production", cookies, { scope: "openid address" });
    const { searchParams } = new URL(started.headers.get("location") ?? "");
    expect(searchParams.get("scope")).toBe("openid profile email offline_access groups");
  });

  it.each(["code", "error", "state", "iss", "id_token", "response"])(
    "does not begin with %s, which is a parameter of its end",
    async (parameter) => {
      const answer = await backstage.start("production", new Map(), { [parameter]: "x" });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain(`The parameter ${parameter} is not one to start a sign-in with`);
    },
  );

  it("has Okta ask for the password with prompt: login", async () => {
    const started = await backstage.start("promptLogin", new Map());
    expect(new URL(started.headers.get("location") ?? "").searchParams.get("prompt")).toBe("login");
    expect((await backstage.signIn("alice", "promptLogin")).response).toBeDefined();
  });

  it("makes the person the user of the catalog, who owns through the groups of Okta as well", async () => {
    const { response, error } = await backstage.signIn("alice", "production");
    expect(error).toBeUndefined();
    expect(response?.profile).toMatchObject({ email: "alice@example.com", displayName: "Alice Adams" });
    const token = response?.backstageIdentity.token ?? "";
    expect(decodeJwt(token).sub).toBe("user:default/alice");
    expect(await backstage.ownership(token)).toEqual([
      "user:default/alice",
      "group:default/staff",
      "group:okta/users",
      "group:okta/platform",
    ]);
  });

  it("keeps a session, whose ID token has sub, email, name and groups, until the person signs out", async () => {
    const cookies: Cookies = new Map();
    await backstage.signIn("alice", "production", cookies);
    // Okta gives another refresh token for each, and takes none twice.
    for (let refreshes = 0; refreshes < 2; refreshes++) {
      const { status, body } = await backstage.session("refresh", "production", cookies);
      expect(status).toBe(200);
      const { providerInfo, backstageIdentity } = body as unknown as {
        providerInfo: { idToken: string };
        backstageIdentity: { token: string };
      };
      expect(decodeJwt(providerInfo.idToken)).toMatchObject({
        sub: expect.stringMatching(/^00u/) as string,
        email: "alice@example.com",
        name: "Alice Adams",
        groups: ["Everyone", "backstage-users", "platform-engineers"],
      });
      expect(await backstage.ownership(backstageIdentity.token)).toContain("group:okta/platform");
    }
    const signedIn: Cookies = new Map(cookies);
    expect(await backstage.session("logout", "production", cookies)).toMatchObject({ status: 200 });
    expect(await backstage.session("refresh", "production", signedIn)).toMatchObject({
      status: 401,
      body: { error: { message: expect.stringContaining("Your session in Okta has ended. Sign in again.") as string } },
    });
  });

  it("keeps it until the session secret changes, and gives the browser no refresh token that Okta takes", async () => {
    const cookies: Cookies = new Map();
    await backstage.signIn("alice", "production", cookies);
    const other = await Backstage.start(await Backstage.freeUrl(), {
      ...config({ production: environment }),
      session: { secret: "another one of no worth anywhere else" },
    });
    try {
      expect(await other.session("refresh", "production", new Map(cookies))).toMatchObject({
        status: 401,
        body: { error: { message: expect.stringContaining("Your session in this portal has ended.") as string } },
      });
      expect(await other.session("logout", "production", new Map(cookies))).toMatchObject({ status: 200 });
    } finally {
      await other.stop();
    }
    const token = cookies.get("okta-refresh-token") ?? "";
    expect(await refreshAtOkta(token)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    expect(await backstage.session("refresh", "production", cookies)).toMatchObject({ status: 200 });
  });

  it("ends a session at its time, although it was refreshed", async () => {
    const cookies: Cookies = new Map();
    await backstage.signIn("alice", "short", cookies);
    const answers: Awaited<ReturnType<typeof backstage.session>>[] = [];
    const isOver = async () => {
      answers.push(await backstage.session("refresh", "short", cookies));
      return answers.at(-1)?.status !== 200;
    };
    await waitFor("the session to end", isOver, { seconds: 60 });
    expect(answers[0]?.status).toBe(200);
    expect(answers.at(-1)).toMatchObject({
      status: 401,
      body: { error: { message: expect.stringContaining("Your session in this portal has ended.") as string } },
    });
    // What is left of it in Okta can still be revoked.
    expect(await backstage.session("logout", "short", cookies)).toMatchObject({ status: 200 });
  });

  it("signs out while Okta cannot be reached", async () => {
    const cookies: Cookies = new Map();
    await backstage.signIn("alice", "production", cookies);
    await okta.api("POST", "/sandbox/faults", { path: "revoke", times: 10, kind: "drop" });
    try {
      expect(await backstage.session("logout", "production", cookies)).toMatchObject({ status: 200 });
    } finally {
      await okta.api("DELETE", "/sandbox/faults");
    }
    expect(cookies.get("okta-refresh-token")).toBe("");
  });

  it("takes an email that is not verified where the config says so", async () => {
    const { response, error } = await backstage.signIn("dave", "anyEmail");
    expect(error).toBeUndefined();
    expect(response?.profile.email).toBe("dave@example.com");
    expect(decodeJwt(response?.backstageIdentity.token ?? "").sub).toBe("user:default/dave");
  });

  it.each(["byId", "byGroupsAndId"])("finds the user %s in Okta, whose email is not looked at", async (environment) => {
    const { response, error } = await backstage.signIn("dave", environment);
    expect(error).toBeUndefined();
    expect(decodeJwt(response?.backstageIdentity.token ?? "").sub).toBe("user:default/dave");
  });

  it.each(["byEmail", "byName", "byAnnotation"])("finds the user %s as the stock module does", async (resolver) => {
    const { response, error } = await backstage.signIn("alice", resolver);
    expect(error).toBeUndefined();
    expect(await backstage.ownership(response?.backstageIdentity.token ?? "")).toEqual([
      "user:default/alice",
      "group:default/staff",
    ]);
  });
});

describe("a sign-in that fails tells the person why:", () => {
  it.each([
    ["not assigned to the app", "carol", "production", /^You are not assigned .* Okta says: User is not assigned to/],
    ["email not verified", "dave", "production", /^Your email dave@example.com is not verified in Okta\./],
    [
      "no user in the catalog",
      "bob",
      "production",
      /^No user in the catalog matches bob@example.com\. .* \(Tried: oktaGroups\.\)$/,
    ],
    ["no user by another resolver", "bob", "byName", /^No user in the catalog matches bob@example.com/],
    ["no groups claim", "alice", "withoutGroups", /^Okta sends no groups claim for you\./],
    ["a scope that Okta does not know", "alice", "unknownScope", /^This portal asks Okta for a scope/],
    [
      "credentials that Okta does not accept",
      "alice",
      "wrongSecret",
      /^Okta does not accept this portal's credentials/,
    ],
    ["prompt=none in a fresh browser", "alice", "promptNone", /^Okta needs to ask you something, .* prompt: none/],
  ])("%s", async (_cause, name, environment, message) => {
    const { response, error } = await backstage.signIn(name, environment);
    expect(response).toBeUndefined();
    expect(error?.message).toMatch(message);
  });
});

describe("a sign-in that was tampered with is refused:", () => {
  const foreign = "This answer does not belong to a sign-in that this browser has under way.";

  it("with another state", async () => {
    const cookies: Cookies = new Map();
    const callback = await backstage.callback("alice", "production", cookies);
    const state = callback.searchParams.get("state") ?? "";
    // What Backstage compares with its cookie stays as it was.
    callback.searchParams.set("state", state + Buffer.from("&more=1").toString("hex"));
    expect((await backstage.finish(callback, cookies)).error?.message).toContain(foreign);
  });

  it("for another nonce", async () => {
    const cookies: Cookies = new Map();
    const callback = await backstage.callback("alice", "production", cookies, { nonce: "another" });
    expect((await backstage.finish(callback, cookies)).error?.message).toContain(foreign);
  });

  it("for another PKCE challenge", async () => {
    const cookies: Cookies = new Map();
    const code_challenge = "x".repeat(43);
    const callback = await backstage.callback("alice", "production", cookies, { code_challenge });
    expect((await backstage.finish(callback, cookies)).error?.message).toContain(foreign);
  });

  it("in another browser, and a second time in the same", async () => {
    const cookies: Cookies = new Map();
    const callback = await backstage.callback("alice", "production", cookies);
    expect((await backstage.finish(callback, new Map())).error?.message).toContain("missing cookie nonce");
    const [before, after]: Cookies[] = [new Map(cookies), new Map(cookies)];
    expect((await backstage.finish(callback, before as Cookies)).response).toBeDefined();
    expect((await backstage.finish(callback, after as Cookies)).error?.message).toContain(foreign);
  });

  it("for another origin", async () => {
    expect((await backstage.start("production", new Map(), { origin: "https://evil.example" })).status).toBe(403);
  });
});

it("starts while Okta is away, says so, and signs in once Okta is back", async () => {
  const fault = { path: "openid-configuration", times: 1_000, kind: "drop" };
  await okta.api("POST", "/sandbox/faults", fault);
  const url = await Backstage.freeUrl();
  const healing = await Backstage.start(url, config({ production: { ...environment, ...(await makeApp(okta, url)) } }));
  try {
    const refused = await healing.start("production", new Map());
    expect(refused.status).toBe(503);
    expect(await refused.text()).toMatch(/discovery document \S+ cannot be read: .* works again by itself once it can/);
    const cookies: Cookies = new Map([["okta-refresh-token", "of a session before"]]);
    expect(await healing.session("logout", "production", cookies)).toMatchObject({ status: 200 });
    await okta.api("DELETE", "/sandbox/faults");
    expect((await healing.signIn("alice", "production")).response).toBeDefined();
  } finally {
    await healing.stop();
  }
});

it("does not start with an option that a resolver does not have", async () => {
  const misspelt = config({ production: { ...environment, ...byGroups({ stripprefix: "backstage-" }) } });
  await expect(Backstage.start(await Backstage.freeUrl(), misspelt)).rejects.toThrow(
    /Module 'okta-sso'.*Unrecognized key\(s\) in object: 'stripprefix'/s,
  );
});
