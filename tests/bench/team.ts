import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { TestPortal } from "../e2e/portal";
import { run } from "../e2e/sandbox";
import { TestStack } from "../e2e/stack";
import { median, s, say, seconds } from "./measure";
import { timeToSignIn } from "./signIn";

const ROOT = resolve(__dirname, "../..");
const RUNS = 3;

/** A clone with packages of its own, in which a team's commands are run. */
class Clone {
  readonly folder = mkdtempSync(join(tmpdir(), "bench-clone-"));

  /** Clones the checkout's last commit, and commits the config of these stacks. Nothing is installed. */
  async make(stacks: TestStack[]): Promise<void> {
    await this.run("git", "clone", "--quiet", "--local", ROOT, ".");
    await this.run("git", "config", "user.name", "Alice");
    await this.run("git", "config", "user.email", "alice@example.com");
    for (const { configFile } of stacks) copyFileSync(configFile, join(this.folder, basename(configFile)));
    await this.run("git", "add", ...stacks.map(({ configFile }) => basename(configFile)));
    await this.run("git", "commit", "--quiet", "--message", "Add the stacks");
  }

  /** Runs a command there; the stacks' config is that of the clone. */
  async run(command: string, ...args: string[]): Promise<void> {
    await run(command, args, { cwd: this.folder, env: { PULUMI_OPTION_CONFIG_FILE: undefined } });
  }

  install = () => this.run("npm", "ci", "--no-audit", "--no-fund");

  pulumi(command: string, stack: TestStack, ...args: string[]): Promise<void> {
    return this.run("pulumi", command, "--stack", stack.name, "--non-interactive", ...args);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** What a team's commands take, beside the plain commands that one would type without them. */
export async function team() {
  const clone = new Clone();
  const portal = await TestPortal.make();
  const other = await TestStack.make();
  try {
    const stacks = [portal.stack, other];
    await clone.make(stacks);
    const install = await seconds(clone.install);
    for (const stack of stacks) await clone.pulumi("up", stack, "--yes", "--skip-preview");
    return { prCheck: await prCheck(clone, stacks, install), rollback: await rollback(clone, portal) };
  } finally {
    await portal.dispose();
    await other.dispose();
    clone.dispose();
  }
}

async function prCheck(clone: Clone, stacks: TestStack[], install: number) {
  const command = ["run", "-s", "pr-check", "--", ...stacks.flatMap(({ name }) => ["--stack", name])];
  const previewsAndPolicies = () => clone.run("npm", ...command, "--no-check");
  const plainPreviews = async () => {
    for (const stack of stacks) await clone.pulumi("preview", stack);
  };
  console.log("`pr-check --no-check` for two stacks without changes, beside two plain previews");
  const times = { prCheck: [] as number[], plain: [] as number[] };
  for (let round = 0; round <= RUNS; round++) {
    times.prCheck.push(await seconds(previewsAndPolicies));
    times.plain.push(await seconds(plainPreviews));
  }
  const cold = { prCheck: install + times.prCheck[0]!, plain: install + times.plain[0]! };
  const warm = { prCheck: median(times.prCheck.slice(1)), plain: median(times.plain.slice(1)) };
  const ratios = { cold: cold.prCheck / cold.plain, warm: warm.prCheck / warm.plain };
  say(`cold: a new clone, with \`npm ci\` (${s(install)})`, s(cold.prCheck), s(cold.plain), ratios.cold.toFixed(2));
  say(`warm: after that, median of ${RUNS}`, s(warm.prCheck), s(warm.plain), ratios.warm.toFixed(2));
  const whole = await seconds(() => clone.run("npm", ...command));
  say("warm, with lint, types and unit tests", s(whole));
  return { installSeconds: install, seconds: times, cold, warm, ratios, withCheckSeconds: whole };
}

async function rollback(clone: Clone, { url, stack }: TestPortal) {
  const up = () => clone.pulumi("up", stack, "--yes");
  const file = join(clone.folder, "components/urls.ts");
  writeFileSync(file, readFileSync(file, "utf8").replace("/handler/frame", "/handler/farme"));
  await clone.run("git", "commit", "--quiet", "--all", "--message", "Misspell the redirect URI");

  console.log("From a commit with a wrong redirect URI back to the first sign-in, and to the command's end");
  await up();
  const rollback = await timeToSignIn(url, () =>
    clone.run("npm", "run", "-s", "rollback", "--", "--stack", stack.name, "--yes"),
  );
  say("`rollback --yes`", s(rollback.signIn), s(rollback.command));
  await up();
  let install = NaN;
  const plain = await timeToSignIn(url, async () => {
    await clone.run("git", "revert", "--no-edit", "HEAD");
    install = await seconds(clone.install);
    await up();
  });
  const ratio = rollback.signIn / plain.signIn;
  const withoutInstall = rollback.signIn / (plain.signIn - install);
  say("`git revert`, `npm ci`, `pulumi up`", s(plain.signIn), s(plain.command));
  say("ratio", ratio.toFixed(2), `${withoutInstall.toFixed(2)} without \`npm ci\` (${s(install)})`);
  return { rollback, plain: { ...plain, install }, ratios: { signIn: ratio, withoutInstall } };
}
