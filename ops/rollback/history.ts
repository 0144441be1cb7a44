import type { ConfigValue, OpMap, Stack, UpdateSummary } from "@pulumi/pulumi/automation";
import { isDeepStrictEqual } from "node:util";
import { CommandError } from "../command";
import { SECRET_VERSIONS } from "../configKeys";
import { ROTATION_AGENT } from "../engine";

/** A stack's config as the engine tells it: a value that is a list or an object is given both as JSON and as that. */
export type Config = Record<string, ConfigValue & { objectValue?: unknown }>;

/** What a stack's history says about one update, refresh or destroy. */
export interface Update {
  version: number;
  kind: string;
  result: string;
  startTime: Date;
  /** Missing while it goes on. */
  endTime?: Date;
  message: string;
  /** The commit that was checked out, if that was in a git repository. */
  commit?: string;
  /** Whether there were changes beside that commit. */
  dirty: boolean;
  /** Who wrote the commit; backends do not tell who ran the update. */
  author?: string;
  /** If it is a rollback, the version that it went back to. */
  rollbackTo?: number;
  /** Whether it is part of a rotation of secrets: no state of its own, whatever the tree that it was made from. */
  isRotation: boolean;
  config: Config;
  changes: OpMap;
}

/** What a rollback goes from, and what it can go to. */
export interface Choice {
  /** The last update, whatever its result. */
  now: Update;
  target: Update & { commit: string };
  /** Every update that one may go back to, newest first. */
  candidates: Update[];
}

export interface ChooseOptions {
  /** The version that was asked for. */
  to?: number;
  /** The version that a rollback which was killed was going back to. */
  unfinished?: number;
  /** Whether the state was changed after the last update ended: by one that was killed, and is not in the history. */
  killed?: boolean;
}

/** What `pulumi up --exec-agent` gets of a rollback: unlike the message, no commit can have it by chance. */
export const rollbackAgent = (version: number) => `rollback/${version}`;

const ROLLBACK_AGENT = /^rollback\/(\d+)$/;
const PAGE_SIZE = 100;

/**
 * Reads the stack's history, newest first. The cloud service numbers updates. A bucket or folder does not: there they
 * are numbered from the oldest, which is 1.
 *
 * @param showSecrets decrypt the secrets in each update's config; otherwise they are left out
 */
export async function readHistory(stack: Stack, showSecrets: boolean): Promise<Update[]> {
  const summaries: UpdateSummary[] = [];
  for (let page = 1; ; page++) {
    const found = await stack.history(PAGE_SIZE, page, showSecrets);
    summaries.push(...found);
    if (found.length < PAGE_SIZE) return summaries.map((summary, i) => toUpdate(summary, summaries.length - i));
  }
}

function toUpdate(summary: UpdateSummary, position: number): Update {
  const { version, kind, result, startTime, endTime, message, environment, config, resourceChanges } = summary;
  const rollbackTo = ROLLBACK_AGENT.exec(environment["exec.agent"] ?? "")?.[1];
  return {
    version: version || position,
    kind,
    result,
    startTime,
    endTime,
    message,
    commit: environment["git.head"],
    dirty: environment["git.dirty"] === "true",
    author: environment["git.author"],
    rollbackTo: rollbackTo === undefined ? undefined : Number(rollbackTo),
    isRotation: environment["exec.agent"] === ROTATION_AGENT,
    config,
    changes: resourceChanges ?? {},
  };
}

/** Whether two updates were made by the same program with the same config. Nobody knows the program of a dirty tree. */
export function isSame(a: Update, b: Update): boolean {
  const isSameProgram = a.commit !== undefined && a.commit === b.commit && !a.dirty && !b.dirty;
  return isSameProgram && isDeepStrictEqual(comparable(a.config), comparable(b.config));
}

/** No rollback changes the versions of secrets, so that updates which differ in them alone are the same to it. */
const comparable = (config: Config): Config =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !SECRET_VERSIONS.includes(key)));

/**
 * Chooses the update to go back to: the one asked for, or the last that succeeded with another commit or config than
 * what is there now. What a rollback has gone back from is not gone back to; an update that failed, or was killed,
 * leaves the one before it as the last good one.
 *
 * @param updates the history, newest first
 * @throws CommandError when there is none, or it cannot be gone back to
 */
export function choose(updates: Update[], { to, unfinished, killed = false }: ChooseOptions): Choice {
  const now = updates.find(({ kind }) => kind === "update" || kind === "destroy");
  if (!now) throw new CommandError("this stack has never been updated: there is nothing to go back to", 1);
  if (updates[0]?.result === "in-progress") throw new CommandError(inProgress(updates[0]), 1);

  const candidates = updates.filter(
    (update) => isState(update) && update.rollbackTo === undefined && !(isGood(now) && isSame(update, now)),
  );
  const target = to === undefined ? automatic(updates, now, unfinished, killed) : findVersion(updates, to);
  if (!target) {
    const other = isGood(now) && !killed ? " with another commit or config" : "";
    const message = `there is nothing to go back to: no update before version ${now.version} succeeded${other}`;
    throw new CommandError(message, 1);
  }
  if (!hasProgram(target)) {
    const next = candidates.find((update) => update.version < target.version && hasProgram(update));
    const instead = next ? `go further back with \`--to ${next.version}\`, or commit` : "commit";
    throw new CommandError(
      `version ${target.version} (${target.message}) ${unknownProgram(target)}: ${instead} what it should be, and run \`pulumi up\``,
      1,
    );
  }
  return { now, target, candidates };
}

const isGood = ({ kind, result }: Update) => kind === "update" && result === "succeeded";

/** Whether it made a state of program and config that one may go back to. */
const isState = (update: Update) => isGood(update) && !update.isRotation;

function automatic(
  updates: Update[],
  now: Update,
  unfinished: number | undefined,
  killed: boolean,
): Update | undefined {
  if (unfinished !== undefined) return updates.find(({ version }) => version === unfinished);
  const good = goodStates(updates);
  // The state is what the last of them made only if nothing has come after it.
  return isGood(now) && !killed ? good.at(-2) : good.at(-1);
}

/** The updates that a rollback after a rollback goes through, oldest first: each differs from the one before. */
function goodStates(updates: Update[]): Update[] {
  const states: Update[] = [];
  for (const update of [...updates].reverse()) {
    const { rollbackTo } = update;
    if (rollbackTo !== undefined) {
      while ((states.at(-1)?.version ?? 0) > rollbackTo) states.pop();
      const target = updates.find(({ version }) => version === rollbackTo) ?? update;
      if (states.at(-1)?.version !== rollbackTo) states.push(target);
    } else if (isState(update)) {
      const last = states.at(-1);
      if (last && isSame(last, update)) states.pop();
      states.push(update);
    }
  }
  return states;
}

function findVersion(updates: Update[], version: number): Update {
  const update = updates.find((one) => one.version === version);
  if (!update) {
    const [newest, oldest] = [updates[0]?.version, updates.at(-1)?.version];
    throw new CommandError(`there is no version ${version}: this stack has ${oldest} to ${newest}`);
  }
  if (!isGood(update)) {
    const what = update.kind === "update" ? `an update that ${update.result}` : `a ${update.kind}`;
    throw new CommandError(`version ${version} is ${what}: only an update that succeeded can be gone back to`);
  }
  return update;
}

/** Whether it is known which program it was made by. */
const hasProgram = (update: Update): update is Choice["target"] => update.commit !== undefined && !update.dirty;

const unknownProgram = ({ commit }: Update) =>
  commit
    ? `was made from commit ${commit.slice(0, 7)} with uncommitted changes, which nobody knows any more`
    : "does not say which commit it was made from";

function inProgress({ version, startTime }: Update): string {
  return (
    `version ${version}, started at ${startTime.toISOString()}, is still in progress: wait for it, ` +
    "or if it was killed, run `pulumi cancel`, and then this again"
  );
}
