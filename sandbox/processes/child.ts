import { execa, type ResultPromise } from "execa";
import { rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { waitFor, type WaitOptions } from "./wait";

const START_SECONDS = 120;
const STOP_MS = 15_000;

/** A server that is needed as long as this process lives. */
export interface ChildSpec {
  /** What people call it, such as "PostgreSQL". */
  name: string;
  file: string;
  args: string[];
  cwd?: string;
  /** Variables to set or, where undefined, to take out of this process's environment. */
  env?: Record<string, string | undefined>;
  /** A folder of its own, which goes when it has ended. */
  folder?: string;
  /** Keeps what it writes as its `log`, instead of passing it on to this process's stdout and stderr. @default false */
  keepLog?: boolean;
  /** Gives it a process group of its own. @default false */
  detached?: boolean;
  /** Whether it does its work; it may throw instead of saying no. */
  isReady: (log: string) => Promise<boolean> | boolean;
}

/** A server in a process of its own, which ends with this one. */
export class Child {
  /** What it has written so far, where that is kept. */
  log = "";
  /** Resolves when it has ended, for whatever reason, with its exit code if it has one. */
  readonly ended: Promise<number | undefined>;
  private readonly process: Pick<ResultPromise, "pid" | "kill">;

  constructor(private readonly spec: ChildSpec) {
    const { file, args, cwd, env, folder, keepLog, detached } = spec;
    const output = keepLog ? "pipe" : "inherit";
    const stdio = { stdin: "ignore", stdout: output, stderr: output, all: true, buffer: false } as const;
    // What execa does when this process ends, the listener below does also in a worker of Jest's, whose `process` is a copy.
    const ending = { cleanup: false, forceKillAfterDelay: STOP_MS } as const;
    const variables = { env: { ...process.env, ...env }, extendEnv: false };
    const child = execa(file, args, { cwd, detached, ...variables, ...stdio, ...ending, reject: false });
    this.process = child;
    // Not there where its output is passed on, whatever the type says.
    (child.all as Readable | undefined)?.setEncoding("utf8").on("data", (text: string) => (this.log += text));
    const kill = () => this.process.kill("SIGKILL");
    process.once("exit", kill);
    this.ended = child.then(async ({ exitCode }) => {
      process.off("exit", kill);
      if (folder) await rm(folder, { recursive: true, force: true });
      return exitCode;
    });
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /**
   * Waits until it does its work.
   *
   * @throws when it ends before, or takes longer than the seconds given, or two minutes; with the log, where that is kept
   */
  async ready({ seconds = START_SECONDS, signal }: WaitOptions = {}): Promise<void> {
    const { name, isReady } = this.spec;
    const ended = new AbortController();
    void this.ended.then((code) => ended.abort(new Error(`${name} ended with exit code ${code}`)));
    const either = AbortSignal.any([ended.signal, ...(signal ? [signal] : [])]);
    try {
      await waitFor(`${name} to be ready`, () => isReady(this.log), { seconds, signal: either });
    } catch (error) {
      signal?.throwIfAborted();
      const log = this.log && `. It wrote:\n${this.log}`;
      throw new Error(`${(error as Error).message}${log}`, { cause: error });
    }
  }

  /**
   * Ends it; where it is still there a while after SIGTERM, by SIGKILL.
   *
   * @returns its exit code, if it has one
   */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<number | undefined> {
    this.process.kill(signal);
    return this.ended;
  }
}
