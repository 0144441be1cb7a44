import { oktaUrl } from "../e2e/support/sandbox";
import { median, s, say } from "./measure";
import { callsOf, NAMESPACE, Program } from "./program";

const RUNS = 7;

/** Calls to Okta of each command, and a preview without changes beside an empty program's and a flat one's. */
export async function previews() {
  const programs = {
    empty: await Program.make("tests/bench/empty", "bench"),
    flat: await Program.make("tests/bench/flat", "bench"),
    stack: await Program.make(".", "bench", {
      "backstage-okta-sso:portalUrl": "http://127.0.0.1:7007",
      "backstage-okta-sso:oktaUrl": oktaUrl,
      "backstage-okta-sso:allowedGroups": ["backstage-users"],
      "backstage-okta-sso:deployment": "backstage",
      "backstage-okta-sso:namespace": `${NAMESPACE}-dev`,
    }),
  };
  console.log("Calls to Okta of the stack with a dedicated server and one group");
  const { stack } = programs;
  const calls: Record<string, number> = {};
  for (const [phase, action] of [
    ["up, from nothing", stack.up],
    ["up, no change", stack.up],
    ["preview, no change", stack.preview],
    ["refresh", stack.refresh],
  ] as const) {
    calls[phase] = (await callsOf(phase, action)).calls;
    say(phase, `${calls[phase]}`);
  }

  for (const program of [programs.empty, programs.flat]) await program.up();
  const times = { empty: [] as number[], flat: [] as number[], stack: [] as number[] };
  console.log(`Preview without changes, median of ${RUNS}, the three in turn`);
  for (let round = 0; round < RUNS; round++) {
    for (const name of ["empty", "flat", "stack"] as const) times[name].push(await programs[name].preview());
  }
  const medians = { empty: median(times.empty), flat: median(times.flat), stack: median(times.stack) };
  for (const [name, value] of Object.entries(medians)) say(name, s(value));
  const ratios = { toFlat: medians.stack / medians.flat, toEmpty: medians.stack / medians.empty };
  say("stack / flat", ratios.toFlat.toFixed(2));
  say("stack / empty", ratios.toEmpty.toFixed(2));
  for (const program of Object.values(programs)) await program.destroy();
  return { calls, seconds: times, medians, ratios };
}
