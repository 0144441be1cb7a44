import { Person } from "./support/browser";
import { Checkout } from "./support/checkout";
import { TestPortal } from "./support/portal";
import { hasNode, kubectl, run } from "./support/sandbox";

jest.setTimeout(300_000);

(hasNode ? describe : describe.skip)("rollback of a portal in pods", () => {
  let checkout: Checkout;
  let portal: TestPortal;
  let person: Person;

  beforeAll(async () => {
    checkout = new Checkout();
    await checkout.init();
    [portal, person] = await Promise.all([TestPortal.make(), Person.withBrowser()]);
    await up();
  });
  afterAll(async () => {
    await person?.close();
    await portal?.dispose();
    checkout.dispose();
  });

  /** Updates the stack as somebody with that checkout does, whose commit the history then has. */
  async function up() {
    const { name, configFile } = portal.stack;
    await run("pulumi", ["up", "--yes", "--skip-preview", "--stack", name, "--non-interactive"], {
      cwd: checkout.folder,
      env: { PULUMI_OPTION_CONFIG_FILE: configFile },
    });
  }

  it("signs people in again after an update that broke it, by the same client", async () => {
    const { clientId } = await portal.stack.outputs();
    await person.open(portal.url);
    await person.signIn("alice");

    portal.stack.configure({ portalUrl: "https://elsewhere.acme.example" });
    await up();
    // Okta sends people to another address, and the portal hears nothing of them.
    expect((await checkout.npm("verify", portal.stack, ["--json"])).exitCode).toBe(1);

    const { exitCode, stdout, stderr } = await checkout.npm("rollback", portal.stack, ["--yes"]);
    if (exitCode !== 0) throw new Error(`rollback exited ${exitCode}:\n${stdout}\n${stderr}`);
    const other = await person.somebodyElse();
    try {
      await other.open(portal.url);
      await other.signIn("alice");
      expect(await other.identity()).toContain("/catalog/default/user/alice");
    } finally {
      await other.close();
    }
    expect(await portal.stack.outputs()).toMatchObject({ clientId });
    // The session from before it all goes on.
    expect(await person.refresh()).toMatchObject({ status: 200 });
  });

  describe("with --end-sessions, while new pods cannot start at first", () => {
    let before: Record<string, string>;
    let ended: Awaited<ReturnType<typeof run>>;
    beforeAll(async () => {
      before = await portal.stack.variables();
      const { name, namespace, configFile } = portal.stack;
      await kubectl("create", "quota", "full", "--hard=pods=1", "--namespace", namespace);
      const options = ["--to", "1", "--yes", "--end-sessions"];
      const rollback = run("npm", ["run", "-s", "rollback", "--", "--stack", name, ...options], {
        cwd: checkout.folder,
        env: { PULUMI_OPTION_CONFIG_FILE: configFile },
        reject: false,
      });
      let said = "";
      rollback.stderr.on("data", (chunk: Buffer) => {
        if (said.includes("exceeded quota")) return;
        said += chunk.toString();
        if (said.includes("exceeded quota")) void kubectl("delete", "quota", "full", "--namespace", namespace);
      });
      ended = await rollback;
    });

    it("says why they do not while it waits for them, and ends well once they do", () => {
      expect(ended.stderr).toMatch(/a new pod does not start: .*exceeded quota: full/);
      expect(ended.exitCode).toBe(0);
    });

    it("changes the session secret, and not the client's", async () => {
      const after = await portal.stack.variables();
      expect(after.AUTH_SESSION_SECRET).toHaveLength(64);
      expect(after.AUTH_SESSION_SECRET).not.toBe(before.AUTH_SESSION_SECRET);
      expect({ ...after, AUTH_SESSION_SECRET: "" }).toEqual({ ...before, AUTH_SESSION_SECRET: "" });
    });

    it("has everybody sign in anew", async () => {
      expect(await person.refresh()).toMatchObject({ status: 401 });
      await person.page.reload();
      // Okta itself knows the person still: its window closes again by itself.
      await person.signInButton.click();
      await person.signedIn();
      expect(await person.refresh()).toMatchObject({ status: 200 });
    });
  });
});
