import { Checkout } from "./support/checkout";
import { upAsBefore, upFrom } from "./support/earlier";
import { TestPortal } from "./support/portal";
import { answersTo, clientSecrets, rotate, rotated, unnoticed, versions } from "./support/rotation";
import { hasNode, okta } from "./support/sandbox";

jest.setTimeout(400_000);

/** Where it is killed: as it has begun a phase, or in the midst of one. By how the lines begin, in their order. */
const KILLS = [
  "Making",
  "Rolling",
  "  update kubernetes.apps.v1.DeploymentPatch",
  "Checking",
  "Raising sessionSecretVersion to 2 ",
  "Bringing",
  "Deactivating",
  "Deleting",
];

(hasNode ? describe : describe.skip)("where a PUT of the app replaces its secrets by the one that it names", () => {
  let checkout: Checkout;
  let portal: TestPortal;
  let former: Record<string, string>;

  beforeAll(async () => {
    await okta("PUT", "/sandbox/variants", { secretInPut: "replaces" });
    checkout = new Checkout();
    await checkout.init();
    portal = await TestPortal.make();
    await upAsBefore(checkout, portal.stack);
    await upFrom(checkout, portal.stack);
    former = await portal.stack.variables();
  });
  afterAll(async () => {
    await portal?.dispose();
    checkout?.dispose();
    await okta("PUT", "/sandbox/variants", {});
  });

  it("goes on where it was killed, in each phase, and nobody notices", async () => {
    const { stack } = portal;
    await unnoticed(portal.url, async () => {
      for (const killAt of KILLS) {
        const { exitCode, said } = await rotate(checkout, stack, ["--yes"], { killAt });
        expect({ killAt, exitCode, said }).toMatchObject({ exitCode: undefined });
      }
      // The last call may have reached Okta before the kill reached the command: then another run would be another rotation.
      if ((await clientSecrets(stack)).length > 1) await rotated(checkout, stack);
    });
    expect(versions(stack)).toEqual({ client: "2", session: "2" });
    const now = await stack.variables();
    expect(now).toMatchObject({ AUTH_SESSION_SECRET_PREVIOUS: former.AUTH_SESSION_SECRET });
    expect(await clientSecrets(stack)).toEqual([
      expect.objectContaining({ client_secret: now.OKTA_CLIENT_SECRET, status: "ACTIVE" }),
    ]);
    const answers = await answersTo(stack, now.OKTA_CLIENT_SECRET!, former.OKTA_CLIENT_SECRET!);
    expect(answers).toEqual(["invalid_grant", "invalid_client"]);
    await stack.pulumi(["preview", "--refresh", "--expect-no-changes"]);
  });

  it("keeps the secrets of now in a later change of the app, and in a rollback over the rotation", async () => {
    const { stack } = portal;
    const now = await stack.variables();
    const isAsNow = async () => {
      expect(await stack.variables()).toEqual(now);
      const answers = await answersTo(stack, now.OKTA_CLIENT_SECRET!, former.OKTA_CLIENT_SECRET!);
      expect(answers).toEqual(["invalid_grant", "invalid_client"]);
    };
    stack.configure({ label: "Another" });
    await upFrom(checkout, stack);
    expect((await stack.app()).label).toBe("Another");
    await isAsNow();

    const { exitCode, stdout, stderr } = await checkout.npm("rollback", stack, ["--yes", "--json"]);
    if (exitCode !== 0) throw new Error(`rollback exited ${exitCode}:\n${stdout}\n${stderr}`);
    expect((await stack.app()).label).not.toBe("Another");
    await isAsNow();
  });
});
