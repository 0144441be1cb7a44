import { okta } from "../e2e/support/sandbox";
import { s, say } from "./measure";
import { callsOf, Program } from "./program";

const PORTALS = [1, 5, 20, 50];
/** What a distant and busy org is like: 150 ms to each answer, and the limit that many plans have. */
const DISTANT = { latencyMs: 150, requestsPerMinute: 100 };

/** Calls to Okta and seconds of a preview without changes as a stack holds more portals. */
export async function growth() {
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
    say(`${portals} portals`, `${near.calls} calls`, s(near.took), s(far.took));
    await program.destroy();
  }
  const slopes = {
    seconds: slope(rows.map((row) => [row.portals, row.seconds])),
    distantSeconds: slope(rows.map((row) => [row.portals, row.distantSeconds])),
  };
  say("each portal adds", `${slopes.seconds.toFixed(3)} s`, `${slopes.distantSeconds.toFixed(3)} s`);
  return { rows, slopes };
}

/** The least-squares slope. */
function slope(points: [number, number][]): number {
  const mean = (index: 0 | 1) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  return covariance / points.reduce((sum, [px]) => sum + (px - x) ** 2, 0);
}
