import { resolve } from "node:path";
import { execa } from "execa";
import { type Change, describeChange } from "../change";
import { connect } from "../okta/connect";
import { groupNames } from "../okta/groups";
import { isVeto, preview, resourceName, type Preview } from "../preview";
import { environmentSecrets, knownSecrets, redacted } from "../redact";
import { disruptions } from "../signIn/compare";
import { unnamed } from "../signIn/finding";
import type { Disruption, Kind } from "../signIn/kinds";
import { type SignIn, signInOf } from "../signIn/model";
import { beforeAndAfter } from "../signIn/resources";
import { openStack, type Stack } from "../stack";
import { lineDiff } from "./lineDiff";

const CHECKOUT = resolve(__dirname, "../..");
const POLICY_PACK = resolve(CHECKOUT, "policy");
const CHECK_LINES = 30;

/** 0: may be merged; 1: may not; 2: could not tell. */
export type ExitCode = 0 | 1 | 2;

/** What a pull request is told. */
export interface Report {
  exitCode: ExitCode;
  /** Why nothing could be looked at. */
  failure?: string;
  check?: CheckReport;
  stacks: StackReport[];
}

/** Lint, types and unit tests. */
export interface CheckReport {
  passed: boolean;
  /** The last lines that it wrote, if it failed. */
  output?: string;
}

/** What the pull request would do to one stack. */
export interface StackReport {
  stack: string;
  exitCode: ExitCode;
  changes: Change[];
  disruptions: (Disruption & { allowed: boolean })[];
  /** How the overlay changes, line by line; undefined where it stays, or only an update will tell. */
  overlay?: string;
  violations: Violation[];
  warnings: string[];
  /** Why the preview did not come to its end. */
  failure?: string;
}

export interface Violation {
  policy: string;
  /** Whether it stops an update. */
  mandatory: boolean;
  resource?: string;
  message: string;
}

export interface Options {
  stacks: string[];
  allow: Kind[];
  /** Whether to run lint, types and unit tests. */
  check: boolean;
  /** Told what is being done. */
  onProgress: (text: string) => void;
}

/** Runs the check beside the previews, which come one after another. */
export async function makeReport({ stacks, allow, check, onProgress }: Options): Promise<Report> {
  const previews = async () => {
    const reports: StackReport[] = [];
    for (const name of stacks) {
      onProgress(`previewing ${name}`);
      reports.push(await reportStack(name, allow));
    }
    return reports;
  };
  if (check) onProgress("running npm run check");
  const [checkReport, stackReports] = await Promise.all([check ? runCheck() : undefined, previews()]);
  const codes = [...stackReports.map(({ exitCode }) => exitCode), checkReport?.passed === false ? 1 : 0];
  const exitCode = codes.includes(1) ? 1 : codes.includes(2) ? 2 : 0;
  return redacted({ exitCode, check: checkReport, stacks: stackReports }, environmentSecrets());
}

async function runCheck(): Promise<CheckReport> {
  const { exitCode, all } = await execa("npm", ["run", "-s", "check"], {
    cwd: CHECKOUT,
    stdin: "ignore",
    all: true,
    reject: false,
    env: { NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  if (exitCode === 0) return { passed: true };
  return { passed: false, output: all.trimEnd().split("\n").slice(-CHECK_LINES).join("\n") };
}

async function reportStack(name: string, allow: Kind[]): Promise<StackReport> {
  const nothing = { stack: name, changes: [], disruptions: [], violations: [], warnings: [] };
  let stack: Stack;
  try {
    ({ stack } = await openStack(name));
  } catch (error) {
    return { ...nothing, exitCode: 2, failure: (error as Error).message };
  }
  const result = await preview(stack, { policyPacks: [POLICY_PACK] });
  const resources = beforeAndAfter(result.planned);
  const [before, after] = [signInOf(resources.before), signInOf(resources.after)];
  const groups = changedGroups(before, after);
  const nameOf = groups.length > 0 ? await groupNames(connect(await stack.getAllConfig()), groups) : unnamed;
  const report: Omit<StackReport, "exitCode"> = {
    stack: name,
    changes: result.steps.map(describeChange),
    disruptions: disruptions(before, after, nameOf).map((each) => ({ ...each, allowed: allow.includes(each.kind) })),
    overlay: before.overlay && after.overlay && lineDiff(before.overlay.text, after.overlay.text),
    violations: result.violations.map((violation) => ({
      policy: violation.policyName,
      mandatory: isVeto(violation),
      resource: violation.resourceUrn && resourceName(violation.resourceUrn),
      message: violation.message.trim(),
    })),
    warnings: result.warnings,
    failure: result.failure?.message,
  };
  return redacted({ ...report, exitCode: verdict(report, result) }, await knownSecrets(stack, result.config));
}

function verdict({ disruptions, violations }: Omit<StackReport, "exitCode">, { failure }: Preview): ExitCode {
  if (violations.some(({ mandatory }) => mandatory) || disruptions.some(({ allowed }) => !allowed)) return 1;
  if (failure) return failure.byAuthor ? 1 : 2;
  return 0;
}

function changedGroups({ groups: before = [] }: SignIn, { groups: after = [] }: SignIn): string[] {
  return [...before.filter((id) => !after.includes(id)), ...after.filter((id) => !before.includes(id))];
}
