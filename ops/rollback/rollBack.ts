import type { V1ObjectMeta } from "@kubernetes/client-node";
import type { OpMap, Stack } from "@pulumi/pulumi/automation";
import { CONFIG_NAMESPACE } from "../../components/mistakes";
import { annotatedVersions, type SecretVersions } from "../../components/secretVersions";
import { CommandError } from "../command";
import { KEYS, SECRET_VERSIONS } from "../configKeys";
import { type Preview, resourceName } from "../preview";
import { environmentSecrets, redacted, secretsIn } from "../redact";
import { isSignInApp } from "../resourceTypes";
import { isSameStack, openStack } from "../stack";
import type { Report } from "../verify/report";
import { verify } from "../verify/verify";
import { ask, confirm } from "../ask";
import { ConfigFolder, differences, hasSecrets, openIn } from "./config";
import { previewUpdate, type RunOptions, update } from "../engine";
import { type Note, RollbackFolder } from "./folder";
import { type Choice, choose, type Config, readHistory, rollbackAgent, type Update } from "./history";
import { Interruption } from "../interruption";
import { Repository } from "./program";
import { findApp, findSecret, findSessionSecrets, revealed, type State, stateIn, wasKilled } from "../state";
import { adviceLines, candidateList, counts, differenceLines, stepLines } from "./text";

export interface RollbackOptions {
  /** The version to go back to. @default the last good one that differs from now */
  to?: number;
  /** Change nothing. */
  dryRun?: true;
  /** Do not ask. */
  yes?: true;
  /** Change the session secret too, so that everybody signs in anew. */
  endSessions?: true;
  /** Go back even if that deletes or replaces the OIDC app. */
  allowReplaceApp?: true;
}

interface Context extends RollbackOptions {
  stack: Stack;
  state: State;
  /** The config that the next `pulumi up` would use; undefined where that cannot be read. */
  current: Config | undefined;
  repository: Repository;
  folder: RollbackFolder;
  interruption: Interruption;
  /** Tells the person who waits. */
  say: (text: string) => void;
}

export interface RollbackResult {
  stack: string;
  /** The last version before the rollback, and the one that it went back to. */
  from: number;
  to: number;
  commit: string;
  dryRun: boolean;
  /** Counts of resources by what was done to them, or would be. */
  changes: OpMap;
  /** What to commit so that the next update does not undo the rollback, in lines for people. */
  advice: string[];
  /** Whether sign-in works after it. */
  verified?: Report;
}

/**
 * Takes a stack back to an earlier update: its program from git, its config from the stack's history. The user's files
 * and branch stay as they are.
 *
 * @param say tells the person who waits
 * @throws CommandError when that cannot or must not be
 */
export async function rollBack(
  name: string,
  options: RollbackOptions,
  say: (text: string) => void,
): Promise<RollbackResult> {
  const interruption = new Interruption();
  const { stack, exported } = await openStack(name);
  // A config file that cannot be read is a reason to roll back, and none not to.
  const current: Config | undefined = await stack.getAllConfig().catch(() => undefined);
  const secrets = [...environmentSecrets(), ...secretsIn(current)];
  const repository = new Repository(stack.workspace.workDir);
  const folder = RollbackFolder.make();
  const sayRedacted = (text: string) => say(redacted(text, secrets));
  try {
    const context = { ...options, stack, state: stateIn(exported), current, repository, folder, interruption };
    return redacted(await goBack({ ...context, say: sayRedacted }), secrets);
  } catch (error) {
    if (!interruption.signal.aborted) throw withoutSecrets(error as Error, secrets);
    const outcome = folder.note ? "run this again, it goes on from there" : "nothing was changed";
    throw new CommandError(`${(interruption.signal.reason as Error).message}: ${outcome}`);
  } finally {
    await folder.remove();
    await repository.prune();
  }
}

function withoutSecrets(error: Error, secrets: string[]): CommandError {
  return new CommandError(redacted(error.message, secrets), error instanceof CommandError ? error.exitCode : undefined);
}

async function goBack(context: Context): Promise<RollbackResult> {
  const { stack, state, repository, folder, interruption, say, dryRun = false } = context;
  const config = new ConfigFolder(folder.join("config"), stack, state.encryption);
  const updates = await readUpdates(stack, config);
  const killed = findKilled(stack, updates);
  const choice = await chooseTarget(updates, killed, context);
  const { now, target } = choice;
  await repository.require(target.commit);
  const wanted = withWhatStays(target.config, now.config, state, await repository.configKeys(target.commit));
  const replace = context.endSessions && sessionSecrets(state, wanted);
  const onInstall = () => say("That commit needs other packages than those installed here: installing them.");
  const [project] = await Promise.all([
    repository.checkOut(target.commit, folder.path, interruption.signal, onInstall),
    config.write(wanted),
  ]);
  const program = await openIn(project, stack, config.file);

  const options: RunOptions = {
    signal: interruption.engineSignal,
    // What was interrupted may have been done: the state does not know.
    refresh: state.pending.length > 0,
    replace,
  };
  const preview = await previewUpdate(program, options);
  say(`\nThis is what going back to version ${target.version} does:\n${describe(preview)}`);
  if (!context.allowReplaceApp) refuseToReplaceApp(preview, target);
  const result = { stack: stack.name, from: now.version, to: target.version, commit: target.commit, dryRun };
  const advice = await advise(repository, choice, wanted, context.current);
  if (dryRun) return { ...result, changes: preview.changes, advice };

  if (!context.yes) await confirm(`Go back to version ${target.version} (yes or no)?`, interruption.signal);
  await refuseIfChanged(stack, updates);
  interruption.signal.throwIfAborted();
  folder.write({ checkout: stack.workspace.workDir, stack: stack.name, target: target.version, time: new Date() });
  const changes = await update(program, {
    ...options,
    command: "rollback",
    message: `rollback to version ${target.version} (commit ${target.commit.slice(0, 7)})`,
    userAgent: rollbackAgent(target.version),
    killedSince: killed?.time,
    onProgress: (line) => say(`  ${line}`),
  });
  await Promise.all(leftBehind(stack).map((other) => other.remove()));
  say("Checking that sign-in works.");
  return { ...result, changes, advice, verified: await verify(program) };
}

/** What the last rollback of this stack left behind if it was killed, unless something else has been done since. */
function findKilled(stack: Stack, updates: Update[]): Note | undefined {
  return leftBehind(stack)
    .flatMap(({ note }) => note ?? [])
    .sort((a, b) => b.time.getTime() - a.time.getTime())
    .find(({ time, target }) =>
      updates.every((one) => one.startTime < time || one.rollbackTo === target || one.kind === "refresh"),
    );
}

/** What rollbacks of this stack left behind that were killed, and those that had not changed anything yet. */
const leftBehind = ({ name, workspace }: Stack) =>
  RollbackFolder.leftBehind().filter(
    ({ note }) => !note || (isSameStack(note.stack, name) && note.checkout === workspace.workDir),
  );

async function readUpdates(stack: Stack, config: ConfigFolder): Promise<Update[]> {
  const updates = await readHistory(stack, false);
  // Only where there are secrets, since to decrypt them can cost a call to a key service for each.
  return updates.some((update) => hasSecrets(update.config)) ? readHistory(await config.open(), true) : updates;
}

/** Chooses what to go back to, shows what else there is, and asks if there is somebody to ask. */
async function chooseTarget(
  updates: Update[],
  killed: Note | undefined,
  { state, to, yes, dryRun, interruption, say }: Context,
): Promise<Choice> {
  const unfinished = killed?.target;
  const options = { unfinished, killed: wasKilled(state, updates[0]?.endTime) };
  const choice = choose(updates, { ...options, to });
  if (options.killed) say("The last update was killed: what it did is not in the history.");
  for (const { operation, urn } of state.pending) {
    say(`An update was killed while ${operation} ${resourceName(urn)}: what became of it is looked up first.`);
  }
  if (unfinished && !to) say(`A rollback to version ${unfinished} was killed: going on with it.`);
  say(candidateList(choice));
  if (yes || dryRun) return explained(choice, say);
  if (!process.stdin.isTTY) {
    throw new CommandError(
      `nobody can be asked, since this is not a terminal: pass --yes to go back to version ${choice.target.version}, ` +
        "--to VERSION for another one, --dry-run to see what it would do",
    );
  }
  if (to) return explained(choice, say);
  const answer = await ask(`\nWhich version to go back to [${choice.target.version}]?`, interruption.signal);
  if (answer === undefined) throw new CommandError("nothing was changed", 1);
  if (!/^\d*$/.test(answer)) throw new CommandError(`${answer} is no version: type the number of one in the list`);
  return explained(answer === "" ? choice : choose(updates, { to: Number(answer) }), say);
}

function explained(choice: Choice, say: (text: string) => void): Choice {
  const lines = differenceLines(choice).map((line) => `\n  ${line}`);
  if (lines.length > 0)
    say(`\nFrom version ${choice.now.version} to version ${choice.target.version}:${lines.join("")}`);
  return choice;
}

/**
 * The config of an update, but for what stays as it is now: an app that is protected, and the versions of secrets, since
 * former ones are gone.
 *
 * @param known the keys that the program of that update takes
 */
export function withWhatStays(config: Config, now: Config, state: State, known: string[]): Config {
  const stays = Object.entries(versionsOfNow(now, state)).filter(([key]) => known.includes(key));
  const isProtected = findApp(state)?.protect;
  return {
    ...Object.fromEntries(Object.entries(config).filter(([key]) => !SECRET_VERSIONS.includes(key))),
    ...Object.fromEntries(stays),
    ...(isProtected && { [KEYS.protect]: { value: "true", secret: false } }),
  };
}

/** Those of the last update, but for what one that was killed has raised since: the program refuses a lower version. */
function versionsOfNow(now: Config, state: State): Config {
  const metadata = revealed(findSecret(state)?.outputs?.metadata) as V1ObjectMeta | undefined;
  const there = annotatedVersions(metadata?.annotations);
  const versions = SECRET_VERSIONS.flatMap((key) => {
    const version = there[key.slice(CONFIG_NAMESPACE.length) as keyof SecretVersions] ?? 1;
    if (version > Number(now[key]?.value ?? 1)) return [[key, { value: String(version), secret: false }]];
    return now[key] ? [[key, now[key]]] : [];
  });
  return Object.fromEntries(versions) as Config;
}

/** @throws CommandError when a change of the secret would not end the sessions of that config's portal */
function sessionSecrets(state: State, config: Config): string[] {
  if (config[KEYS.authModule]?.value === "stock") {
    throw new CommandError(
      "--end-sessions: nothing was changed, since the sessions of a portal with authModule stock end in Okta alone: " +
        "leave it out, and revoke the tokens of the app there",
    );
  }
  const secrets = findSessionSecrets(state);
  if (secrets.length > 0) return secrets.map(({ urn }) => urn);
  throw new CommandError("--end-sessions: this stack has no session secret");
}

function describe({ steps, changes }: Preview): string {
  return [...stepLines(steps).map((line) => `  ${line}`), counts(changes)].join("\n");
}

function refuseToReplaceApp({ steps }: Preview, target: Update): void {
  const step = steps.find(
    ({ type, op, old }) => isSignInApp({ type, inputs: old?.inputs }) && (op === "replace" || op === "delete"),
  );
  if (!step) return;
  const because = step.keys?.length ? ` because of ${step.keys.join(", ")}` : "";
  throw new CommandError(
    `nothing was changed: going back to version ${target.version} would ${step.op} the OIDC app in Okta${because}. ` +
      "Sign-in fails in between, the client secret changes, and everybody has to sign in anew. Go to another version " +
      "with --to, or if you mean it, pass --allow-replace-app",
    1,
  );
}

/** Another update may have come in between, from another machine or while the question was waiting. */
async function refuseIfChanged(stack: Stack, [before]: Update[]): Promise<void> {
  const [now] = await stack.history(1, 1, false);
  if (now?.startTime.getTime() === before?.startTime.getTime()) return;
  throw new CommandError(
    `nothing was changed: meanwhile somebody else's ${now?.kind} (${now?.message}) was made. Run this again to see it`,
    1,
  );
}

async function advise(
  repository: Repository,
  { now, target }: Choice,
  wanted: Config,
  current: Config = now.config,
): Promise<string[]> {
  const files = await repository.compare(target.commit);
  return adviceLines({ target, ...files, config: differences(current, wanted) });
}
