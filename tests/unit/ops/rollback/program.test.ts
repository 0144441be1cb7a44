import { execa } from "execa";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bareEnvironment, Repository } from "../../../../ops/rollback/program";

const signal = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), "program-"));
const checkout = join(folder, "checkout");
const commits: Record<"one" | "two", string> = { one: "", two: "" };

const run = async (file: string, ...args: string[]) => (await execa(file, args, { cwd: checkout })).stdout;
const identity = ["-c", "user.name=Alice", "-c", "user.email=alice@example.com"];

/** Commits a program that needs a version of the package `tiny`, which comes with it. */
async function commit(version: string): Promise<string> {
  writeFileSync(
    join(checkout, "tiny/package.json"),
    JSON.stringify({ name: "tiny", version, scripts: { postinstall: "touch ran" } }),
  );
  await run("npm", "pack", "--silent", "./tiny");
  await run("npm", "install", "--silent", `./tiny-${version}.tgz`);
  await run("git", "add", "--all");
  await run("git", ...identity, "commit", "--quiet", "--message", `Need ${version}`);
  return run("git", "rev-parse", "HEAD");
}

beforeAll(async () => {
  mkdirSync(join(checkout, "tiny"), { recursive: true });
  writeFileSync(join(checkout, ".gitignore"), "node_modules/\n");
  writeFileSync(join(checkout, "package.json"), JSON.stringify({ name: "program", version: "1.0.0" }));
  await run("git", "init", "--quiet");
  commits.one = await commit("1.0.0");
  commits.two = await commit("2.0.0");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

interface Program {
  parent: string;
  project: string;
  hasInstalled: boolean;
}

async function checkOut(commit: string): Promise<Program> {
  const parent = mkdtempSync(join(folder, "rollback-"));
  const onInstall = jest.fn();
  const project = await new Repository(checkout).checkOut(commit, parent, signal, onInstall);
  return { parent, project, hasInstalled: onInstall.mock.calls.length > 0 };
}

/** The version of the package that a program in a folder gets. */
const tiny = (project: string) =>
  (createRequire(join(project, "index.js"))("tiny/package.json") as { version: string }).version;

it("gives a program the packages that are installed when they are those it needs", async () => {
  const { parent, project, hasInstalled } = await checkOut(commits.two);
  expect(hasInstalled).toBe(false);
  expect(tiny(project)).toBe("2.0.0");
  expect(lstatSync(join(parent, "node_modules")).isSymbolicLink()).toBe(true);
});

it("installs them for it alone when they are others", async () => {
  const { project, hasInstalled } = await checkOut(commits.one);
  expect(hasInstalled).toBe(true);
  expect(tiny(project)).toBe("1.0.0");
  expect(tiny(checkout)).toBe("2.0.0");
  expect(existsSync(join(checkout, "node_modules/tiny/ran"))).toBe(true);
  expect(existsSync(join(project, "node_modules/tiny/ran"))).toBe(false);
});

it.each(["one", "two"] as const)("leaves no uncommitted file in the worktree of commit %s", async (name) => {
  const { project } = await checkOut(commits[name]);
  expect(await run("git", "-C", project, "status", "--porcelain")).toBe("");
  expect(await run("git", "-C", project, "rev-parse", "HEAD")).toBe(commits[name]);
});

it("runs no hook of the checkout's", async () => {
  writeFileSync(join(checkout, ".git/hooks/post-checkout"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  await expect(checkOut(commits.two)).resolves.toBeDefined();
});

it("refuses a commit that is not there", async () => {
  await expect(new Repository(checkout).require("0".repeat(40))).rejects.toThrow(
    /commit 0{40} is not in this repository: run `git fetch --all`/,
  );
});

it("forgets a worktree once its folder is gone", async () => {
  const { parent } = await checkOut(commits.two);
  rmSync(parent, { recursive: true });
  await new Repository(checkout).prune();
  expect(await run("git", "worktree", "list")).not.toContain(parent);
});

it("gives npm no credentials, but the way to the registry", () => {
  const kept = {
    PATH: "/bin",
    HOME: "/home/me",
    https_proxy: "http://proxy",
    npm_config_registry: "https://npm.example",
  };
  const credentials = {
    PULUMI_CONFIG_PASSPHRASE: "x",
    OKTA_API_TOKEN: "x",
    AWS_SECRET_ACCESS_KEY: "x",
    KUBECONFIG: "x",
    NODE_OPTIONS: "--require /tmp/x",
    npm_config_script_shell: "x",
  };
  expect(bareEnvironment({ ...kept, ...credentials })).toEqual(kept);
});
