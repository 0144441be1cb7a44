import { plainText } from "../plainText";
import { type CheckReport, type Verdict, worst } from "./check";

/** What `verify` found out about a stack. */
export interface Report {
  stack: string;
  /** `unknown` when nothing is wrong as far as could be seen, but something could not be seen. */
  verdict: "ok" | "failed" | "unknown";
  checks: CheckReport[];
}

/** Sums up checks. Warnings alone are ok. */
export function summarize(stack: string, checks: CheckReport[]): Report {
  const verdict = worst(checks.map((each) => each.verdict));
  return { stack, verdict: verdict === "warning" ? "ok" : verdict, checks };
}

/** The report as a table of one line a check, with cause and remedy below what is not ok. */
export function describe({ stack, verdict, checks }: Report): string {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const indent = " ".repeat("warning  ".length + width + 2);
  const lines = checks.map((each) => {
    const start = `${each.verdict.padEnd("warning".length)}  ${each.check.padEnd(width)}  `;
    if (each.problems.length === 0) return start + each.says;
    const lines = each.problems.flatMap(({ cause, remedy }) => [cause, `→ ${remedy}`]);
    return start + lines.map(oneLine).join(`\n${indent}`);
  });
  return [...lines, "", conclusion(stack, verdict, checks)].join("\n");
}

/** What Okta, the portal or a pod said may have lines, of which a pipeline would take one for a command of its own. */
const oneLine = (text: string) => plainText(text).replace(/\s+/g, " ");

function conclusion(stack: string, verdict: Report["verdict"], checks: CheckReport[]): string {
  const count = (wanted: Verdict) => checks.filter((each) => each.verdict === wanted).length;
  const counts = (["ok", "warning", "failed", "unknown", "skipped"] as const)
    .map((each) => [count(each), each] as const)
    .filter(([number]) => number > 0)
    .map(([number, each]) => `${number} ${each}`)
    .join(", ");
  const words = { ok: "is as it should be", failed: "does not work", unknown: "could not be fully checked" };
  return `Sign-in of stack ${stack} ${words[verdict]}: ${counts}.`;
}
