import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { reasonOf } from "../../components/oktaOrg";
import { readSettings } from "../../components/settings";
import { versionAnnotations } from "../../components/secretVersions";
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

/** A cluster that has the objects of these paths, and 404 for the rest. */
let objects: Record<string, object>;
let cluster: Server;
beforeAll(async () => {
  cluster = createServer(({ url = "" }, response) => {
    response.writeHead(objects[url] ? 200 : 404).end(JSON.stringify(objects[url] ?? {}));
  });
  await new Promise<void>((resolve) => cluster.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => (objects = { "/api/v1/namespaces/backstage": { metadata: {} } }));
afterAll(() => {
  cluster.close();
  cluster.closeAllConnections();
});

function read(values: Record<string, unknown> = {}, providers: Record<string, string> = {}) {
  mockEngine(config({ ...good, ...values }));
  const server = `http://127.0.0.1:${(cluster.address() as AddressInfo).port}`;
  pulumi.runtime.setConfig(
    "kubernetes:kubeconfig",
    JSON.stringify({
      "current-context": "portal",
      contexts: [{ name: "portal", context: { cluster: "portal", user: "me" } }],
      clusters: [{ name: "portal", cluster: { server } }],
    }),
  );
  for (const [key, value] of Object.entries(providers)) pulumi.runtime.setConfig(key, value);
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
    id: "default",
    issuer: "https://acme.okta.com/oauth2/default",
    hasGroupsScope: false,
  });
  const oktaUrl = "https://login.acme.example";
  const portal = await read({ authorizationServer: "portal", manageGroupsClaim: false, oktaUrl });
  expect(portal.authorizationServer).toMatchObject({ id: "aus1", issuer: `${oktaUrl}/oauth2/default` });
  const custom = await read({ authorizationServer: "custom", oktaUrl });
  expect(custom.authorizationServer).toMatchObject({ issuer: `${oktaUrl}/oauth2/aus2` });
});

it("refuses a shared server whose issuer is at another address than oktaUrl", async () => {
  expect(await refusal({ authorizationServer: "custom" })).toMatch(
    /authorizationServer "custom" has the issuer https:\/\/login.acme.example\/oauth2\/aus2: set oktaUrl to https:\/\/login.acme.example/,
  );
});

it("takes a group by its ID", async () => {
  const { allowedGroups } = await read({ allowedGroups: [{ id: "00gcontractors" }] });
  expect(allowedGroups).toEqual([{ id: "00gcontractors", name: "contractors" }]);
  expect(await refusal({ allowedGroups: [{ id: "00gnobody" }] })).toMatch(
    /allowedGroups\[0\] {"id":"00gnobody"} is not the ID of a group of the org/,
  );
});

it("filters the claim by the groups in use, unless a filter is set", async () => {
  expect((await read()).groupsFilter).toEqual({ type: "EQUALS", value: "backstage-users" });
  const roles = { viewer: { groups: ["platform-engineers"], permissions: ["catalog.entity.read"] } };
  expect(await read({ roles, signInResolvers: ["oktaGroups"] })).toMatchObject({
    groupsFilter: { type: "REGEX", value: "^(backstage-users|platform-engineers)$" },
    roles: [{ name: "viewer", groups: ["group:default/platform-engineers"] }],
    signInResolvers: [{ resolver: "oktaGroups", mapping: { "platform-engineers": "platform-engineers" } }],
  });
  const everything = { type: "REGEX", value: ".*" };
  expect((await read({ groupsFilter: everything })).groupsFilter).toEqual(everything);
});

it("refuses a role's group that is none of the org, or that the claim leaves out", async () => {
  const role = (...groups: unknown[]) => ({
    signInResolvers: ["oktaGroups"],
    roles: { viewer: { groups, permissions: ["catalog.entity.read"] } },
  });
  expect(await refusal(role("backstage-users", "nobody", "contractors"))).toMatch(
    /2 mistakes.*\n.*roles\.viewer\.groups\[1\] "nobody" is not a group of the org.*\n.*roles\.viewer\.groups\[2\] "contractors" is the name of several groups/,
  );
  const groupsFilter = { type: "STARTS_WITH", value: "backstage-" };
  expect(await refusal({ ...role("platform-engineers"), groupsFilter })).toMatch(
    /roles\.viewer\.groups\[0\] "platform-engineers" is left out of the groups claim by groupsFilter \(STARTS_WITH backstage-\)/,
  );
  expect(await refusal(role({ id: "00gcontractors" }))).toMatch(
    /roles\.viewer\.groups\[0\] "contractors" has the name of another group, and the portal knows groups by their names/,
  );
});

it("looks an authentication policy up by its name", async () => {
  expect((await read()).authenticationPolicy).toBeUndefined();
  expect((await read({ authenticationPolicy: "Any two factors" })).authenticationPolicy).toBe("rst2");
  expect(await refusal({ authenticationPolicy: "Any" })).toMatch(
    /authenticationPolicy "Any" is not an authentication policy of the org/,
  );
});

it.each([
  [{ type: "STARTS_WITH", value: "platform-" }, true],
  [{ type: "REGEX", value: "platform.*" }, true],
  [{ type: "REGEX", value: "(?i)BACKSTAGE.*" }, false],
  [{ type: "CONTAINS", value: "users" }, false],
  [{ type: "EQUALS", value: "backstage-users" }, false],
])("with the filter %j and oktaGroups warns of allowed groups that it leaves out: %j", async (groupsFilter, warns) => {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  await read({ groupsFilter, signInResolvers: ["oktaGroups"] });
  expect(warn.mock.calls.length).toBe(warns ? 1 : 0);
  warn.mockClear();
  await read({ groupsFilter });
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

it("refuses a name that several groups have", async () => {
  expect(await refusal({ allowedGroups: ["contractors"] })).toMatch(
    /allowedGroups\[0\] "contractors" is the name of several groups \(.*, .*\): name the one that is meant by its ID/,
  );
});

it("refuses a server that is not active", async () => {
  expect(await refusal({ authorizationServer: "old" })).toMatch(/authorizationServer "old" is not active/);
});

it("refuses to leave the groups scope to others where there is none", async () => {
  expect(await refusal({ authorizationServer: "default", manageGroupsClaim: false })).toMatch(
    /manageGroupsClaim false conflicts with authorizationServer: default has no groups scope/,
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
  expect(message).toMatch(/backstage-okta-sso:allowedGroups\[1\] "backstage" is not a group of the org/);
  expect(message).toMatch(/backstage-okta-sso:authorizationServer "defualt" is not a custom authorization server/);
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
  expect((await read({}, { "okta:orgName": "acme" })).oktaUrl).toBe("https://acme.okta.com");
});

describe("with an address that is not one of Okta's own", () => {
  it("takes a custom domain of the provider's org, whose tokens it then names as issuer", async () => {
    expect(await read({ oktaUrl: "https://login.acme.example" })).toMatchObject({ issuerMode: "CUSTOM_URL" });
  });

  it("refuses what Okta does not know as one, whatever answers there", async () => {
    expect(await refusal({ oktaUrl: "https://login-acme.example" })).toMatch(
      /oktaUrl "https:\/\/login-acme.example" is not a custom domain of the org that the Okta provider signs in to/,
    );
  });

  it("refuses one that is not verified", async () => {
    expect(await refusal({ oktaUrl: "https://new.acme.example" })).toMatch(/is not verified yet \(IN_PROGRESS\)/);
  });

  it("takes it where the provider itself is pointed at it", async () => {
    process.env.OKTA_ORG_NAME = "Login";
    process.env.OKTA_BASE_URL = "acme.example";
    expect(await read({ oktaUrl: "https://login.acme.example" })).toMatchObject({ issuerMode: "CUSTOM_URL" });
  });
});

it("compares hosts as hosts do", async () => {
  process.env.OKTA_ORG_NAME = "Acme";
  expect(await read()).toMatchObject({ issuerMode: "ORG_URL" });
});

describe("looks at the cluster before anything is changed", () => {
  const path = "/api/v1/namespaces/backstage";
  const deployment = "/apis/apps/v1/namespaces/backstage/deployments/backstage";

  it("names a namespace that is missing", async () => {
    objects = {};
    expect(await refusal({})).toMatch(/namespace "backstage" is not a namespace of the cluster: make it/);
    expect(await read({ createNamespace: true })).toMatchObject({ createNamespace: true });
  });

  it("names a Deployment that is missing or paused", async () => {
    expect(await refusal({ deployment: "backstage" })).toMatch(
      /deployment "backstage" is not a Deployment of namespace/,
    );
    objects[deployment] = { metadata: {}, spec: { paused: true } };
    expect(await refusal({ deployment: "backstage" })).toMatch(/is paused.*kubectl rollout resume/);
    objects[deployment] = { metadata: {}, spec: {} };
    expect(await read({ deployment: "backstage" })).toMatchObject({ deployment: "backstage" });
  });

  it("names what is immutable", async () => {
    objects[`${path}/secrets/backstage-okta`] = { metadata: {}, immutable: true };
    objects[`${path}/configmaps/backstage-okta`] = { metadata: {}, immutable: true };
    const message = await refusal({});
    expect(message).toMatch(/secretName "backstage-okta" is a Secret that is immutable.*delete it/);
    expect(message).toMatch(/configMapName "backstage-okta" is a ConfigMap that is immutable.*delete it/);
  });

  it("refuses a version of a secret that is lower than the portal's, and takes what follows it", async () => {
    const annotations = versionAnnotations({ clientSecretVersion: 3, sessionSecretVersion: 2.5 });
    objects[`${path}/secrets/backstage-okta`] = { metadata: { annotations } };
    const message = await refusal({ clientSecretVersion: 2, sessionSecretVersion: 2 });
    expect(message).toMatch(/clientSecretVersion 2 is lower than 3, which Secret backstage-okta .* or set it to 3\n/);
    expect(message).toMatch(/sessionSecretVersion 2 is lower than 2.5, .* or set it to 2.5\n/);
    expect(await refusal({ clientSecretVersion: 3 })).toMatch(
      /a mistake.*\n.*sessionSecretVersion 1 is lower than 2.5/,
    );
    const same = { clientSecretVersion: 3, sessionSecretVersion: 2.5 };
    expect(await read(same)).toMatchObject(same);
    expect(await read({ clientSecretVersion: 4, sessionSecretVersion: 3 })).toMatchObject({ clientSecretVersion: 4 });
  });

  it("takes any version where the Secret tells none", async () => {
    objects[`${path}/secrets/backstage-okta`] = { metadata: { annotations: { "some.example/note": "3" } } };
    expect(await read()).toMatchObject({ clientSecretVersion: 1, sessionSecretVersion: 1 });
  });

  it("tells whose the objects of those names are", async () => {
    const metadata = { managedFields: [{ manager: "kubectl-create" }] };
    objects[`${path}/secrets/backstage-okta`] = { metadata, data: { OKTA_CLIENT_ID: "MG9hMQ==" } };
    expect((await read()).existing).toEqual({ secret: ["kubectl-create"], configMap: undefined, clientId: "0oa1" });
  });

  it("says in words that the cluster could not be asked", async () => {
    await expect(read({}, { "kubernetes:context": "nowhere" })).rejects.toThrow(
      /namespace "backstage" could not be looked at in the cluster: the kubeconfig has no context nowhere. Set KUBECONFIG/,
    );
  });
});

it("refuses the org server under OAuth 2.0 credentials, and says why", async () => {
  process.env.OKTA_API_CLIENT_ID = "0oa1";
  process.env.OKTA_API_PRIVATE_KEY = "throw-away";
  expect(await refusal({ authorizationServer: "org" })).toMatch(/SSWS token only and drops in silence with OAuth 2.0/);
});

it("says that it could not check the config, and not that it is wrong, where nobody answers", async () => {
  const error = await read({}, { "kubernetes:context": "nope" }).catch((error: Error) => error);
  expect((error as Error).message).toMatch(/^the config of stack dev could not be checked. Nothing was changed.$/m);
  expect((error as Error).message).toMatch(/could not be looked at in the cluster: the kubeconfig has no context nope/);
  expect((error as Error).message).not.toMatch(/config-mistake|pulumi config set KEY/);
});

it("takes a provider's reason out of the lists around it", () => {
  const message =
    "invoking okta:group/getGroup:getGroup: 2 errors occurred:\n\t* 1 error occurred:\n\t* 401 Unauthorized\n\n\n\t* try again\n\n";
  expect(reasonOf(new Error(message))).toBe("401 Unauthorized try again");
});
