import { parse } from "yaml";
import { Backstage } from "./support/backstage";
import { Person } from "./support/browser";
import { Checkout } from "./support/checkout";
import { type HandMadeApp, handMadeApp, handMadeServer, secretsOf } from "./support/handMade";
import { oktaUrl } from "./support/sandbox";
import { TestStack } from "./support/stack";

jest.setTimeout(600_000);

let checkout: Checkout;
let stack: TestStack;
let app: HandMadeApp;
let serverId: string;
let url: string;
let backstage: Backstage;
let alice: Person;

beforeAll(async () => {
  checkout = new Checkout();
  url = await Backstage.freeUrl();
  stack = await TestStack.make({ config: { portalUrl: url, authModule: "stock", deployment: undefined } });
  app = await handMadeApp(url);
  serverId = await handMadeServer(stack.name);
  backstage = await Backstage.start(url, byHand(), { module: "stock" });
  alice = await Person.withBrowser();
  await signIn(alice, "alice");
});
afterAll(async () => {
  await alice.close();
  await backstage.stop();
  await stack.dispose();
  checkout.dispose();
});

/** What the portal's team wrote into its app-config, years ago. */
const byHand = () => ({
  environment: "production",
  providers: {
    okta: {
      production: {
        clientId: app.id,
        clientSecret: app.clientSecret,
        audience: oktaUrl,
        authServerId: serverId,
        additionalScopes: ["groups", "offline_access"],
        signIn: { resolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }] },
      },
    },
  },
});

/** Signs in by a popup, as the portal's page does. */
async function signIn({ page }: Person, name: string): Promise<void> {
  await page.goto(url);
  const popup = page.waitForEvent("popup");
  const answer = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        addEventListener("message", ({ data }: MessageEvent<{ type: string }>) => {
          if (data.type === "authorization_response") resolve(JSON.stringify(data));
        });
        const query = new URLSearchParams({ env: "production", scope: "openid profile email offline_access" });
        open(`/api/auth/okta/start?${query}&origin=${location.origin}&flow=popup`, "_blank", "width=450,height=730");
      }),
  );
  const person = await popup;
  await person.locator("[name=username]").fill(`${name}@example.com`);
  await person.locator("[name=password]").fill(`${name}-password`);
  await person.locator("[type=submit]").click();
  expect(await answer).toContain(`${name}@example.com`);
}

/** What a rollout does: the portal runs with the stack's ConfigMap and Secret. */
async function rollOut(module: "pkce" | "stock"): Promise<void> {
  await backstage.stop();
  const { auth } = parse(await stack.overlay()) as { auth: unknown };
  backstage = await Backstage.start(url, auth, { module, env: await stack.variables() });
}

const command = (name: string, ...args: string[]) => checkout.npm(name, stack, args);

it("says what the portal runs today, and that it has to run something else for PKCE", async () => {
  stack.configure({ authModule: "pkce" });
  const { exitCode, stderr } = await command("adopt", "--app", app.id, "--server", stack.name, "--dry-run");
  stack.configure({ authModule: "stock" });
  expect(exitCode).toBe(0);
  expect(stderr).toContain("sign-in-breaks: Okta requires a PKCE challenge from now on");
  expect(stderr).toContain("The portal runs Backstage's own okta module today.");
});

it("goes on with the session from before, and with the server that it trusts, under management", async () => {
  expect(await alice.refresh()).toMatchObject({ status: 200 });
  const { exitCode, stdout } = await command("adopt", "--app", app.id, "--server", stack.name, "--yes", "--json");
  expect(exitCode).toBe(0);
  const { disruptions, notes } = JSON.parse(stdout) as { disruptions: { kind: string }[]; notes: string[] };
  expect(disruptions.map(({ kind }) => kind)).not.toContain("issuer-changed");
  expect(disruptions.map(({ kind }) => kind)).not.toContain("sign-in-breaks");
  expect(notes.join("\n")).not.toContain("was not seen");
  expect(await alice.refresh()).toMatchObject({ status: 200 });
  await stack.up();
  // The portal still has the secret from before.
  expect(await alice.refresh()).toMatchObject({ status: 200 });
  await rollOut("stock");
  expect(await alice.refresh()).toMatchObject({ status: 200 });
  expect((await stack.outputs()).clientId).toBe(app.id);
});

it("goes on with it, and requires PKCE, when the portal runs this project's module", async () => {
  stack.configure({ authModule: "pkce" });
  await stack.up();
  await rollOut("pkce");
  for (let times = 0; times < 3; times++) expect(await alice.refresh()).toMatchObject({ status: 200 });
  const { credentials } = await stack.app();
  expect(credentials.oauthClient).toMatchObject({ client_id: app.id, pkce_required: true });
  const cookies = await alice.page.context().cookies();
  expect(cookies.find(({ name }) => name.startsWith("okta-refresh-token"))?.value.split(".")).toHaveLength(5);

  const bob = await alice.somebodyElse();
  try {
    await signIn(bob, "alice");
    expect(await bob.refresh()).toMatchObject({ status: 200 });
  } finally {
    await bob.close();
  }
  await stack.pulumi(["preview", "--expect-no-changes"]);
});

it("retires the secret from before by a rotation's last phases, and still goes on", async () => {
  expect(await command("rotate", "--client-secret", "--yes")).toMatchObject({ exitCode: 0 });
  const secrets = await secretsOf(app.id);
  const { OKTA_CLIENT_SECRET } = await stack.variables();
  expect(secrets).toEqual({ [OKTA_CLIENT_SECRET!]: "ACTIVE" });
  expect(await alice.refresh()).toMatchObject({ status: 200 });
});

it("stops a rotation until somebody has restarted the portal, where the stack does not, and goes on from there", async () => {
  const former = await stack.variables();
  const stopped = await command("rotate", "--client-secret", "--yes");
  expect(stopped).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("restart the portal") as string });
  const { OKTA_CLIENT_SECRET } = await stack.variables();
  // Either works, as long as the portal still has the former one.
  expect(await secretsOf(app.id)).toEqual({ [former.OKTA_CLIENT_SECRET!]: "ACTIVE", [OKTA_CLIENT_SECRET!]: "ACTIVE" });
  expect(await alice.refresh()).toMatchObject({ status: 200 });
  await rollOut("pkce");
  expect(await alice.refresh()).toMatchObject({ status: 200 });
  expect(await command("rotate", "--yes")).toMatchObject({ exitCode: 0 });
  expect(await secretsOf(app.id)).toEqual({ [OKTA_CLIENT_SECRET!]: "ACTIVE" });
  expect(await alice.refresh()).toMatchObject({ status: 200 });
});

it("has its app protected to the end", async () => {
  const destroyed = await stack.pulumi(["destroy", "--yes", "--skip-preview"], { reject: false });
  expect(destroyed.exitCode).not.toBe(0);
  expect((await stack.app()).status).toBe("ACTIVE");
});
