import { Checkout } from "../e2e/support/checkout";
import { handMadeApp } from "../e2e/support/handMade";
import { TestStack } from "../e2e/support/stack";
import { median, s, say, seconds } from "./measure";
import { callsOf } from "./program";

const RUNS = 3;

/** What it takes to say what an adoption would do, and to do it. */
export async function adopt() {
  const checkout = new Checkout();
  const stack = await TestStack.make();
  try {
    const { id } = await handMadeApp(`https://${stack.name}.acme.example`);
    const run = (...args: string[]) =>
      callsOf("adopt", () =>
        seconds(async () => {
          const { exitCode, stderr } = await checkout.npm("adopt", stack, ["--app", id, ...args]);
          if (exitCode !== 0) throw new Error(stderr);
        }),
      );
    console.log("Taking over an app that was made by hand, with two groups and two people");
    const dry = [];
    for (let round = 0; round < RUNS; round++) dry.push(await run("--dry-run"));
    const took = median(dry.map((each) => each.took));
    say(`\`adopt --dry-run\`, median of ${RUNS}`, s(took), `${dry[0]!.calls} calls to Okta`);
    const real = await run("--yes");
    say("`adopt --yes`", s(real.took), `${real.calls} calls to Okta`);
    return { dryRun: { seconds: took, calls: dry[0]!.calls }, adopt: { seconds: real.took, calls: real.calls } };
  } finally {
    await stack.dispose();
    checkout.dispose();
  }
}
