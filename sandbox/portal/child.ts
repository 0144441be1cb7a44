import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "../processes/wait";

const START_SECONDS = 120;
const STOP_SECONDS = 15;

/** A program of a built portal in a process of its own, which writes its log to this process's. */
export abstract class Child {
  private readonly process: ChildProcess;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;

  /**
   * @param name what people call it
   * @param folder one of its own, which goes when it has ended
   * @param args of Node.js, which runs in the portal's folder
   */
  protected constructor(
    private readonly name: string,
    readonly folder: string,
    portal: string,
    args: string[],
    env = process.env,
  ) {
    this.process = spawn(process.execPath, args, { cwd: portal, env, stdio: ["ignore", "inherit", "inherit"] });
    this.ended = once(this.process, "exit").then(() => rm(folder, { recursive: true }));
  }

  /** Makes a folder that nobody else may enter. */
  protected static makeFolder(): Promise<string> {
    return mkdtemp(join(tmpdir(), "portal-"));
  }

  /** Whether it does its work; it may throw instead of saying no. */
  protected abstract isReady(): Promise<boolean>;

  /**
   * Waits until it does its work.
   *
   * @throws when it ends before, or takes longer than two minutes
   */
  async ready(signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    void this.ended.then(() => ended.abort(new Error(`${this.name} ended with exit code ${this.process.exitCode}`)));
    await waitFor(`${this.name} to be ready`, () => this.isReady(), {
      seconds: START_SECONDS,
      signal: AbortSignal.any([signal, ended.signal]),
    });
  }

  /** Ends it: SIGTERM, and SIGKILL when it is still there after a while. */
  async stop(): Promise<void> {
    this.process.kill("SIGTERM");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), STOP_SECONDS * 1000);
    await this.ended;
    clearTimeout(timer);
  }
}
