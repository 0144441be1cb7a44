import { existsSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { PIECES } from "./pieces";
import type { Piece, StartContext } from "./pieces/piece";
import type { PluginSet, State } from "./pieces/state";
import { Daemons } from "./processes/daemon";
import { withLock } from "./processes/lock";
import { perform } from "./processes/progress";
import { findPrograms, type Programs } from "./programs/find";

/** What a person can choose about a sandbox; it holds until `down`. */
export interface UpOptions {
  /** @default genuine, where they are installed or can be downloaded, else local */
  plugins?: PluginSet;
  /** File of an existing cluster to use. @default a control plane of the sandbox's own */
  kubeconfig?: string;
  /** Whether the portal of the stack `local` runs. @default true */
  portal?: boolean;
}

/**
 * Brings the sandbox up, as far as it is not: finds, fetches or builds the programs, and starts the pieces. If that fails or is interrupted, what it has started is ended again.
 *
 * @returns the programs that it runs
 */
export async function up(state: State, options: UpOptions, signal: AbortSignal): Promise<Programs> {
  return alone(state, () => bringUp(state, options, signal), signal);
}

/**
 * Ends every process of the sandbox. Its data stay; what was chosen for it is forgotten.
 *
 * @returns the names of those that were running
 */
export async function down(state: State): Promise<string[]> {
  if (!existsSync(state.folder)) return [];
  return alone(state, async () => {
    const daemons = new Daemons(state);
    const running = daemons.names.filter((name) => daemons.isRunning(name));
    await daemons.stopAll();
    await clean(state, daemons);
    state.remember({ kubeconfig: undefined, wantedPlugins: undefined });
    return running;
  });
}

async function alone<T>(state: State, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  mkdirSync(state.folder, { recursive: true, mode: 0o700 });
  return withLock(state.path("lock"), `the sandbox ${state.folder}`, work, signal);
}

async function bringUp(state: State, options: UpOptions, signal: AbortSignal): Promise<Programs> {
  if (options.kubeconfig) {
    if (!existsSync(options.kubeconfig)) throw new Error(`--kubeconfig: there is no file ${options.kubeconfig}`);
    state.remember({ kubeconfig: resolve(options.kubeconfig) });
  }
  if (options.plugins) state.remember({ wantedPlugins: options.plugins });
  const programs = await findPrograms(state, signal);
  const daemons = new Daemons(state);
  try {
    await startAll({ state, daemons, programs, portal: options.portal ?? true }, signal);
  } catch (error) {
    await daemons.stopStarted();
    await clean(state, daemons);
    throw error;
  }
  return programs;
}

/** Starts the pieces at once, each as soon as those that it needs have been. */
async function startAll(given: Omit<StartContext, "started" | "signal">, signal: AbortSignal): Promise<void> {
  const starts = new Map<Piece, Promise<string>>();
  const start = (piece: Piece, signal: AbortSignal): Promise<string> => {
    const context = { ...given, signal, started: (other: Piece) => start(other, signal) };
    const begun = starts.get(piece) ?? piece.start(context);
    starts.set(piece, begun);
    return begun;
  };
  const steps = PIECES.map((piece) => ({
    title: `Start ${piece.name}`,
    run: (signal: AbortSignal) => start(piece, signal),
  }));
  await perform(steps, signal);
}

async function clean(state: State, daemons: Daemons): Promise<void> {
  for (const piece of PIECES) await piece.clean?.(state, daemons);
}
