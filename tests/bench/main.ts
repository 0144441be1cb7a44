/**
 * Prints how long a preview without changes takes beside an empty program and a flat one, how many calls to Okta each
 * command makes, and how both grow with the portals in a stack. Writes the figures as JSON to the file that BENCH_JSON
 * names, bench.json by default.
 */
import { writeFileSync } from "node:fs";
import { okta, oktaUrl } from "../e2e/sandbox";
import { callsOf, NAMESPACE, Program } from "./program";

const RUNS = 7;
const PORTALS = [1, 5, 20, 50];
/** What a distant and busy org is like: 150 ms to each answer, and the limit that many plans have. */
const DISTANT = { latencyMs: 150, requestsPerMinute: 100 };

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function previews() {
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
  console.log(`Calls to Okta of the stack with a dedicated server and one group`);
  const { stack } = programs;
  const calls: Record<string, number> = {};
  for (const [phase, action] of [
    ["up, from nothing", stack.up],
    ["up, no change", stack.up],
    ["preview, no change", stack.preview],
    ["refresh", stack.refresh],
  ] as const) {
    calls[phase] = (await callsOf(phase, action)).calls;
    console.log(`  ${phase.padEnd(20)} ${calls[phase]}`);
  }

  for (const program of [programs.empty, programs.flat]) await program.up();
  const times = { empty: [] as number[], flat: [] as number[], stack: [] as number[] };
  console.log(`Preview without changes, median of ${RUNS}, the three in turn`);
  for (let round = 0; round < RUNS; round++) {
    for (const name of ["empty", "flat", "stack"] as const) times[name].push(await programs[name].preview());
  }
  const medians = { empty: median(times.empty), flat: median(times.flat), stack: median(times.stack) };
  for (const [name, value] of Object.entries(medians)) console.log(`  ${name.padEnd(20)} ${value.toFixed(2)} s`);
  const ratios = { toFlat: medians.stack / medians.flat, toEmpty: medians.stack / medians.empty };
  console.log(
    `  stack / flat         ${ratios.toFlat.toFixed(2)}\n  stack / empty        ${ratios.toEmpty.toFixed(2)}`,
  );
  for (const program of Object.values(programs)) await program.destroy();
  return { calls, previewSeconds: times, medianSeconds: medians, ratios };
}

async function growth() {
  console.log(
    "Preview without changes as a stack holds more portals: here, and at 150 ms a call and 100 calls a minute",
  );
  const rows = [];
  for (const portals of PORTALS) {
    const program = await Program.make("tests/bench/portals", `bench-${portals}`, {}, { BENCH_PORTALS: `${portals}` });
    await program.up();
    const near = await callsOf("near", program.preview);
    await okta("PUT", "/sandbox/limits", DISTANT);
    const far = await callsOf("far", program.preview);
    await okta("PUT", "/sandbox/limits", {});
    rows.push({ portals, calls: near.calls, seconds: near.took, distantSeconds: far.took });
    console.log(
      `  ${String(portals).padStart(3)} portals  ${near.calls} calls  ${near.took.toFixed(2)} s  ${far.took.toFixed(2)} s`,
    );
    await program.destroy();
  }
  const slopes = {
    seconds: slope(rows.map((row) => [row.portals, row.seconds])),
    distantSeconds: slope(rows.map((row) => [row.portals, row.distantSeconds])),
  };
  console.log(`  each portal adds     ${slopes.seconds.toFixed(3)} s  ${slopes.distantSeconds.toFixed(3)} s`);
  return { rows, slopes };
}

/** The least-squares slope. */
function slope(points: [number, number][]): number {
  const mean = (index: 0 | 1) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  return covariance / points.reduce((sum, [px]) => sum + (px - x) ** 2, 0);
}

async function main() {
  const file = process.env.BENCH_JSON ?? "bench.json";
  writeFileSync(file, JSON.stringify({ preview: await previews(), growth: await growth() }, null, 2));
  console.log(`Figures in ${file}`);
}

void main();
