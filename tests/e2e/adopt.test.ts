import { readFileSync } from "node:fs";
import { Checkout, type Ended } from "./support/checkout";
import { CommandLines } from "./support/commandLines";
import {
  type Differences,
  type HandMadeApp,
  handMadeApp,
  handMadeServer,
  secretsOf,
  snapshot,
} from "./support/handMade";
import { runInGroup } from "./support/processGroup";
import { kubectl, okta } from "./support/sandbox";
import { TestStack } from "./support/stack";

jest.setTimeout(400_000);

let checkout: Checkout;
beforeAll(() => {
  checkout = new Checkout();
});
afterAll(() => checkout.dispose());

/** A stack that has never been brought up, and an app by hand for its portal. */
async function scene(config: Record<string, unknown> = {}, differences: Differences = {}) {
  const stack = await TestStack.make({ config });
  const app = await handMadeApp(`https://${stack.name}.acme.example`, differences);
  return { stack, app };
}

const adopt = (stack: TestStack, app: HandMadeApp, ...args: string[]): Promise<Ended> =>
  runInGroup(checkout, "adopt", stack, ["--app", app.id, ...args]);

/** Where it is killed, by how it says what it does; two of its phases have the engine do it. */
const KILLS: { killAt: string; inEngine?: true }[] = [
  { killAt: "Rehearsing it" },
  { killAt: "Writing the stack's file." },
  { killAt: "Importing into the stack's state.", inEngine: true },
  { killAt: "Marking Secret" },
  { killAt: "Marking ConfigMap" },
  { killAt: "Adding the stack's own client secret", inEngine: true },
];

/** A Secret as a portal's team has made it. */
async function makeSecret({ namespace }: TestStack, name: string, variables: Record<string, string>): Promise<void> {
  const literals = Object.entries(variables).map(([key, value]) => `--from-literal=${key}=${value}`);
  await kubectl("create", "secret", "generic", name, ...literals, "-n", namespace);
}

/** A ConfigMap as a portal's team has made it. */
async function makeConfigMap({ namespace }: TestStack, name: string): Promise<void> {
  const config = "auth:\n  environment: production\n";
  await kubectl("create", "configmap", name, `--from-literal=app-config.okta.yaml=${config}`, "-n", namespace);
}

const fileOf = (stack: TestStack) => readFileSync(stack.configFile, "utf8");

/** The stack of the first tests: it has its app to the end. */
let adopted: TestStack;
afterAll(() => adopted?.dispose());

describe("an app that was clicked together", () => {
  let stack: TestStack;
  let app: HandMadeApp;
  beforeAll(async () => {
    ({ stack, app } = await scene({ secretName: "portal", configMapName: "portal", authorizationServer: "default" }));
    adopted = stack;
    await makeSecret(stack, "portal", { OKTA_CLIENT_ID: app.id, OKTA_CLIENT_SECRET: app.clientSecret });
    await makeConfigMap(stack, "portal");
  });

  it("is only looked at by --dry-run, which says what would come of it", async () => {
    const before = [await snapshot(app.id), fileOf(stack), await stack.state()];
    const { exitCode, stdout, stderr } = await adopt(stack, app, "--dry-run", "--json");
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining("Rehearsing it")]);
    const { disruptions, notes, changes } = JSON.parse(stdout) as {
      disruptions: { kind: string; message: string }[];
      notes: string[];
      changes: { resource: string; operation: string }[];
    };
    expect(disruptions.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      "redirect-uri-removed: The sign-in redirect URI `http://localhost:7007/api/auth/okta/handler/frame` is removed: a portal that still sends it cannot sign anybody in.",
      expect.stringMatching(/^redirect-uri-removed: The sign-out redirect URI /),
      expect.stringMatching(/^sign-in-breaks: Okta requires a PKCE challenge from now on/),
      "group-removed: The members of `contractors` can no longer sign in, unless another group lets them.",
      expect.stringMatching(/^access-widened: The portal's tokens may have /),
      "tokens-refused: The app no longer gets tokens by the grant `implicit`.",
      "sessions-end: A sign-in lasts at most 12 hours instead of without end.",
      "sessions-end: An unused sign-in ends after 12 hours instead of 7 days.",
      expect.stringMatching(/^portal-restart: /),
    ]);
    expect(notes.join("\n")).toMatch(/`alice@example\.com`, `carol@example\.com`\. They keep their access/);
    expect(notes.join("\n")).toContain("what it runs today is not known");
    expect(changes.filter(({ operation }) => operation !== "create").map(({ resource }) => resource)).toEqual([
      "okta.app.OAuth backstage",
      "okta.AppGroupAssignments backstage",
    ]);
    expect(stderr).toMatch(
      /Secret \S+\/portal, which becomes the stack's:\n {2}OKTA_CLIENT_ID: stays\n {2}OKTA_CLIENT_SECRET: gets another value\n {2}AUTH_SESSION_SECRET: is added/,
    );
    expect(stderr).toMatch(
      /ConfigMap \S+\/portal, which becomes the stack's:\n[^]*\+ {2,}clientId: \$\{OKTA_CLIENT_ID\}/,
    );
    expect(stdout + stderr).not.toContain(app.clientSecret);
    expect([await snapshot(app.id), fileOf(stack), await stack.state()]).toEqual(before);
  });

  it("goes under management, with the Secret and the ConfigMap, however often that is killed", async () => {
    const commandLines = new CommandLines();
    for (const { killAt, inEngine } of KILLS) {
      const killWhen = () => !inEngine || stack.isLocked;
      const { exitCode, stderr } = await runInGroup(checkout, "adopt", stack, ["--app", app.id, "--yes"], {
        killAt,
        killWhen,
      });
      expect({ killAt, exitCode, stderr }).toMatchObject({
        exitCode: undefined,
        stderr: expect.stringContaining(killAt) as string,
      });
    }
    const { exitCode, stdout, stderr } = await adopt(stack, app, "--yes");
    const seen = commandLines.stop().join("\n");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(seen).toMatch(/pulumi up .*--target /);
    expect(stdout).toContain(`npm run rotate -- --stack ${stack.name} --client-secret`);
    expect(fileOf(stack)).toContain(`backstage-okta-sso:clientId: ${app.id}`);
    const state = await stack.state();
    expect(state.find(({ type }) => type === "okta:app/oAuth:OAuth")).toMatchObject({ id: app.id, protect: true });
    const secrets = await secretsOf(app.id);
    expect(Object.values(secrets)).toEqual(["ACTIVE", "ACTIVE"]);
    expect(secrets).toHaveProperty([app.clientSecret], "ACTIVE");
    for (const secret of Object.keys(secrets)) {
      expect([stdout, stderr, seen, fileOf(stack), JSON.stringify(state)].join("\n")).not.toContain(secret);
    }
  });

  it("can be adopted again, which changes nothing", async () => {
    const before = [await snapshot(app.id), fileOf(stack), (await stack.state()).map(({ urn }) => urn)];
    expect(await adopt(stack, app, "--yes")).toMatchObject({ exitCode: 0 });
    expect([await snapshot(app.id), fileOf(stack), (await stack.state()).map(({ urn }) => urn)]).toEqual(before);
  });

  it("is brought up without a replacement or a deletion, keeps its client ID and the secret from before", async () => {
    expect(await stack.up()).toMatchObject({ update: 2 });
    const changes = await stack.lastChanges();
    expect([changes.delete, changes.replace]).toEqual([undefined, undefined]);
    const { credentials, settings } = await stack.app();
    expect(credentials.oauthClient).toMatchObject({ client_id: app.id, pkce_required: true });
    expect(settings.oauthClient).toMatchObject({
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: [`https://${stack.name}.acme.example/api/auth/okta/handler/frame`],
    });
    const secrets = await secretsOf(app.id);
    expect(secrets).toHaveProperty([app.clientSecret], "ACTIVE");
    const { OKTA_CLIENT_ID, OKTA_CLIENT_SECRET, AUTH_SESSION_SECRET, ...others } = await stack.variables("portal");
    expect([OKTA_CLIENT_ID, secrets[OKTA_CLIENT_SECRET!]]).toEqual([app.id, "ACTIVE"]);
    expect(OKTA_CLIENT_SECRET).not.toBe(app.clientSecret);
    expect([AUTH_SESSION_SECRET, others]).toEqual([expect.any(String), {}]);
    await stack.pulumi(["preview", "--expect-no-changes"]);
    await stack.pulumi(["preview", "--refresh", "--expect-no-changes"]);
  });

  it("is not destroyed by accident", async () => {
    const { exitCode, stdout, stderr } = await stack.pulumi(["destroy", "--yes", "--skip-preview"], { reject: false });
    expect(exitCode).not.toBe(0);
    expect(String(stdout) + String(stderr)).toMatch(/protect/);
    expect((await stack.app()).status).toBe("ACTIVE");
  });
});

/** Makes a scene, does work in it, and takes its stack away. */
async function inScene(
  work: (stack: TestStack, app: HandMadeApp) => Promise<void>,
  config: Record<string, unknown> = {},
): Promise<void> {
  const { stack, app } = await scene(config);
  try {
    await work(stack, app);
  } finally {
    await stack.dispose();
  }
}

it("keeps what the config says is to stay: redirect URIs, groups, PKCE left out, and the client secret", async () => {
  const old = "http://localhost:7007/api/auth/okta/handler/frame";
  const kept = { redirectUris: [old], keepAssignments: true, authModule: "stock" };
  await inScene(async (stack, app) => {
    const { exitCode, stdout } = await adopt(stack, app, "--yes", "--keep-secret", "--json");
    expect(exitCode).toBe(0);
    const { disruptions } = JSON.parse(stdout) as { disruptions: { kind: string }[] };
    expect(disruptions.map(({ kind }) => kind)).toEqual(["redirect-uri-removed", "tokens-refused", "portal-restart"]);
    await stack.up();
    const { settings, credentials } = await stack.app();
    expect(settings.oauthClient.redirect_uris).toContain(old);
    expect(credentials.oauthClient.pkce_required).toBe(false);
    expect((await okta<unknown[]>("GET", `/api/v1/apps/${app.id}/groups`)).length).toBe(2);
    expect(await secretsOf(app.id)).toEqual({ [app.clientSecret]: "ACTIVE" });
    expect(await stack.variables()).toMatchObject({ OKTA_CLIENT_SECRET: app.clientSecret });
    await stack.pulumi(["preview", "--expect-no-changes"]);
  }, kept);
});

describe("what is not taken over", () => {
  let stack: TestStack;
  beforeAll(async () => {
    ({ stack } = await scene());
  });
  afterAll(() => stack.dispose());

  it("is a single-page app with DPoP and encrypted ID tokens", async () => {
    const client = {
      application_type: "browser",
      grant_types: ["authorization_code"],
      response_types: ["code"],
      dpop_bound_access_tokens: true,
      id_token_encrypted_response_alg: "RSA-OAEP-256",
    };
    const credentials = { token_endpoint_auth_method: "none" };
    const app = await handMadeApp("https://elsewhere.acme.example", { client, credentials, groups: [], people: [] });
    await isRefused(app, /is a single-page app[^]*binds its tokens to a key \(DPoP\)[^]*has its ID tokens encrypted/);
  });

  it("is a service app with an admin role", async () => {
    const client = {
      application_type: "service",
      grant_types: ["client_credentials"],
      response_types: ["token"],
      redirect_uris: [],
    };
    const app = await handMadeApp("https://elsewhere.acme.example", { client, groups: [], people: [] });
    await okta("POST", `/oauth2/v1/clients/${app.id}/roles`, { type: "READ_ONLY_ADMIN" });
    await isRefused(app, /is a service app[^]*has the admin role `Read-only Administrator`/);
  });

  it("is an app that another stack has, which is named, and that has two client secrets", async () => {
    const app = { id: (await adopted.app()).id, clientSecret: "" };
    const reasons = `is in the stack \`\\S*${adopted.name}\` already[^]*has two client secrets already`;
    await isRefused(app, new RegExp(reasons));
  });

  it("is not an app with two client secrets that is to keep its own", async () => {
    const app = await handMadeApp(`https://${stack.name}.acme.example`, { groups: [], people: [] });
    await okta("POST", `/api/v1/apps/${app.id}/credentials/secrets`, {});
    expect(await adopt(stack, app, "--dry-run", "--keep-secret")).toMatchObject({ exitCode: 0 });
  });

  it("is a Secret that holds more, or a ConfigMap that only a default names", async () => {
    const app = await handMadeApp(`https://${stack.name}.acme.example`, { groups: [], people: [] });
    await makeSecret(stack, "portal", { GITHUB_TOKEN: "x" });
    await makeConfigMap(stack, "backstage-okta");
    stack.configure({ secretName: "portal" });
    try {
      const reasons =
        /holds more than the sign-in's own \(GITHUB_TOKEN\)[^]*only a default names it: set configMapName/;
      await isRefused(app, reasons);
    } finally {
      stack.configure({ secretName: undefined });
      await kubectl("delete", "secret/portal", "configmap/backstage-okta", "-n", stack.namespace);
    }
  });

  it("is what is no app at all", async () => {
    expect(await adopt(stack, { id: "0oanone", clientSecret: "" }, "--yes")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("--app 0oanone is not the ID of an app of this org") as string,
    });
  });

  async function isRefused(app: HandMadeApp, reason: RegExp): Promise<void> {
    const before = [fileOf(stack), await stack.state()];
    const { exitCode, stderr } = await adopt(stack, app, "--yes");
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(reason)]);
    expect(stderr).toContain("nothing was changed");
    expect([fileOf(stack), await stack.state()]).toEqual(before);
  }
});

it("takes an authorization server over that was made for the portal, also after a step has failed", async () => {
  await inScene(async (stack, app) => {
    const server = await handMadeServer(stack.name);
    const take = () => adopt(stack, app, "--server", stack.name, "--yes");
    const before = [fileOf(stack), await snapshot(app.id), await stack.state()];
    const failing = { method: "POST", path: "/credentials/secrets$", times: 1, kind: "status", status: 503 };
    await okta("POST", "/sandbox/faults", failing);
    try {
      const { exitCode, stderr } = await take();
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining("Taking back what was done.")]);
    } finally {
      await okta("DELETE", "/sandbox/faults");
    }
    expect([fileOf(stack), await snapshot(app.id), await stack.state()]).toEqual(before);

    const { exitCode, stderr } = await take();
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`(${server}) goes with it.`)]);
    expect(stderr).not.toContain("issuer-changed");
    expect(stderr).toContain("tokens-refused: The access policy is no longer for every client of the org");
    expect(stderr).toContain("sessions-end: A sign-in lasts at most 12 hours instead of 30 days.");
    const changes = await stack.up();
    expect([changes.delete, changes.replace]).toEqual([undefined, undefined]);
    // Its scope, claim, policy and rule are the stack's, none made anew.
    expect((await stack.outputs()).issuer).toMatch(new RegExp(`/oauth2/${server}$`));
    await stack.pulumi(["preview", "--expect-no-changes"]);
  });
});
