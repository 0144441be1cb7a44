import { okta } from "./support/sandbox";
import { TestStack } from "./support/stack";

jest.setTimeout(300_000);

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.make();
});
afterAll(() => stack.dispose());

it("refuses all mistakes in one preview, with key, value and remedy, and makes nothing", async () => {
  stack.configure({
    portalUrl: "https://backstage.acme.example/?tab=1",
    backendUrl: "http://backstage.acme.example",
    authorizationServer: "no-such-server",
    allowedGroups: ["backstage-users", "no-such-group", "backstage-users"],
    groupsFilter: { type: "REGEX", value: "(" },
    session: { duration: "1h", idle: "2h" },
    secretName: "Not_A_Name",
    portalUlr: "https://backstage.acme.example",
  });
  const text = await stack.failedPreview();
  expect(text).toMatch(/portalUrl "https:\/\/backstage.acme.example\/\?tab=1" has a query/);
  expect(text).toMatch(/backendUrl "http:\/\/backstage.acme.example" is http: use https/);
  expect(text).toMatch(/allowedGroups\[2\] "backstage-users" is named twice/);
  expect(text).toMatch(/allowedGroups\[1\] "no-such-group" is not a group of the org/);
  expect(text).toMatch(/groupsFilter.value "\(" is not a valid regular expression/);
  expect(text).toMatch(/session.idle "2h" is longer than session.duration/);
  expect(text).toMatch(/secretName "Not_A_Name" is not a valid Kubernetes name/);
  expect(text).toMatch(/authorizationServer "no-such-server" is not a custom authorization server of the org/);
  expect(text).toMatch(/portalUlr "https:\/\/backstage.acme.example" is not a key of this project/);
  expect(text).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)/m);

  expect(await stack.failedUp()).toMatch(/has 9 mistakes. Nothing was changed/);
  expect((await stack.state()).filter(({ type }) => !type.startsWith("pulumi:"))).toEqual([]);
});

it("names a group that does not exist in the org", async () => {
  stack.configure({
    portalUrl: "https://backstage.acme.example",
    backendUrl: undefined,
    authorizationServer: undefined,
    allowedGroups: ["backstage-users", "backstage"],
    groupsFilter: undefined,
    session: undefined,
    secretName: undefined,
    portalUlr: undefined,
  });
  expect(await stack.failedPreview()).toMatch(/allowedGroups\[1\] "backstage" is not a group of the org/);
});

it("stops at the preview when the provider signs in to another org", async () => {
  stack.configure({ allowedGroups: ["backstage-users"], oktaUrl: "https://acme.okta.com" });
  expect(await stack.failedPreview()).toMatch(
    /oktaUrl "https:\/\/acme.okta.com" is not the org that the Okta provider/,
  );
});

describe("with a custom domain", () => {
  const domain = (process.env.OKTA_HTTP_PROXY ?? "").replace("127.0.0.1", "localhost");
  let id: string;
  const setDefaultServer = (issuerMode: string) =>
    okta("PUT", "/api/v1/authorizationServers/default", {
      name: "default",
      audiences: ["api://default"],
      issuerMode,
    });
  beforeAll(() => stack.configure({ oktaUrl: domain }));
  afterAll(async () => {
    await setDefaultServer("ORG_URL");
    await okta("DELETE", `/api/v1/domains/${id}`);
  });

  it("refuses it until Okta itself says that it is the org's, whatever answers there", async () => {
    expect(await stack.failedPreview()).toMatch(/oktaUrl "http:\/\/localhost:\d+" is not a custom domain of the org/);
    const added = { domain: "localhost", certificateSourceType: "OKTA_MANAGED" };
    ({ id } = await okta<{ id: string }>("POST", "/api/v1/domains", added));
    await okta("POST", `/api/v1/domains/${id}/verify`);
  });

  it("refuses a shared server whose issuer is at the org's own address", async () => {
    stack.configure({ authorizationServer: "default" });
    expect(await stack.failedPreview()).toMatch(
      /authorizationServer "default" has the issuer http:\/\/127.0.0.1:\d+\/oauth2\/default: set oktaUrl to http:\/\/127.0.0.1/,
    );
    await setDefaultServer("CUSTOM_URL");
  });

  it.each(["default", "org", "dedicated"])("has its issuer there: %s", async (authorizationServer) => {
    stack.configure({ authorizationServer });
    await stack.up();
    const { discoveryUrl = "", issuer = "" } = await stack.outputs();
    expect(new URL(issuer).origin).toBe(domain);
    expect(((await (await fetch(discoveryUrl)).json()) as { issuer: string }).issuer).toBe(issuer);
  });
});

it("names credentials that Okta does not take", async () => {
  const text = await stack.failedPreview({ OKTA_API_TOKEN: "not-a-token" });
  expect(text).toMatch(/The Okta provider was not properly configured/);
  expect(text).not.toContain("not-a-token");
});
