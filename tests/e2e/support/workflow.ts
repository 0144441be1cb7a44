import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { run } from "./sandbox";

interface Step {
  name?: string;
  uses?: string;
  with?: Record<string, string>;
  run?: string;
  if?: string;
  "working-directory"?: string;
  env?: Record<string, string>;
}

interface Job {
  env?: Record<string, string>;
  steps: Step[];
}

/** What became of the run steps of a job. */
export interface JobResult {
  /** The steps that ran, by name or by command, with their exit codes. */
  steps: { name: string; exitCode: number | undefined }[];
  /** What all of them wrote. */
  output: string;
  /** What they showed on the page of the run. */
  summary: string;
}

export interface JobOptions {
  /** Values of GitHub's expressions, such as "inputs.stack". */
  expressions?: Record<string, string>;
  env?: Record<string, string | undefined>;
  /** The runner's folder for temporary files, which stays; artifacts of one job are found there by another. @default a new one */
  runnerTemp?: string;
}

// Packages are shared with the checkout that the tests run in.
const LEFT_OUT = /^npm ci /;

/**
 * Runs the shell commands of a job, in their order and as a runner of GitHub's would: each in a bash of its own that
 * fails early, with what earlier steps exported, and none after one that failed unless it says so. Actions of others
 * are passed over: what they install is here. A secret or variable is the environment variable of that name.
 *
 * @param folder the checkout
 */
export async function runJob(
  folder: string,
  workflow: string,
  jobName: string,
  { expressions = {}, env = {}, runnerTemp }: JobOptions = {},
): Promise<JobResult> {
  const own = mkdtempSync(join(tmpdir(), "runner-"));
  const temp = runnerTemp ?? own;
  const files = {
    RUNNER_TEMP: temp,
    GITHUB_ENV: join(own, "exported"),
    GITHUB_STEP_SUMMARY: join(own, "step-summary"),
  };
  const { jobs } = readYaml<{ jobs: Record<string, Job> }>(folder, `.github/workflows/${workflow}`);
  const job = jobs[jobName]!;
  const result: JobResult = { steps: [], output: "", summary: "" };
  try {
    for (const step of runSteps(folder, job.steps)) {
      const failed = result.steps.some(({ exitCode }) => exitCode !== 0);
      if (failed && !step.if?.includes("!cancelled()")) continue;
      const variables = Object.entries({ ...job.env, ...step.env }).map(([name, value]) => {
        return [name, fill(value, { ...expressions, ...step.inputs })] as const;
      });
      const { exitCode, stdout, stderr } = await run(
        "bash",
        ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run],
        {
          cwd: join(folder, step["working-directory"] ?? ""),
          env: { ...files, ...exports(files.GITHUB_ENV), ...Object.fromEntries(variables), ...env },
          reject: false,
        },
      );
      result.steps.push({ name: step.name ?? step.run.trim(), exitCode });
      result.output += `${stdout}\n${stderr}\n`;
    }
    return { ...result, summary: read(files.GITHUB_STEP_SUMMARY) };
  } finally {
    rmSync(own, { recursive: true });
  }
}

interface RunStep extends Step {
  run: string;
  /** What the step's action was given, as expressions. */
  inputs?: Record<string, string>;
}

/** The steps that run commands, those of the project's own actions included. */
function runSteps(folder: string, steps: Step[]): RunStep[] {
  return steps.flatMap((step) => {
    if (step.uses?.startsWith("./")) {
      const { runs } = readYaml<{ runs: { steps: Step[] } }>(folder, `${step.uses}/action.yml`);
      const inputs = Object.entries(step.with ?? {}).map(
        ([name, value]) => [`inputs.${name}`, fill(value, {})] as const,
      );
      return runSteps(folder, runs.steps).map((inner) => ({ ...inner, inputs: Object.fromEntries(inputs) }));
    }
    return step.run === undefined || LEFT_OUT.test(step.run) ? [] : [{ ...step, run: step.run }];
  });
}

/** The variables that earlier steps set for later ones, a line each. */
function exports(file: string): Record<string, string> {
  const lines = read(file).split("\n").filter(Boolean);
  return Object.fromEntries(lines.map((line) => /^(\w+)=(.*)$/.exec(line)!.slice(1, 3) as [string, string]));
}

function fill(text: string, values: Record<string, string>): string {
  return text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
    if (expression in values) return values[expression]!;
    const [, context, name = ""] = /^(secrets|vars)\.(\w+)$/.exec(expression) ?? [];
    if (!context) throw new Error(`no value is given for \${{ ${expression} }}`);
    const value = process.env[name] ?? "";
    return name === "KUBECONFIG" ? readFileSync(value, "utf8") : value;
  });
}

const readYaml = <T>(folder: string, path: string) => parse(readFileSync(join(folder, path), "utf8")) as T;
const read = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : "");
