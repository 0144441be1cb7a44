import { execa } from "execa";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RollbackResult } from "../../ops/rollback/rollBack";
import { waitFor } from "../../sandbox/processes/wait";
import { Checkout } from "./support/checkout";
import { environment, okta, run } from "./support/sandbox";
import { TestStack } from "./support/stack";

jest.setTimeout(300_000);

let checkout: Checkout;
let stack: TestStack;
let program: string;

// The versions that the history starts with: one from a dirty tree, one without an app, one that works, and one that
// does not.
const [DIRTY, EMPTY, GOOD, WRONG] = ["1", "2", "3", "4"];

beforeAll(async () => {
  checkout = new Checkout();
  await checkout.init();
  stack = await TestStack.make();
  await setSecret("s3cret-1");
  program = checkout.read("index.ts");
  checkout.write("index.ts", "export = {};\n");
  await up();
  await checkout.commit("Start with nothing");
  await up();
  await commit(program, "Add single sign-on");
  await up();
});
afterAll(async () => {
  await stack.pulumi(["state", "unprotect", "--all", "--yes"]);
  await stack.dispose();
  checkout.dispose();
});

async function commit(index: string, message: string): Promise<void> {
  checkout.write("index.ts", index);
  await checkout.commit(message);
}

const env = () => ({ PULUMI_OPTION_CONFIG_FILE: stack.configFile });

/** Updates the stack from the checkout, whatever comes of it. */
function up(more: Record<string, string> = {}) {
  const args = ["up", "--yes", "--skip-preview", "--stack", stack.name, "--non-interactive"];
  return run("pulumi", args, { cwd: checkout.folder, env: { ...env(), ...more }, reject: false });
}

async function setSecret(value: string): Promise<void> {
  const file = ["--stack", stack.name, "--config-file", stack.configFile];
  await run("pulumi", ["config", "set", "test:secret", value, "--secret", ...file], { cwd: checkout.folder });
}

/** Runs the command in a process group of its own. */
function rollback(args: string[], { folder = checkout.folder, name = stack.name } = {}) {
  const command = ["-r", "ts-node/register", "ops/rollback.ts", "--stack", name, ...args];
  const options = { cwd: folder, env: environment(env()), extendEnv: false, stdin: "ignore", detached: true } as const;
  return execa("node", command, { ...options, reject: false });
}

/** Runs it, and fails as it does. */
async function rolledBack(args: string[] = [], name = stack.name): Promise<RollbackResult> {
  const { stdout, stderr } = await rollback(["--yes", "--json", ...args], { name });
  const result = JSON.parse(stdout) as RollbackResult & { error?: string };
  if (result.error) throw new Error(`${result.error}\n${stderr}`);
  return result;
}

interface Entry {
  message: string;
  config: Record<string, { value: string }>;
}

/** The history, the last update first, with the secrets in each one's config. */
async function history(): Promise<Entry[]> {
  const args = ["stack", "history", "--json", "--show-secrets", "--page-size", "100", "--stack", stack.name];
  const { stdout } = await run("pulumi", args, { cwd: dirname(stack.configFile) });
  return JSON.parse(stdout) as Entry[];
}

/** What sign-in depends on. */
async function everything() {
  const state = await stack.state();
  const { id, credentials, settings } = await stack.app(state);
  const { outputs } = state.find(({ type }) => type === "pulumi:pulumi:Stack")!;
  return { id, credentials, settings, outputs: outputs as Record<string, string>, overlay: await stack.overlay() };
}

interface Applied {
  metadata: { managedFields: { manager: string; operation: string }[] };
}

/** Under which of the stack's field managers its objects are applied. */
async function fieldManagers(): Promise<string[]> {
  const objects = [
    stack.object<Applied>("secret", "backstage-okta"),
    stack.object<Applied>("configmap", "backstage-okta"),
    stack.object<Applied>("deployment", "backstage"),
  ];
  return (await Promise.all(objects))
    .flatMap(({ metadata }) => metadata.managedFields)
    .flatMap(({ manager, operation }) => (operation === "Apply" && manager !== "portal-team" ? manager : []));
}

const appInState = async () => (await stack.state()).find(({ type }) => type === "okta:app/oAuth:OAuth");

describe("refuses, changing nothing,", () => {
  let before: unknown;
  beforeAll(async () => {
    before = await everything();
  });
  afterAll(async () => {
    expect(await everything()).toEqual(before);
  });

  it.each<[string, string[], number, RegExp]>([
    ["to go anywhere without a terminal to ask on", ["--to", GOOD], 2, /pass --yes to go back to version 3, --to/],
    ["a version from a dirty tree", ["--to", DIRTY, "--yes"], 1, /with uncommitted changes/],
    ["to delete the app", ["--to", EMPTY, "--yes"], 1, /would delete the OIDC app in Okta.*--allow-replace-app/],
  ])("%s", async (_, args, code, message) => {
    const { exitCode, stdout, stderr } = await rollback(args);
    expect(stderr).toMatch(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
  });

  it("to delete an app that is protected, even if it may be deleted otherwise", async () => {
    await stack.pulumi(["state", "protect", (await appInState())?.urn ?? "", "--yes"]);
    const { exitCode, stderr } = await rollback(["--to", EMPTY, "--yes", "--allow-replace-app"]);
    await stack.pulumi(["state", "unprotect", "--all", "--yes"]);
    expect(stderr).toMatch(
      /nothing was changed, the preview failed:[^]*OAuth::backstage\W+cannot be deleted\s+because it is protected/,
    );
    expect(exitCode).toBe(1);
  });

  it("a commit that a shallow clone lacks", async () => {
    const shallow = mkdtempSync(join(tmpdir(), "shallow-"));
    await run("git", ["clone", "--quiet", "--depth", "1", `file://${checkout.folder}`, shallow]);
    symlinkSync(join(checkout.folder, "node_modules"), join(shallow, "node_modules"));
    const { exitCode, stderr } = await rollback(["--to", EMPTY, "--yes"], { folder: shallow });
    rmSync(shallow, { recursive: true });
    expect(stderr).toMatch(/commit [0-9a-f]{40} is not in this repository: .* `git fetch --unshallow`/);
    expect(exitCode).toBe(1);
  });
});

describe("goes back from a bad update to the good one", () => {
  it.each<[string, string, () => Promise<void>, ...RegExp[]]>([
    [
      "with a wrong portalUrl, and a secret that was changed",
      "organization/backstage-okta-sso/",
      async () => {
        stack.configure({ portalUrl: "https://wrong.acme.example", protect: true });
        await setSecret("s3cret-2");
        await up();
      },
      /portalUrl: https:\/\/test-.* # now https:\/\/wrong\.acme\.example/,
    ],
    [
      "that failed: with a resolver that does not exist, a program that cannot be previewed, and a dependency that is gone",
      "organization/",
      async () => {
        stack.configure({ signInResolvers: ["noSuchResolver"] });
        await up();
        await commit("export = {", "Break the program");
        await up();
        await commit(`import "a-package-that-is-gone";\n${program}`, "Use a package that is gone");
        await up();
      },
      /signInResolvers: \["emailMatchingUserEntityProfileEmail"\] .* # now \["noSuchResolver"\]/,
      /git restore --source/,
    ],
  ])("%s (--stack %sNAME)", async (_, front, spoil, ...advice) => {
    const before = await everything();
    await spoil();
    const [head, config] = [await checkout.git("rev-parse", "HEAD"), readFileSync(stack.configFile, "utf8")];

    const result = await rolledBack([], front + stack.name);

    expect(result).toMatchObject({ stack: front + stack.name, to: Number(GOOD), dryRun: false });
    expect(await everything()).toEqual(before);
    for (const line of advice) expect(result.advice.join("\n")).toMatch(line);
    expect(await checkout.git("rev-parse", "HEAD")).toBe(head);
    expect(await checkout.git("status", "--porcelain")).toBe("");
    expect(await checkout.git("worktree", "list")).not.toContain("\n");
    expect(readFileSync(stack.configFile, "utf8")).toBe(config);
  });

  it("with the secrets of its config, and says in the history what it was", async () => {
    const [last] = await history();
    expect(last?.message).toMatch(/^rollback to version 3 \(commit [0-9a-f]{7}\)$/);
    expect(last?.config["test:secret"]?.value).toBe("s3cret-1");
  });

  it("but leaves the app protected if it is", async () => {
    expect((await appInState())?.protect).toBe(true);
  });

  it("and says what to commit, so that the next update changes nothing", async () => {
    const { advice, ...result } = await rolledBack(["--to", GOOD, "--dry-run"]);
    expect(result).toMatchObject({ stack: stack.name, to: Number(GOOD), dryRun: true });
    await run("sh", ["-c", advice.find((line) => line.includes("git restore")) ?? ""], { cwd: checkout.folder });
    stack.configure({ portalUrl: `https://${stack.name}.acme.example`, signInResolvers: undefined });
    const args = ["preview", "--expect-no-changes", "--stack", stack.name, "--non-interactive"];
    await run("pulumi", args, { cwd: checkout.folder, env: env() });
  });
});

it("refuses --end-sessions where the portal's module keeps sessions by Okta alone", async () => {
  stack.configure({ authModule: "stock" });
  await up();
  const [before, { length: last }] = [await stack.variables(), await history()];
  const { exitCode, stderr } = await rollback(["--to", String(last), "--yes", "--end-sessions"]);
  expect(stderr).toMatch(/--end-sessions: nothing was changed.* authModule stock .* revoke the tokens/);
  expect(exitCode).toBe(2);
  expect(await stack.variables()).toEqual(before);
  stack.configure({ authModule: undefined });
});

describe("when it is interrupted half-way", () => {
  it.each<[string, string, (pid: number) => void]>([
    ["by Ctrl-C", WRONG, (pid) => process.kill(pid, "SIGINT")],
    ["by kill -9", GOOD, (pid) => process.kill(pid, "SIGKILL")],
    ["by kill -9 together with the engine", WRONG, (pid) => process.kill(-pid, "SIGKILL")],
  ])("%s, it goes on when it is run again", async (_, version, interrupt) => {
    await okta("PUT", "/sandbox/limits", { latencyMs: 500 });
    await okta("DELETE", "/sandbox/calls");
    const first = rollback(["--to", version, "--yes"]);
    const calls = () => okta<{ method: string }[]>("GET", "/sandbox/calls");
    const isChanging = async () => (await calls()).some(({ method }) => method === "PUT");
    await waitFor("Okta to be changed", isChanging, { seconds: 60 });
    interrupt(first.pid ?? 0);
    await okta("PUT", "/sandbox/limits", {});
    await first;

    // One that was not killed has the stack until it has come to its end.
    await waitFor("the engine's end", () => !stack.isLocked, { seconds: 90 });
    const again = await rolledBack();
    expect(again.to).toBe(Number(version));
    const { stdout: exported } = await stack.pulumi(["stack", "export"]);
    expect(exported).not.toContain("pending_operations");
    const { outputs, settings } = await everything();
    expect(outputs.redirectUri?.includes("wrong")).toBe(version === WRONG);
    expect(settings.oauthClient.redirect_uris).toEqual([outputs.redirectUri]);
    expect(await checkout.git("worktree", "list")).not.toContain("\n");
  });
});

it("goes back once when it is run twice at the same time: the other says so", async () => {
  const both = [rollback(["--to", GOOD, "--yes", "--json"]), rollback(["--to", GOOD, "--yes", "--json"])];
  const answers = (await Promise.all(both)).map(({ stdout }) => JSON.parse(stdout) as { error?: string; to?: number });
  expect(answers.filter(({ to }) => to === Number(GOOD))).toHaveLength(1);
  const { error } = answers.find(({ to }) => to === undefined) ?? {};
  expect(error).toMatch(/another update of .* is in progress|meanwhile somebody else's update/);
});

it("goes back to an earlier version, which applies the same objects under another field manager, not by force", async () => {
  const file = "components/ownership.ts";
  const now = checkout.read(file);
  const earlier = now
    .replace(/return .*portalId.*;/, "return `backstage-okta-sso-${pulumi.getStack()}`;")
    .replace('{ ...appliedBy(fieldManager), "pulumi.com/patchForce": "true" }', "appliedBy(fieldManager)")
    .replace("if (mistakes.length > 0) throw refusal(mistakes);", "");
  checkout.write(file, earlier);
  await checkout.commit("Apply as earlier versions did");
  await up({ PULUMI_K8S_ENABLE_PATCH_FORCE: "true" });
  const [before, managers] = [await everything(), await fieldManagers()];
  expect(managers).toEqual(Array(3).fill(`backstage-okta-sso-${stack.name}`));

  checkout.write(file, now);
  await checkout.commit("Apply as today");
  stack.configure({ portalUrl: "https://wrong.acme.example" });
  await up();
  expect(await fieldManagers()).toEqual(Array(3).fill(`backstage-okta-sso-${before.outputs.clientId}`));

  await rolledBack();
  expect(await everything()).toEqual(before);
  expect(await fieldManagers()).toEqual(managers);
});
