import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Checkout } from "../e2e/support/checkout";
import { TestPortal } from "../e2e/support/portal";
import { run } from "../e2e/support/sandbox";
import { TestStack } from "../e2e/support/stack";
import { median, s, say, seconds } from "./measure";
import { timeToSignIn } from "./signIn";

const RUNS = 3;

/** A checkout with packages of its own, in which a team's commands are run. */
class OwnCheckout extends Checkout {
  constructor() {
    super({ linked: false });
  }

  /** Runs a command there; the stacks' config is that of the checkout. */
  async run(command: string, ...args: string[]): Promise<void> {
    await run(command, args, { cwd: this.folder, env: { PULUMI_OPTION_CONFIG_FILE: undefined } });
  }

  install = () => this.run("npm", "ci", "--no-audit", "--no-fund");

  pulumi(command: string, stack: TestStack, ...args: string[]): Promise<void> {
    return this.run("pulumi", command, "--stack", stack.name, "--non-interactive", ...args);
  }
}

/** What a team's commands take, beside the plain commands that one would type without them. */
export async function team() {
  const checkout = new OwnCheckout();
  const portal = await TestPortal.make();
  const other = await TestStack.make();
  try {
    const stacks = [portal.stack, other];
    for (const { configFile } of stacks) copyFileSync(configFile, join(checkout.folder, basename(configFile)));
    await checkout.init();
    const install = await seconds(checkout.install);
    for (const stack of stacks) await checkout.pulumi("up", stack, "--yes", "--skip-preview");
    return { prCheck: await prCheck(checkout, stacks, install), rollback: await rollback(checkout, portal) };
  } finally {
    await portal.dispose();
    await other.dispose();
    checkout.dispose();
  }
}

async function prCheck(checkout: OwnCheckout, stacks: TestStack[], install: number) {
  const command = ["run", "-s", "pr-check", "--", ...stacks.flatMap(({ name }) => ["--stack", name])];
  const previewsAndPolicies = () => checkout.run("npm", ...command, "--no-check");
  const plainPreviews = async () => {
    for (const stack of stacks) await checkout.pulumi("preview", stack);
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
  const whole = await seconds(() => checkout.run("npm", ...command));
  say("warm, with lint, types and unit tests", s(whole));
  return { installSeconds: install, seconds: times, cold, warm, ratios, withCheckSeconds: whole };
}

async function rollback(checkout: OwnCheckout, { url, stack }: TestPortal) {
  const up = () => checkout.pulumi("up", stack, "--yes");
  const file = "components/urls.ts";
  checkout.write(file, checkout.read(file).replace("/handler/frame", "/handler/farme"));
  await checkout.commit("Misspell the redirect URI");

  console.log("From a commit with a wrong redirect URI back to the first sign-in, and to the command's end");
  await up();
  const rollback = await timeToSignIn(url, () =>
    checkout.run("npm", "run", "-s", "rollback", "--", "--stack", stack.name, "--yes"),
  );
  say("`rollback --yes`", s(rollback.signIn), s(rollback.command));
  await up();
  let install = NaN;
  const plain = await timeToSignIn(url, async () => {
    await checkout.git("revert", "--no-edit", "HEAD");
    install = await seconds(checkout.install);
    await up();
  });
  const ratio = rollback.signIn / plain.signIn;
  const withoutInstall = rollback.signIn / (plain.signIn - install);
  say("`git revert`, `npm ci`, `pulumi up`", s(plain.signIn), s(plain.command));
  say("ratio", ratio.toFixed(2), `${withoutInstall.toFixed(2)} without \`npm ci\` (${s(install)})`);
  return { rollback, plain: { ...plain, install }, ratios: { signIn: ratio, withoutInstall } };
}
