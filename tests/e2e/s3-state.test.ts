import { type Bucket, startBucket } from "./support/bucket";
import { Checkout } from "./support/checkout";
import { run } from "./support/sandbox";
import { TestStack } from "./support/stack";

// The server is built the first time.
jest.setTimeout(600_000);

let bucket: Bucket;
let checkout: Checkout;
beforeAll(async () => {
  bucket = await startBucket();
  checkout = new Checkout();
  await checkout.init();
});
afterAll(async () => {
  checkout.dispose();
  await bucket.stop();
});

it("keeps the state of a stack in an S3 bucket, through its whole life", async () => {
  const stack = await TestStack.make({ env: bucket.env });
  const env = { ...bucket.env, PULUMI_OPTION_CONFIG_FILE: stack.configFile };
  // In the repository, so that the history has the commit.
  const up = () =>
    run("pulumi", ["up", "--stack", stack.name, "--yes", "--skip-preview"], { cwd: checkout.folder, env });
  try {
    await up();
    await stack.pulumi(["preview", "--expect-no-changes"]);
    stack.configure({ portalUrl: "https://moved.acme.example" });
    await up();

    // A rollback reads the history, the commits and the config in it.
    const { stdout } = await checkout.npm("rollback", stack, ["--dry-run"], bucket.env);
    expect(stdout).toMatch(/can go back to version 1 /);

    const { OKTA_CLIENT_SECRET = "", AUTH_SESSION_SECRET = "" } = await stack.variables();
    const objects = bucket.objects();
    expect(objects.some((text) => text.includes("moved.acme.example"))).toBe(true);
    for (const secret of [OKTA_CLIENT_SECRET, AUTH_SESSION_SECRET]) {
      expect(secret.length).toBeGreaterThan(20);
      for (const text of [secret, Buffer.from(secret).toString("base64")]) {
        expect(objects.some((object) => object.includes(text))).toBe(false);
      }
    }

    await stack.destroy();
    expect(await stack.state()).toEqual([]);
  } finally {
    await stack.dispose();
  }
});
