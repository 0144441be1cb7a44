import * as pulumi from "@pulumi/pulumi";
import { readSettings } from "../../components/settings";
import { config } from "./config";
import { mockEngine } from "./mocks";

const good = {
  portalUrl: "https://backstage.acme.example",
  oktaUrl: "https://acme.okta.com",
  allowedGroups: ["backstage-users"],
};

const environment = { ...process.env };
beforeEach(() => {
  const others = Object.entries(environment).filter(([name]) => !name.startsWith("OKTA_"));
  process.env = { ...Object.fromEntries(others), OKTA_ORG_NAME: "acme", OKTA_API_TOKEN: "throw-away" };
});
afterAll(() => {
  process.env = environment;
});

function read(values: Record<string, unknown> = {}) {
  mockEngine(config({ ...good, ...values }));
  return readSettings();
}

/** What the person sees instead of a stack. */
async function refusal(values: Record<string, unknown>): Promise<string> {
  const error = await read(values).then(
    () => undefined,
    (error: Error) => error,
  );
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  return (error as Error).message;
}

it("fills in what was left out", async () => {
  expect(await read()).toMatchObject({
    backendUrl: "https://backstage.acme.example",
    label: "Backstage (dev)",
    issuerMode: "ORG_URL",
    authorizationServer: { kind: "dedicated" },
    deployment: undefined,
  });
});

it("finds a group by its whole name among those that begin alike", async () => {
  expect((await read()).allowedGroups).toEqual([{ id: "1 backstage-users", name: "backstage-users" }]);
});

it("finds a shared authorization server, and the issuer that its mode gives it", async () => {
  expect((await read({ authorizationServer: "default" })).authorizationServer).toEqual({
    kind: "shared",
    name: "default",
    id: "default",
    issuer: "https://acme.okta.com/oauth2/default",
  });
  const portal = await read({ authorizationServer: "portal", manageGroupsClaim: false });
  expect(portal.authorizationServer).toMatchObject({ issuer: "https://acme.okta.com/oauth2/aus1" });
  const custom = await read({ authorizationServer: "custom" });
  expect(custom.authorizationServer).toMatchObject({ issuer: "https://login.acme.example/oauth2/aus2" });
});

it("refuses a name that several groups have", async () => {
  expect(await refusal({ allowedGroups: ["contractors"] })).toMatch(
    /allowedGroups\[0\] "contractors" is the name of several groups \(.*, .*\): rename one/,
  );
});

it("refuses a server that is not active", async () => {
  expect(await refusal({ authorizationServer: "old" })).toMatch(/authorizationServer "old" is not active/);
});

it("refuses to leave the groups scope to others where there is none", async () => {
  expect(await refusal({ authorizationServer: "default", manageGroupsClaim: false })).toMatch(
    /manageGroupsClaim false cannot be: default has no groups scope/,
  );
});

it("refuses to make a groups scope where somebody else has made one, and says what to set", async () => {
  expect(await refusal({ authorizationServer: "portal" })).toMatch(
    /manageGroupsClaim true cannot be: portal has a groups scope that this stack did not make. Set it to false/,
  );
});

it("names every mistake with its key, its value and what to do, those that Okta knows of included", async () => {
  const message = await refusal({
    portalUrl: "https://backstage.acme.example/",
    allowedGroups: ["backstage-users", "backstage"],
    authorizationServer: "defualt",
  });
  expect(message).toMatch(/^config-mistake: the config of stack dev has 3 mistakes. Nothing was changed.$/m);
  expect(message).toMatch(/portalUrl "https:\/\/backstage.acme.example\/" ends in a slash: leave it out$/m);
  expect(message).toMatch(/backstage-okta-sso:allowedGroups\[1\] "backstage" is no group of the org/);
  expect(message).toMatch(/backstage-okta-sso:authorizationServer "defualt" is no custom authorization server/);
  expect(message).toMatch(/pulumi config set KEY VALUE/);
});

it("does not show a password that stands in a URL", async () => {
  expect(await refusal({ portalUrl: "https://me:hunter2@backstage.acme.example" })).not.toContain("hunter2");
});

it("does not show a value that is secret in the config", async () => {
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(["backstage-okta-sso:clientSecret"]);
  const message = await refusal({ clientSecret: "hunter2" });
  expect(message).toMatch(/backstage-okta-sso:clientSecret \[secret\] is not a key of this project/);
  expect(message).not.toContain("hunter2");
});

it("refuses an org other than the one that the provider signs in to", async () => {
  process.env.OKTA_ORG_NAME = "acme-dev";
  expect(await refusal({})).toMatch(
    /oktaUrl "https:\/\/acme.okta.com" is not the org that the Okta provider signs in to, https:\/\/acme-dev.okta.com/,
  );
});

it("says so when the provider has no org at all", async () => {
  delete process.env.OKTA_ORG_NAME;
  expect(await refusal({})).toMatch(/the Okta provider has no org: set OKTA_ORG_NAME/);
});

it("takes the provider's org from its config before the environment", async () => {
  process.env.OKTA_ORG_NAME = "other";
  mockEngine(config(good));
  pulumi.runtime.setConfig("okta:orgName", "acme");
  expect((await readSettings()).oktaUrl).toBe("https://acme.okta.com");
});

describe("with an address that is not one of Okta's own", () => {
  afterEach(() => jest.restoreAllMocks());

  function wellKnown(organization: string) {
    return jest
      .spyOn(globalThis, "fetch")
      .mockImplementation(() => Promise.resolve(Response.json({ _links: { organization: { href: organization } } })));
  }

  it("takes a custom domain of the provider's org, whose tokens it then names as issuer", async () => {
    const fetch = wellKnown("https://acme.okta.com");
    expect(await read({ oktaUrl: "https://login.acme.example" })).toMatchObject({ issuerMode: "CUSTOM_URL" });
    expect(fetch.mock.calls[0]?.[0]).toBe("https://login.acme.example/.well-known/okta-organization");
  });

  it("refuses a custom domain of another org", async () => {
    wellKnown("https://other.okta.com");
    expect(await refusal({ oktaUrl: "https://login.acme.example" })).toMatch(/is not the org that the Okta provider/);
  });

  it("refuses one at which no Okta answers", async () => {
    jest.spyOn(globalThis, "fetch").mockRejectedValue(new Error("getaddrinfo ENOTFOUND login.acme.example"));
    expect(await refusal({ oktaUrl: "https://login.acme.example" })).toMatch(
      /does not answer as a custom domain of https:\/\/acme.okta.com: getaddrinfo ENOTFOUND/,
    );
  });
});

it("refuses the org server under OAuth 2.0 credentials, and says why", async () => {
  process.env.OKTA_API_CLIENT_ID = "0oa1";
  process.env.OKTA_API_PRIVATE_KEY = "throw-away";
  expect(await refusal({ authorizationServer: "org" })).toMatch(/SSWS token only and drops in silence with OAuth 2.0/);
});
