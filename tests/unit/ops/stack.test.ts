import { LocalWorkspace, type PulumiCommand, Stack } from "@pulumi/pulumi/automation";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSameStack, stackName, withoutSummary } from "../../../ops/stack";

it("starts the engine once for an update", async () => {
  const workDir = mkdtempSync(join(tmpdir(), "stack-test-"));
  const run = jest.fn((args: string[]) => Promise.resolve({ stdout: "{}", stderr: "", code: 0, args }));
  const pulumiCommand = { command: "pulumi", version: null, run } as unknown as PulumiCommand;
  try {
    const workspace = await LocalWorkspace.create({ workDir, pulumiCommand });
    workspace.selectStack = () => Promise.resolve();
    const stack = withoutSummary(await Stack.select("dev", workspace));
    await stack.up();
    await stack.refresh();
    expect(run.mock.calls.map(([[command]]) => command)).toEqual(["up", "refresh"]);
  } finally {
    rmSync(workDir, { recursive: true });
  }
});

it.each([
  ["dev", { stack: "dev" }],
  ["acme/dev", { organization: "acme", stack: "dev" }],
  [
    "organization/backstage-okta-sso/local",
    { organization: "organization", project: "backstage-okta-sso", stack: "local" },
  ],
])("takes %s for the name of a stack", (text, parts) => {
  expect(stackName(text)).toEqual(parts);
});

it.each(["", "/dev", "acme//dev", "dev/", "a/b/c/d"])("refuses %j, and says which forms there are", (text) => {
  expect(() => stackName(text)).toThrow(
    `--stack "${text}" is not the name of a stack: use NAME, ORGANIZATION/NAME or ORGANIZATION/PROJECT/NAME`,
  );
});

it.each([
  ["dev", "acme/dev", true],
  ["acme/dev", "acme/backstage-okta-sso/dev", true],
  ["dev", "prod", false],
  ["acme/dev", "umbrella/dev", false],
])("compares %s with %s", (a, b, same) => {
  expect(isSameStack(a, b)).toBe(same);
});
