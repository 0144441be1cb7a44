import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { BackstageSso } from "../../components/backstageSso";
import type { BackstageSsoArgs } from "../../components/backstageSsoArgs";
import { insideSecret, mockEngine, type Registered, valueOf } from "./mocks";

const settings: BackstageSsoArgs = {
  portalUrl: "https://backstage.acme.example",
  backendUrl: "https://backstage.acme.example",
  label: "Backstage (dev)",
  oktaUrl: "https://acme.okta.com",
  issuerMode: "ORG_URL",
  environment: "production",
  authorizationServer: { kind: "dedicated" },
  manageGroupsClaim: true,
  allowedGroups: [{ id: "00g1" }],
  groupsFilter: { type: "STARTS_WITH", value: "backstage-" },
  signInResolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }],
  authModule: "pkce",
  session: { durationMinutes: 720, idleMinutes: 30 },
  namespace: "backstage",
  secretName: "backstage-okta",
  configMapName: "backstage-okta",
  createNamespace: false,
  protect: false,
  dashboardTile: false,
  deployment: "backstage",
};

const shared = {
  authorizationServer: {
    kind: "shared",
    id: "default",
    issuer: "https://acme.okta.com/oauth2/default",
    hasGroupsScope: false,
  },
} as const;

async function deploy(changes: Partial<BackstageSsoArgs> = {}) {
  const registered = mockEngine();
  const warnings = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  const { outputs } = new BackstageSso("backstage", { ...settings, ...changes });
  const values = await valueOf(outputs);
  await pulumi.runtime.disconnect();
  const texts = warnings.mock.calls.map(([text]) => text);
  warnings.mockRestore();
  return { outputs: values, warnings: texts, resource: (type: string) => only(registered, type), registered };
}

function only(registered: Registered[], type: string): Record<string, unknown> | undefined {
  const found = registered.filter((resource) => resource.type.endsWith(`:${type}`));
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0]?.inputs;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

it("makes a web app for the code flow with PKCE and nothing else", async () => {
  const { resource } = await deploy();
  expect(resource("OAuth")).toMatchObject({
    label: "Backstage (dev)",
    type: "web",
    grantTypes: ["authorization_code", "refresh_token"],
    responseTypes: ["code"],
    pkceRequired: true,
    refreshTokenRotation: "ROTATE",
    wildcardRedirect: "DISABLED",
    redirectUris: ["https://backstage.acme.example/api/auth/okta/handler/frame"],
    postLogoutRedirectUris: ["https://backstage.acme.example/"],
  });
  expect(resource("OAuth")).toMatchObject({ implicitAssignment: false });
  expect(resource("OAuth")).not.toHaveProperty("groupsClaim");
});

it("keeps the client ID of an app that was taken over, by which it knows its own objects too", async () => {
  const { resource, outputs } = await deploy({ clientId: "0oa1" });
  expect(resource("OAuth")).toMatchObject({ clientId: "0oa1" });
  expect(resource("RandomId")).toBeUndefined();
  expect(resource("Secret")).toMatchObject({
    metadata: { annotations: { "pulumi.com/patchFieldManager": "backstage-okta-sso-0oa1" } },
  });
  expect(outputs.clientId).toBe("0oa1");
});

it("lets its sessions go on, until another session secret is to end them", async () => {
  const overlay = async (changes: Partial<BackstageSsoArgs>) => {
    const { resource } = await deploy(changes);
    return (resource("ConfigMap")?.data as Record<string, string>)["app-config.okta.yaml"];
  };
  expect(await overlay({ clientId: "0oa1" })).toContain("takesStockSessions: true");
  expect(await overlay({ clientId: "0oa1", authModule: "stock" })).not.toContain("takesStockSessions");
  expect(await overlay({ clientId: "0oa1", sessionSecretVersion: 2 })).not.toContain("takesStockSessions");
  expect(await overlay({})).not.toContain("takesStockSessions");
});

it("lets Okta send people to further redirect URIs, after the portal's own", async () => {
  const { resource } = await deploy({ redirectUris: ["https://old.acme.example/callback"] });
  expect(resource("OAuth")).toMatchObject({
    redirectUris: ["https://backstage.acme.example/api/auth/okta/handler/frame", "https://old.acme.example/callback"],
  });
});

it("assigns its groups one by one where those of others are to stay", async () => {
  const { registered } = await deploy({ keepAssignments: true, allowedGroups: [{ id: "00g1" }, { id: "00g2" }] });
  const assignments = registered.filter(({ type }) => /Assignments?$/.test(type));
  expect(assignments.map(({ name, inputs }) => [name, inputs.appId, inputs.groupId])).toEqual([
    ["backstage-00g1", "backstage-id", "00g1"],
    ["backstage-00g2", "backstage-id", "00g2"],
  ]);
});

it("leaves the app's authentication policy alone unless one is named", async () => {
  expect((await deploy()).resource("OAuth")).toMatchObject({ skipAuthenticationPolicy: true });
  const { resource } = await deploy({ authenticationPolicy: "rst1" });
  expect(resource("OAuth")).toMatchObject({ authenticationPolicy: "rst1" });
  expect(resource("OAuth")).not.toHaveProperty("skipAuthenticationPolicy");
});

it("gives the app a client ID that the state knows before Okta does", async () => {
  const { resource, outputs } = await deploy();
  expect(resource("RandomId")).toEqual({ byteLength: 10, prefix: "backstage-" });
  expect(resource("OAuth")).toMatchObject({ clientId: "backstage-1234" });
  expect(outputs.clientId).toBe("backstage-1234");
});

it("builds the sign-in redirect URI on the backend's URL and the sign-out one on the portal's", async () => {
  const { outputs } = await deploy({ backendUrl: "https://api.acme.example/backstage" });
  expect(outputs).toMatchObject({
    redirectUri: "https://api.acme.example/backstage/api/auth/okta/handler/frame",
    signOutRedirectUri: "https://backstage.acme.example/",
  });
});

it("assigns the allowed groups to the app", async () => {
  const { resource } = await deploy();
  expect(resource("AppGroupAssignments")).toMatchObject({ appId: "backstage-id", groups: [{ id: "00g1" }] });
});

it("makes a dedicated server with a groups scope and claim, and a rule for this client alone", async () => {
  const { resource, outputs } = await deploy();
  expect(resource("Server")).toMatchObject({ name: "backstage-dev", audiences: ["api://backstage-dev"] });
  expect(resource("ServerScope")).toMatchObject({ authServerId: "backstage-id", name: "groups" });
  expect(resource("ServerClaim")).toMatchObject({
    name: "groups",
    claimType: "IDENTITY",
    groupFilterType: "STARTS_WITH",
    value: "backstage-",
    scopes: ["groups"],
    alwaysIncludeInToken: true,
  });
  expect(resource("ServerPolicy")).toMatchObject({ name: "backstage-dev", clientWhitelists: ["backstage-1234"] });
  expect(resource("ServerPolicyRule")).toMatchObject({
    grantTypeWhitelists: ["authorization_code"],
    scopeWhitelists: ["openid", "profile", "email", "groups", "offline_access"],
    accessTokenLifetimeMinutes: 30,
    refreshTokenLifetimeMinutes: 720,
    refreshTokenWindowMinutes: 30,
  });
  expect(outputs.issuer).toBe("https://acme.okta.com/oauth2/backstage-id");
});

it("puts its policy on a shared server, and its scope and claim too", async () => {
  const { resource, outputs } = await deploy(shared);
  expect(resource("Server")).toBeUndefined();
  expect(resource("ServerScope")).toMatchObject({ authServerId: "default" });
  expect(resource("ServerPolicy")).toMatchObject({ authServerId: "default" });
  expect(outputs.discoveryUrl).toBe("https://acme.okta.com/oauth2/default/.well-known/openid-configuration");
});

it("leaves the scope and claim of a shared server to whoever made them", async () => {
  const { resource } = await deploy({ ...shared, manageGroupsClaim: false });
  expect(resource("ServerScope")).toBeUndefined();
  expect(resource("ServerClaim")).toBeUndefined();
  expect(resource("ServerPolicyRule")).toBeDefined();
});

it("puts the claim on the app with the org server, and says which session setting does nothing there", async () => {
  const { resource, outputs, warnings } = await deploy({ authorizationServer: { kind: "org" } });
  expect(resource("OAuth")).toMatchObject({
    groupsClaim: { type: "FILTER", filterType: "STARTS_WITH", name: "groups", value: "backstage-" },
  });
  expect(resource("ServerPolicy")).toBeUndefined();
  expect(outputs.issuer).toBe("https://acme.okta.com");
  expect(warnings).toEqual([expect.stringContaining("Okta fixes the token lifetimes of the org server")]);
});

it("does not require PKCE of the stock module, and warns", async () => {
  const { resource, warnings } = await deploy({ authModule: "stock" });
  expect(resource("OAuth")).toMatchObject({ pkceRequired: false });
  expect(warnings).toEqual([expect.stringContaining("cannot send a PKCE challenge")]);
});

it("puts the three variables into the Secret, and no secret into the ConfigMap or an output", async () => {
  const { resource, outputs } = await deploy();
  expect(resource("Secret")?.metadata).toMatchObject({ name: "backstage-okta", namespace: "backstage" });
  const data = insideSecret<Record<string, string>>(resource("Secret")?.data);
  expect(data).toEqual({
    OKTA_CLIENT_ID: base64("backstage-1234"),
    OKTA_CLIENT_SECRET: base64("the-client-secret"),
    AUTH_SESSION_SECRET: base64("password of backstage"),
  });
  expect(JSON.stringify([resource("ConfigMap"), outputs])).not.toMatch(/the-client-secret|password/);
  expect(Object.keys(resource("ConfigMap")?.data as object)).toEqual(["app-config.okta.yaml"]);
});

describe("the client secret", () => {
  it.each([
    [undefined, "backstage", ["clientBasicSecret"], "the-client-secret"],
    [1, "backstage", ["clientBasicSecret"], "the-client-secret"],
    [3, "backstage-3", [], "password of backstage-3"],
  ])(
    "of version %s is %s of the stack's, and Okta's answer tells the portal's only of the first",
    async (clientSecretVersion, name, ignored, portals) => {
      const app = jest.fn<void, [unknown, pulumi.CustomResourceOptions]>();
      const { resource } = await deploy({ clientSecretVersion, transform: { oidcApp: { app } } });
      expect(insideSecret(resource("OAuth")?.clientBasicSecret)).toBe(`password of ${name}`);
      expect(app.mock.calls[0]?.[1].ignoreChanges).toEqual(ignored);
      expect(insideSecret(resource("Secret")?.data)).toMatchObject({ OKTA_CLIENT_SECRET: base64(portals) });
    },
  );
});

describe("the session secret", () => {
  it.each([
    [1, "backstage", undefined],
    [1.5, "backstage", "backstage-2"],
    [2, "backstage-2", "backstage"],
    [2.5, "backstage-2", "backstage-3"],
    [4, "backstage-4", "backstage-3"],
  ])("of version %d seals by %s, and opens by %s too", async (sessionSecretVersion, current, other) => {
    const { resource } = await deploy({ sessionSecretVersion });
    const { AUTH_SESSION_SECRET, AUTH_SESSION_SECRET_PREVIOUS } = insideSecret<Record<string, string>>(
      resource("Secret")?.data,
    );
    expect(AUTH_SESSION_SECRET).toBe(base64(`password of ${current}`));
    expect(AUTH_SESSION_SECRET_PREVIOUS).toBe(other && base64(`password of ${other}`));
    const overlay = (resource("ConfigMap")?.data as Record<string, string>)["app-config.okta.yaml"];
    const previous = "previousSessionSecret: ${AUTH_SESSION_SECRET_PREVIOUS}";
    if (other) expect(overlay).toContain(previous);
    else expect(overlay).not.toContain("revious");
  });
});

it("tells on the Secret which versions of the secrets it has", async () => {
  const annotations = async (versions: { clientSecretVersion?: number; sessionSecretVersion?: number }) =>
    ((await deploy(versions)).resource("Secret")?.metadata as { annotations: object }).annotations;
  expect(await annotations({})).toMatchObject({
    "backstage-okta-sso/client-secret-version": "1",
    "backstage-okta-sso/session-secret-version": "1",
  });
  expect(await annotations({ clientSecretVersion: 3, sessionSecretVersion: 2.5 })).toMatchObject({
    "backstage-okta-sso/client-secret-version": "3",
    "backstage-okta-sso/session-secret-version": "2.5",
  });
});

it("restarts the Deployment with a checksum that follows the content", async () => {
  const annotations = (patch: Record<string, unknown> | undefined) =>
    (patch as { spec: { template: { metadata: { annotations: object } } } }).spec.template.metadata.annotations;
  const { resource, outputs } = await deploy();
  expect(resource("DeploymentPatch")).toMatchObject({
    metadata: {
      name: "backstage",
      annotations: { "pulumi.com/patchFieldManager": "backstage-okta-sso-backstage-1234" },
    },
  });
  expect(annotations(resource("DeploymentPatch"))).toEqual({ "backstage-okta-sso/checksum": outputs.checksum });

  const same = await deploy();
  expect(same.outputs.checksum).toBe(outputs.checksum);
  const other = await deploy({ environment: "development" });
  expect(other.outputs.checksum).not.toBe(outputs.checksum);
});

it("restarts nothing when no Deployment is named", async () => {
  const { resource } = await deploy({ deployment: undefined });
  expect(resource("DeploymentPatch")).toBeUndefined();
});

it("makes the namespace when it is told to", async () => {
  expect((await deploy()).resource("Namespace")).toBeUndefined();
  expect((await deploy({ createNamespace: true })).resource("Namespace")).toMatchObject({
    metadata: { name: "backstage" },
  });
});

it("opens the portal from a dashboard tile when it is told to", async () => {
  expect((await deploy()).resource("OAuth")).toMatchObject({ hideWeb: true, hideIos: true });
  expect((await deploy({ dashboardTile: true })).resource("OAuth")).toMatchObject({
    hideWeb: false,
    loginMode: "SPEC",
    loginUri: "https://backstage.acme.example/",
  });
});

it("tells what the commands need to know, and no more", async () => {
  const { outputs } = await deploy();
  expect(outputs).toMatchObject({
    portalUrl: "https://backstage.acme.example",
    backendUrl: "https://backstage.acme.example",
    environment: "production",
    authModule: "pkce",
    deployment: "backstage",
  });
});

it("lets a transform change any resource", async () => {
  const { resource } = await deploy({
    transform: { credentials: { secret: (secret) => (secret.immutable = true) } },
  });
  expect(resource("Secret")).toMatchObject({ immutable: true });
});

it("gives values that the Backstage chart takes", async () => {
  const { outputs } = await deploy();
  expect(parse(outputs.helmValues)).toEqual({
    backstage: {
      extraAppConfig: [{ filename: "app-config.okta.yaml", configMapRef: "backstage-okta" }],
      extraEnvVarsSecrets: ["backstage-okta"],
    },
  });
});

describe("with the catalog's sync and roles", () => {
  const catalogSync = {
    credentials: "token",
    keyVersion: 1,
    token: "the-catalogs-token",
    groups: { prefix: "a" },
  } as const;
  const permissions = [{ permission: "catalog.entity.read", action: "read" }] as const;
  const roles = [{ name: "viewer", groups: ["group:default/users"], permissions: [...permissions] }];

  it("hands over the credentials in the Secret alone, and the roles beside the overlay", async () => {
    const { resource, outputs } = await deploy({ catalogSync, roles });
    const secret = insideSecret<Record<string, string>>(resource("Secret")?.data);
    expect(secret).toMatchObject({ OKTA_CATALOG_TOKEN: base64("the-catalogs-token") });
    const { data } = resource("ConfigMap") as { data: Record<string, string> };
    expect(data["rbac-policies.csv"]).toContain("g, group:default/users, role:default/viewer\n");
    expect(parse(data["app-config.okta.yaml"]!)).toMatchObject({
      catalog: { providers: { okta: [{ token: "${OKTA_CATALOG_TOKEN}", groups: { prefix: "a" } }] } },
      permission: {
        enabled: true,
        rbac: { "policies-csv-file": "okta/rbac-policies.csv", useOwnershipEntityRefs: true },
      },
    });
    expect(parse(outputs.helmValues)).toMatchObject({
      backstage: { extraVolumeMounts: [{ name: "backstage-okta", mountPath: "/app/okta" }] },
    });
    expect(JSON.stringify([data, outputs])).not.toContain("the-catalogs-token");
  });

  it("restarts the portal when either changes", async () => {
    const checksums = new Set<string>();
    for (const changes of [{}, { roles }, { catalogSync: { ...catalogSync, token: "another-token" } }]) {
      checksums.add((await deploy({ catalogSync, ...changes })).outputs.checksum);
    }
    expect(checksums.size).toBe(3);
  });

  it("has nothing of it where neither is set", async () => {
    const { resource, outputs } = await deploy({ roles: [] });
    expect(resource("AppOauthApiScope")).toBeUndefined();
    expect(resource("Stash")).toBeUndefined();
    const { data } = resource("ConfigMap") as { data: Record<string, string> };
    expect(Object.keys(data)).toEqual(["app-config.okta.yaml"]);
    expect(Object.keys(parse(data["app-config.okta.yaml"]!) as object)).toEqual(["auth"]);
    expect(outputs.helmValues).not.toContain("extraVolumeMounts");
  });
});
