import { setTimeout as sleep } from "node:timers/promises";
import { Checkout } from "../e2e/support/checkout";
import { Load } from "../e2e/support/load";
import { TestPortal } from "../e2e/support/portal";
import { rotated } from "../e2e/support/rotation";
import { okta } from "../e2e/support/sandbox";
import { s, say } from "./measure";

const PACE = { signInsPerMinute: 20, refreshesPerMinute: 200, sessions: 20 };
const AT_LEAST_MS = 3 * 60_000;

/** What a rotation of both secrets takes, while people sign in and refresh, and what they notice of it. */
export async function rotation() {
  const ways = [];
  for (const secretInPut of ["replaces", "adds"]) {
    await okta("PUT", "/sandbox/variants", { secretInPut });
    console.log(`\`npm run rotate\` under load, where a PUT of the app ${secretInPut} its secrets`);
    ways.push({ secretInPut, ...(await measure()) });
  }
  await okta("PUT", "/sandbox/variants", {});
  return ways;
}

async function measure() {
  const checkout = new Checkout();
  const portal = await TestPortal.make();
  try {
    await portal.stack.up();
    const load = await Load.start(portal.url, PACE);
    const start = Date.now();
    await okta("DELETE", "/sandbox/calls");
    await okta("PUT", "/sandbox/phase", { phase: "rotate" });
    const { phases, endedAt } = await rotated(checkout, portal.stack);
    const calls = (await okta<{ path: string }[]>("GET", "/sandbox/calls")).filter(({ path }) =>
      path.startsWith("/api/"),
    );
    await sleep(Math.max(0, AT_LEAST_MS - (Date.now() - start)));
    await load.stop();

    const rows = phases.map(({ name, at }, index) => {
      const end = phases[index + 1]?.at ?? endedAt;
      const failed = load.failures.filter((failure) => failure.at >= at && failure.at < end).length;
      return { name, seconds: (end.getTime() - at.getTime()) / 1000, failed };
    });
    for (const { name, seconds, failed } of rows) say(name, s(seconds), `${failed} failed`);
    const { signIns, refreshes, startedAgain } = load.done;
    const total = (endedAt.getTime() - start) / 1000;
    say("in all", s(total), `${calls.length} calls to Okta`);
    say(
      "sign-ins, refreshes",
      `${signIns}, ${refreshes}`,
      `${startedAgain} started again`,
      `${load.failures.length} failed`,
    );
    return { seconds: total, calls: calls.length, phases: rows, ...load.done, failed: load.failures.length };
  } finally {
    await portal.dispose();
    checkout.dispose();
  }
}
