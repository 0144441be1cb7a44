import { resolve } from "node:path";
import { Checkout, type Ended } from "./support/checkout";
import { kubectl, okta, run } from "./support/sandbox";
import { TestStack, type OktaApp } from "./support/stack";

jest.setTimeout(300_000);

const root = resolve(__dirname, "../..");

let checkout: Checkout;
let stack: TestStack;
beforeAll(async () => {
  checkout = new Checkout();
  stack = await TestStack.make({
    config: { authorizationServer: "dedicated", groupsFilter: { type: "REGEX", value: ".*" } },
  });
  await stack.up();
});
afterAll(async () => {
  await stack.dispose();
  checkout.dispose();
});

const drift = (args: string[] = [], env: Record<string, string> = {}): Promise<Ended> =>
  checkout.npm("drift", stack, args, env);

it("says nothing where there is no drift", async () => {
  expect(await drift()).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

const ELSEWHERE = "https://elsewhere.acme.example/api/auth/okta/handler/frame";

async function changeRedirectUri() {
  const { id, ...app } = await stack.app();
  app.settings.oauthClient.redirect_uris = [ELSEWHERE];
  await okta<OktaApp>("PUT", `/api/v1/apps/${id}`, app);
}

async function changeClaim() {
  const claim = (await stack.state()).find(({ type }) => type === "okta:auth/serverClaim:ServerClaim");
  const path = `/api/v1/authorizationServers/${String(claim?.outputs.authServerId)}/claims/${claim?.id}`;
  await okta("PUT", path, { ...(await okta<object>("GET", path)), value: "^admins$" });
}

const patch = (kind: string, data: Record<string, string>) =>
  kubectl("patch", kind, "backstage-okta", "-n", stack.namespace, "--type", "merge", "-p", JSON.stringify({ data }));

/** What drift says of a stack that differs. */
async function driftOf(other = stack): Promise<string> {
  const { exitCode, stdout, stderr } = await checkout.npm("drift", other);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
  return stdout;
}

/** Runs the commands that drift names, as somebody would who copies them, and expects that nothing is left to do. */
async function follow(said: string, other = stack): Promise<void> {
  const [, remedies = ""] = said.split("To put it right:\n");
  for (const [, command = ""] of remedies.matchAll(/^ {4}(\S.*)$/gm)) {
    await run("bash", ["-o", "pipefail", "-c", command], {
      cwd: root,
      env: { PULUMI_OPTION_CONFIG_FILE: other.configFile, PULUMI_SKIP_CONFIRMATIONS: "true" },
    });
  }
  expect(await checkout.npm("drift", other)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
}

/** Makes the calls to Okta that drift names. */
async function call(said: string): Promise<void> {
  for (const [, method = "", path = ""] of said.matchAll(/`(POST|DELETE) (\S+)`/g)) await okta(method, path);
}

async function deleteApp() {
  const { id } = await stack.app();
  await okta("POST", `/api/v1/apps/${id}/lifecycle/deactivate`);
  await okta("DELETE", `/api/v1/apps/${id}`);
}

async function deleteScope() {
  const scope = (await stack.state()).find(({ type }) => type === "okta:auth/serverScope:ServerScope");
  await okta("DELETE", `/api/v1/authorizationServers/${String(scope?.outputs.authServerId)}/scopes/${scope?.id}`);
}

/** Expects that drift names a resource and what of it differs, and what that does to people, but no secret. */
function expectNamed(said: string, resource: string, property: RegExp, effect: RegExp): void {
  expect(said).toMatch(/^Changed by somebody else since the last update:\n/);
  expect(said).toContain(resource);
  expect(said).toMatch(property);
  expect(said).toMatch(effect);
  expect(said).not.toContain(Buffer.from("another").toString("base64"));
}

describe("of several things changed by hand at once", () => {
  const changes: [string, () => Promise<unknown>, string, RegExp, RegExp][] = [
    [
      "the app's redirect URI",
      changeRedirectUri,
      "okta.app.OAuth backstage: update",
      /redirectUris(\[0\])?: .* → .*elsewhere/,
      /sign-in-breaks: The portal asks Okta to send people back to `.*`, which is not a redirect URI of the app\./,
    ],
    [
      "the claim's filter",
      changeClaim,
      "okta.auth.ServerClaim backstage: update",
      /value: "\.\*" → "\^admins\$"/,
      /group-removed: Other groups go into the tokens, REGEX `\^admins\$` instead of REGEX `\.\*`/,
    ],
    [
      "the Secret",
      () => patch("secret", { OKTA_CLIENT_ID: Buffer.from("another").toString("base64") }),
      "kubernetes.core.v1.Secret backstage: update",
      /data\.OKTA_CLIENT_ID$/m,
      /^/,
    ],
    [
      "the groups scope, deleted",
      deleteScope,
      "okta.auth.ServerScope backstage: delete",
      /^/,
      /sign-in-breaks: The portal asks for `groups`, which the authorization server does not have\./,
    ],
  ];
  let said: string;
  beforeAll(async () => {
    for (const [, change] of changes) await change();
    said = await driftOf();
  });

  it.each(changes)("finds %s", (_, _change, resource, property, effect) => {
    expectNamed(said, resource, property, effect);
  });

  it("names what puts all of them right", () => follow(said));
});

it("finds the app deleted by hand, and names what puts it right", async () => {
  await deleteApp();
  const said = await driftOf();
  const effect = /app-replaced: The OIDC app is deleted: nobody can sign in\./;
  expectNamed(said, "okta.app.OAuth backstage: delete", /^/, effect);
  await follow(said);
});

it("finds a ConfigMap that was changed, and a policy that somebody put in front of the stack's own", async () => {
  await patch("configmap", { "app-config.okta.yaml": "auth: {}" });
  const policy = (await stack.state()).find(({ type }) => type === "okta:auth/serverPolicy:ServerPolicy");
  const policies = `/api/v1/authorizationServers/${String(policy?.outputs.authServerId)}/policies`;
  const { id } = await okta<{ id: string }>("POST", policies, {
    type: "OAUTH_AUTHORIZATION_POLICY",
    name: "Everything",
    description: "For all clients",
    priority: 1,
    conditions: { clients: { include: ["ALL_CLIENTS"] } },
  });
  const said = await driftOf();
  expectNamed(
    said,
    "kubernetes.core.v1.ConfigMap backstage: update",
    /data\["app-config.okta.yaml"\]/m,
    /sign-in-breaks: The overlay turns no Okta sign-in on\./,
  );
  expect(said).toContain(
    `The access policy \`Everything\` (\`${id}\`), which is for all clients, is asked before this stack's own: its rules decide what people's tokens hold and how long they last.`,
  );
  await call(said);
  await follow(said);
});

it("says what of an update whose answer was lost is in the way in Okta, and how to take it up", async () => {
  for (const { urn, type } of await stack.state()) {
    if (type === "okta:auth/serverClaim:ServerClaim") {
      await stack.pulumi(["state", "delete", urn, "--yes", "--target-dependents"]);
    }
  }
  const said = await driftOf();
  expect(said).toMatch(/^In the checkout or the config, but never brought up:\n/);
  expect(said).toMatch(/`okta.auth.ServerClaim backstage` is in Okta already, as `aus\w+\/ocl\w+`/);
  expect(said).toMatch(/`okta.auth.ServerPolicyRule backstage` is in Okta already, as `aus\w+\/\w+\/\w+`/);
  await follow(said);
});

describe("of a first update, on a shared server, whose answer was lost", () => {
  let fresh: TestStack;
  let lost: OktaApp;
  let said: string;
  beforeAll(async () => {
    fresh = await TestStack.make({ config: { authorizationServer: "default" } });
    await okta("POST", "/sandbox/faults", {
      method: "POST",
      path: "^/api/v1/apps",
      times: 10,
      kind: "status",
      status: 400,
    });
    await fresh.failedUp();
    await okta("DELETE", "/sandbox/faults");
    const clientId = (await fresh.state()).find(({ type }) => type === "random:index/randomId:RandomId")?.outputs.hex;
    const { settings, credentials } = await stack.app();
    lost = await okta<OktaApp>("POST", "/api/v1/apps", {
      name: "oidc_client",
      label: `Backstage (${fresh.name})`,
      signOnMode: "OPENID_CONNECT",
      settings,
      credentials: { oauthClient: { ...credentials.oauthClient, client_id: clientId, client_secret: undefined } },
    });
    said = await driftOf(fresh);
    await call(said);
    await follow(said, fresh);
  });
  afterAll(async () => {
    await okta("DELETE", "/sandbox/faults");
    await fresh.dispose();
  });

  it("says which app is in the way, and how to go on", () => {
    expect(said).toContain(`\`okta.app.OAuth backstage\` is in Okta already, as \`${lost.id}\``);
  });

  it("takes the groups scope for the stack's own also where somebody has described it in another way", async () => {
    const scope = (await fresh.state()).find(({ type }) => type === "okta:auth/serverScope:ServerScope");
    const path = `/api/v1/authorizationServers/default/scopes/${scope?.id}`;
    await okta("PUT", path, { ...(await okta<object>("GET", path)), description: "Edited by hand" });
    const changed = await driftOf(fresh);
    expect(changed).toContain("okta.auth.ServerScope backstage: update");
    expect(changed).not.toContain("manageGroupsClaim");
    expect(changed).not.toContain("What that does to people");
    await follow(changed, fresh);
  });
});

it("tells what was never brought up from what was changed by hand", async () => {
  stack.configure({ label: "Another label" });
  const { exitCode, stdout } = await drift(["--json"]);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    changedByHand: [],
    notBroughtUp: [{ resource: "okta.app.OAuth backstage", properties: [{ path: "label", to: "Another label" }] }],
  });
});

it("cannot tell when Okta does not take the credentials", async () => {
  const { exitCode, stdout, stderr } = await drift([], { OKTA_API_TOKEN: "not-a-token" });
  expect(exitCode).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^drift: .*401 Unauthorized/s);
});
