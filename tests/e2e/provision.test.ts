import { parse } from "yaml";
import { kubectl, okta, run } from "./support/sandbox";
import { type OktaApp, TestStack, unique } from "./support/stack";

jest.setTimeout(300_000);

interface Deployment {
  metadata: { managedFields: { manager: string }[]; generation: number };
  spec: { template: { metadata: { annotations?: Record<string, string> } } };
}

const servers = () => okta<{ id: string; name: string }[]>("GET", "/api/v1/authorizationServers");
const policies = (server: string) => okta<{ name: string }[]>("GET", `/api/v1/authorizationServers/${server}/policies`);

describe.each([
  ["a dedicated server", "dedicated"],
  ["a shared server", "default"],
  ["the org server", "org"],
])("with %s", (_, authorizationServer) => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.make({ config: { authorizationServer } });
  });
  afterAll(() => stack.dispose());

  let deploymentBefore: Deployment;
  let clientId: string;

  it("makes the app, the Secret, the ConfigMap and the restart", async () => {
    deploymentBefore = await stack.object<Deployment>("deployment", "backstage");
    await stack.up();

    const app = await stack.app();
    const outputs = await stack.outputs();
    clientId = outputs.clientId ?? "";
    expect(app).toMatchObject({
      label: `Backstage (${stack.name})`,
      status: "ACTIVE",
      credentials: { oauthClient: { pkce_required: true, token_endpoint_auth_method: "client_secret_basic" } },
      settings: {
        oauthClient: {
          application_type: "web",
          response_types: ["code"],
          redirect_uris: [`https://${stack.name}.acme.example/api/auth/okta/handler/frame`],
          post_logout_redirect_uris: [`https://${stack.name}.acme.example/`],
          wildcard_redirect: "DISABLED",
          refresh_token: { rotation_type: "ROTATE" },
        },
      },
    });
    expect(new Set(app.settings.oauthClient.grant_types as string[])).toEqual(
      new Set(["authorization_code", "refresh_token"]),
    );
    const [group] = await okta<{ id: string }[]>("GET", "/api/v1/groups?q=backstage-users");
    expect(await okta<{ id: string }[]>("GET", `/api/v1/apps/${app.id}/groups`)).toMatchObject([{ id: group?.id }]);

    const variables = await stack.variables();
    expect(Object.keys(variables).sort()).toEqual(["AUTH_SESSION_SECRET", "OKTA_CLIENT_ID", "OKTA_CLIENT_SECRET"]);
    expect(variables.OKTA_CLIENT_ID).toBe(clientId);
    expect(variables.AUTH_SESSION_SECRET?.length).toBeGreaterThanOrEqual(32);

    const overlay = await stack.overlay();
    expect(overlay).not.toContain(variables.OKTA_CLIENT_SECRET);
    expect(overlay).not.toContain(variables.AUTH_SESSION_SECRET);
    expect(parse(overlay)).toMatchObject({
      auth: { providers: { okta: { production: { metadataUrl: outputs.discoveryUrl } } } },
    });
    const discovery = (await (await fetch(outputs.discoveryUrl ?? "")).json()) as { issuer: string };
    expect(discovery.issuer).toBe(outputs.issuer);

    const { spec } = await stack.object<Deployment>("deployment", "backstage");
    expect(spec.template.metadata.annotations).toEqual({ "backstage-okta-sso/checksum": outputs.checksum });
  });

  it("changes nothing in a preview, in a refresh or on a second run", async () => {
    await stack.pulumi(["preview", "--expect-no-changes"]);
    expect(Object.keys(await stack.refresh())).toEqual(["same"]);
    expect(Object.keys(await stack.up())).toEqual(["same"]);
  });

  it("changes the app in place, the ConfigMap and the checksum with another portalUrl, and nothing else", async () => {
    const { checksum } = await stack.outputs();
    stack.configure({ portalUrl: `https://moved-${stack.name}.acme.example` });
    // The app, the ConfigMap and the Deployment's annotation.
    expect(await stack.up()).toEqual({ update: 3, same: expect.any(Number) as number });
    const outputs = await stack.outputs();
    expect(outputs.clientId).toBe(clientId);
    expect(outputs.checksum).not.toBe(checksum);
    expect((await stack.app()).settings.oauthClient.redirect_uris).toEqual([
      `https://moved-${stack.name}.acme.example/api/auth/okta/handler/frame`,
    ]);
  });

  it("finds what was changed by hand in Okta and in Kubernetes, and puts it right", async () => {
    const app = await stack.app();
    const exact = app.settings.oauthClient.redirect_uris;
    app.settings.oauthClient.redirect_uris = [...exact, "https://evil.example/api/auth/okta/handler/frame"];
    app.credentials.oauthClient.pkce_required = false;
    await okta<OktaApp>("PUT", `/api/v1/apps/${app.id}`, app);
    const before = [await stack.variables(), await stack.overlay()];
    const wrong = Buffer.from("wrong").toString("base64");
    const patch = (kind: string, data: object) =>
      kubectl("patch", kind, "backstage-okta", "-n", stack.namespace, "-p", JSON.stringify({ data }));
    await patch("secret", { OKTA_CLIENT_SECRET: wrong });
    await patch("configmap", { "app-config.okta.yaml": "auth: {}" });

    expect(await stack.refresh()).toMatchObject({ update: 3 });
    expect(await stack.up()).toMatchObject({ update: 3 });
    const after = await stack.app();
    expect(after.settings.oauthClient.redirect_uris).toEqual(exact);
    expect(after.credentials.oauthClient.pkce_required).toBe(true);
    expect([await stack.variables(), await stack.overlay()]).toEqual(before);
  });

  if (authorizationServer === "dedicated") {
    it("moves to another authorization server, and back, with the same client", async () => {
      for (const authorizationServer of ["default", "org", "dedicated"]) {
        stack.configure({ authorizationServer });
        await stack.up();
        const { issuer = "", clientId: same } = await stack.outputs();
        expect(same).toBe(clientId);
        expect(await stack.overlay()).toContain(`metadataUrl: ${issuer}/.well-known/openid-configuration`);
      }
      expect((await servers()).filter(({ name }) => name.includes(stack.name))).toHaveLength(1);
      expect((await policies("default")).filter(({ name }) => name.includes(stack.name))).toEqual([]);
    });
  }

  it("leaves nothing behind in Okta or Kubernetes, and the Deployment as it was", async () => {
    await stack.destroy();
    const apps = await okta<OktaApp[]>("GET", "/api/v1/apps?limit=200");
    expect(apps.filter(({ label }) => label.includes(stack.name))).toEqual([]);
    expect((await servers()).filter(({ name }) => name.includes(stack.name))).toEqual([]);
    expect((await policies("default")).filter(({ name }) => name.includes(stack.name))).toEqual([]);
    const left = await kubectl("get", "secret,configmap", "-n", stack.namespace, "-o", "name");
    expect(left.split("\n").filter((name) => name.includes("backstage-okta"))).toEqual([]);

    const after = await stack.object<Deployment>("deployment", "backstage");
    expect(after.spec).toEqual(deploymentBefore.spec);
    const managers = ({ metadata }: Deployment) => metadata.managedFields.map(({ manager }) => manager);
    expect(managers(after)).not.toContain(`backstage-okta-sso-${clientId}`);
    expect(managers(after)).toEqual(expect.arrayContaining(managers(deploymentBefore)));
  });
});

describe("with the committed config of dev and prod in one org", () => {
  const stacks: TestStack[] = [];
  afterAll(() => Promise.all(stacks.map((stack) => stack.dispose())));

  it("brings both up side by side, and refuses to delete prod's app", async () => {
    const state = process.env.SANDBOX_STATE ?? "";
    for (const name of ["dev", "prod"]) {
      const file = parse((await run("cat", [`${state}/Pulumi.${name}.yaml`])).stdout) as {
        config: Record<string, unknown>;
      };
      const config = Object.fromEntries(
        Object.entries(file.config).map(([key, value]) => [key.replace("backstage-okta-sso:", ""), value]),
      );
      const stack = await TestStack.make({ name, config });
      stacks.push(stack);
      await stack.up();
    }
    const [dev, prod] = stacks as [TestStack, TestStack];
    expect((await dev.app()).label).toBe("Backstage (dev)");
    expect((await prod.app()).label).toBe("Backstage (prod)");
    expect((await dev.outputs()).issuer).toMatch(/\/oauth2\/default$/);
    expect((await policies("default")).map(({ name }) => name)).toContain("backstage-dev");

    const refused = await prod.pulumi(["destroy", "--yes"], { reject: false });
    expect(refused.exitCode).not.toBe(0);
    expect(`${refused.stdout}${refused.stderr}`).toMatch(/protect/);
    expect((await prod.app()).status).toBe("ACTIVE");
  });

  it("finds no drift in either afterwards", async () => {
    for (const stack of stacks) {
      expect(Object.keys(await stack.refresh())).toEqual(["same"]);
      await stack.pulumi(["preview", "--expect-no-changes"]);
    }
  });
});

describe("with a namespace that it is told to make", () => {
  const namespace = unique();
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.make({ config: { namespace, createNamespace: true, deployment: undefined } });
    await stack.up();
  });
  afterAll(async () => {
    await stack.dispose();
    await kubectl("delete", "namespace", namespace, "--wait=false");
  });

  it("makes it, and the Secret in it, which another stack does not overwrite", async () => {
    const before = await stack.variables();
    expect(before).toHaveProperty("OKTA_CLIENT_ID");
    const other = await TestStack.make({ config: { namespace, deployment: undefined } });
    try {
      expect(await other.failedUp()).toMatch(
        /secretName "backstage-okta" is the name of a Secret that this stack did not make/,
      );
    } finally {
      await other.dispose();
    }
    expect(await stack.variables()).toEqual(before);
  });

  it("leaves it when the stack goes", async () => {
    await stack.destroy();
    expect(await kubectl("get", "namespace", namespace, "-o", "name")).toBe(`namespace/${namespace}`);
  });
});

describe("with a groups claim that something else has made on the shared server", () => {
  it("says in the preview what to set, makes nothing, and then uses it as it is", async () => {
    const scope = await okta<{ id: string }>("POST", "/api/v1/authorizationServers/default/scopes", { name: "groups" });
    const stack = await TestStack.make({ config: { authorizationServer: "default" } });
    try {
      expect(await stack.failedPreview()).toMatch(
        /manageGroupsClaim true conflicts with a groups scope that the authorization server has/,
      );
      stack.configure({ manageGroupsClaim: false });
      await stack.up();
      expect((await stack.outputs()).issuer).toMatch(/\/oauth2\/default$/);
    } finally {
      await stack.dispose();
      await okta("DELETE", `/api/v1/authorizationServers/default/scopes/${scope.id}`);
    }
  });
});
