/** How bad something is, the worst first: wrong; not to be found out; works, but should not stay so. */
export type Severity = "failed" | "unknown" | "warning";
export type Verdict = Severity | "ok" | "skipped";

export interface Problem {
  severity: Severity;
  cause: string;
  remedy: string;
}

/** What a check found. */
export interface Finding<T = undefined> {
  /** What is right, in a few words; shown when there is no problem. */
  says?: string;
  problems?: Problem[];
  /** What the checks that need this one go on with. Without it they are skipped. */
  value?: T;
}

/** A line of the report. */
export interface CheckReport {
  check: string;
  verdict: Verdict;
  says: string;
  problems: Problem[];
}

/** A check that is under way. */
export interface Check<T = unknown> {
  title: string;
  done: Promise<{ report: CheckReport; value: T | undefined }>;
}

type Values<Needs> = { [Name in keyof Needs]: Needs[Name] extends Check<infer T> ? T : never };

/** Ends a check by a problem that leaves nothing more to look at. */
export class Stopped extends Error {
  constructor(readonly problem: Problem) {
    super(problem.cause);
  }
}

export const failed = (cause: string, remedy: string): Problem => ({ severity: "failed", cause, remedy });
export const unknown = (cause: string, remedy: string): Problem => ({ severity: "unknown", cause, remedy });
export const warning = (cause: string, remedy: string): Problem => ({ severity: "warning", cause, remedy });

/**
 * Starts a check as soon as those that it needs are done, with what they found. Where one of them found nothing to go on
 * with, the check is skipped.
 */
export function check<T, Needs extends Record<string, Check>>(
  title: string,
  needs: Needs,
  run: (values: Values<Needs>) => Finding<T> | Promise<Finding<T>>,
): Check<T> {
  const go = async () => {
    const found = await Promise.all(
      Object.entries(needs).map(async ([name, need]) => ({ name, need, value: (await need.done).value })),
    );
    const missing = found.filter(({ value }) => value === undefined).map(({ need }) => need.title);
    if (missing.length > 0) return outcome<T>(title, skipped(`needs: ${missing.join(", ")}`));
    const values = Object.fromEntries(found.map(({ name, value }) => [name, value])) as Values<Needs>;
    try {
      return outcome<T>(title, await run(values));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      return outcome<T>(title, { problems: [error.problem] });
    }
  };
  return { title, done: go() };
}

/** A finding that says why there was nothing to check. */
export function skipped(why: string): Finding<never> & { isSkipped: true } {
  return { says: why, isSkipped: true };
}

function outcome<T>(title: string, finding: Finding<T> & { isSkipped?: true }) {
  const { says = "", problems = [], value, isSkipped } = finding;
  const verdict = isSkipped ? "skipped" : worst(problems.map(({ severity }) => severity));
  return { report: { check: title, verdict, says, problems } satisfies CheckReport, value };
}

/** The worst of some severities; ok without any. */
export function worst(severities: Verdict[]): Severity | "ok" {
  const order = ["failed", "unknown", "warning"] as const;
  return order.find((severity) => severities.includes(severity)) ?? "ok";
}
