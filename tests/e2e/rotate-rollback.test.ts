import { Checkout } from "./support/checkout";
import { TestPortal } from "./support/portal";
import { answerTo, rotated } from "./support/rotation";
import { hasNode, run } from "./support/sandbox";

jest.setTimeout(600_000);

(hasNode ? it : it.skip)("signs people in after a rollback over a rotation, with the secrets of now", async () => {
  const checkout = new Checkout();
  await checkout.init();
  const portal = await TestPortal.make();
  const { stack } = portal;
  const up = () => {
    const args = ["up", "--yes", "--skip-preview", "--stack", stack.name, "--non-interactive"];
    return run("pulumi", [...args, "--config-file", stack.configFile], { cwd: checkout.folder });
  };
  try {
    await up();
    const former = await stack.variables();
    stack.configure({ label: "Another" });
    await up();
    await rotated(checkout, stack);
    const now = await stack.variables();

    const { exitCode, stdout, stderr } = await checkout.npm("rollback", stack, ["--yes", "--json"]);
    if (exitCode !== 0) throw new Error(`rollback exited ${exitCode}:\n${stdout}\n${stderr}`);
    expect((await stack.app()).label).not.toBe("Another");
    expect(await stack.variables()).toEqual(now);
    expect(await answerTo(stack, now.OKTA_CLIENT_SECRET!)).toBe("invalid_grant");
    expect(await answerTo(stack, former.OKTA_CLIENT_SECRET!)).toBe("invalid_client");
  } finally {
    await portal.dispose();
    checkout.dispose();
  }
});
