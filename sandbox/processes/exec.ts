import { constants } from "node:os";
import { execa } from "execa";
import { waitFor } from "./wait";

const GRACE_MS = 15_000;

/** What a child process gets besides its arguments. */
export interface ExecOptions {
  cwd?: string;
  /** Variables to set or, where undefined, to take out of this process's environment. */
  env?: Record<string, string | undefined>;
  /** Aborting it ends the process and its children, and rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Deadline in seconds; none by default. */
  seconds?: number;
}

/** A command that failed; its message holds the command and the last lines of what it wrote. */
export class CommandFailed extends Error {}

/**
 * Runs a command to its end, without input, and returns what it wrote to stdout.
 *
 * @throws CommandFailed when it cannot be started, ends with another exit code than 0, or passes its deadline
 */
export async function exec(file: string, args: string[], options: ExecOptions = {}): Promise<string> {
  const { signal, seconds } = options;
  signal?.throwIfAborted();
  const child = execa(file, args, { ...inGroup(options), stdio: ["ignore", "pipe", "pipe"], all: true });
  const ended = AbortSignal.any([
    ...(signal ? [signal] : []),
    ...(seconds ? [AbortSignal.timeout(seconds * 1000)] : []),
  ]);
  const result = await endWith(child, ended, ["SIGTERM", "SIGKILL"]);
  signal?.throwIfAborted();
  if (result.exitCode === 0) return result.stdout;
  const why = ended.aborted ? `Command was ended after ${seconds} s: ${result.escapedCommand}` : result.shortMessage;
  throw new CommandFailed([why, lastLines(result.all)].filter(Boolean).join("\n"));
}

/**
 * Runs a command with this process's stdin, stdout and stderr. When the signal is aborted the command gets SIGINT, as
 * from Ctrl-C, later SIGTERM and SIGKILL; when it ends, so does each process that it left behind in its group.
 *
 * @returns its exit code, or 128 and the number of the signal that ended it, as a shell does
 */
export async function passThrough(file: string, args: string[], options: ExecOptions = {}): Promise<number> {
  const child = execa(file, args, { ...inGroup(options), stdio: "inherit" });
  const result = await endWith(child, options.signal, ["SIGINT", "SIGTERM", "SIGKILL"]);
  if (child.pid === undefined) throw new CommandFailed(result.shortMessage);
  const group = -child.pid;
  if (sendSignal(group, "SIGTERM")) {
    const isGone = () => !sendSignal(group, 0);
    await waitFor("its processes to end", isGone, { seconds: GRACE_MS / 1000 }).catch(() => undefined);
    sendSignal(group, "SIGKILL");
  }
  return result.exitCode ?? 128 + (result.signal ? constants.signals[result.signal] : 0);
}

// A group of its own, so that a signal reaches the command's children too, and reaches them once: without it, Ctrl-C
// would go to the whole foreground group at the same time.
const inGroup = ({ cwd, env }: ExecOptions) =>
  ({ cwd, env: { ...process.env, ...env }, extendEnv: false, detached: true, reject: false }) as const;

async function endWith<T>(
  child: Promise<T> & { pid?: number },
  signal: AbortSignal | undefined,
  signals: NodeJS.Signals[],
): Promise<T> {
  const timers: NodeJS.Timeout[] = [];
  const end = () => {
    const { pid } = child;
    if (pid === undefined) return;
    signals.forEach((name, i) => timers.push(setTimeout(() => sendSignal(-pid, name), i * GRACE_MS)));
  };
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end, { once: true });
  try {
    return await child;
  } finally {
    signal?.removeEventListener("abort", end);
    timers.forEach(clearTimeout);
  }
}

/** Sends a signal to a process, or to a group as -PID, and says whether it is there; 0 only asks. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

export function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-10).join("\n");
}
