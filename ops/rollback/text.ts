import type { OpMap } from "@pulumi/pulumi/automation";
import { changedProperties, resourceName, type StepEventMetadata } from "../preview";
import { type Difference, differences } from "./config";
import type { Choice, Update } from "./history";

const SHOWN = 10;
const SIGNS: Record<string, string> = { create: "+", update: "~", delete: "-", replace: "+-" };

const WORDS = { create: "created", update: "updated", replace: "replaced", delete: "deleted", same: "unchanged" };

/** A list of what can be gone back to, newest first, with the target marked. */
export function candidateList({ now, target, candidates }: Choice): string {
  const shown = candidates.filter((update, i) => i < SHOWN || update === target);
  const rows = [
    ["", "version", "when", "who", "commit", "changed", "message"],
    ...[now, ...shown.filter((update) => update !== now)].map((update) => [
      update === target ? "->" : update === now ? "now" : "",
      ...row(update),
    ]),
  ];
  const more = candidates.length - shown.length;
  return [...table(rows), ...(more > 0 ? [`(and ${more} older ones: --to VERSION takes each of them)`] : [])].join(
    "\n",
  );
}

function row({ version, startTime, author, commit, dirty, result, changes, message }: Update): string[] {
  const failed = result === "succeeded" ? "" : ` (${result})`;
  return [
    String(version) + failed,
    startTime.toISOString().slice(0, 16).replace("T", " "),
    author ?? "-",
    commit ? commit.slice(0, 7) + (dirty ? "+" : "") : "-",
    signs(changes) || "-",
    message,
  ];
}

/** Counts of changes as a person reads them: `+1 ~3`. */
function signs(changes: OpMap): string {
  return Object.entries(SIGNS)
    .flatMap(([op, sign]) => (changes[op as keyof OpMap] ? [`${sign}${changes[op as keyof OpMap]}`] : []))
    .join(" ");
}

/** Counts of changes in words: `3 updated, 16 unchanged`. */
export function counts(changes: OpMap): string {
  return Object.entries(WORDS)
    .flatMap(([op, word]) => (changes[op as keyof OpMap] ? [`${changes[op as keyof OpMap]} ${word}`] : []))
    .join(", ");
}

function table(rows: string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** What differs between what is there now and what is gone back to. */
export function differenceLines({ now, target }: Choice): string[] {
  const commit = now.commit === target.commit ? [] : [`commit: ${now.commit ?? "unknown"} -> ${target.commit}`];
  return [...commit, ...differences(now.config, target.config).map(line)];
}

const line = ({ key, from, to }: Difference) => `${key}: ${from ?? "(not set)"} -> ${to ?? "(not set)"}`;

/** What an update would do, a line for each resource. */
export function stepLines(steps: StepEventMetadata[]): string[] {
  return steps.map((step) => {
    const properties = step.op === "update" || step.op === "replace" ? ` (${changedProperties(step).join(", ")})` : "";
    return `${(SIGNS[step.op] ?? step.op).padStart(2)} ${resourceName(step.urn)}${properties}`;
  });
}

export interface Advice {
  target: Update;
  /** Whether the files of the checkout are those of the target. */
  isSameProgram: boolean;
  /** Whether nothing is uncommitted. */
  isClean: boolean;
  /** From the config that the next update would use to the target's. */
  config: Difference[];
}

/** What to commit so that the next update does not undo the rollback; nothing if it would not. */
export function adviceLines({ target, isSameProgram, isClean, config }: Advice): string[] {
  if (isSameProgram && config.length === 0) return [];
  const commit = target.commit?.slice(0, 7);
  const stash = isClean ? "" : "git stash && ";
  return [
    "Your files are as they were, so the next `pulumi up` would undo this. Before it, commit the following.",
    ...(isSameProgram
      ? []
      : [
          `The program of version ${target.version}, or a revert of the commit that was bad (git log ${commit}..HEAD):`,
          `  ${stash}git restore --source ${commit} --staged --worktree . && git commit -m "Go back to ${commit}"`,
        ]),
    ...(config.length === 0 ? [] : ["In the stack's config file:", ...config.map(configLine)]),
  ];
}

const configLine = ({ key, from, to }: Difference) =>
  to === undefined
    ? `  take out ${key}`
    : `  ${key}: ${to || '""'}${from === undefined ? "" : `    # now ${from || '""'}`}`;
