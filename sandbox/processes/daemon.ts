import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { lastLines, sendSignal } from "./exec";
import { processStart } from "./processStart";
import { writeWhole, type State } from "../pieces/state";
import { waitFor } from "./wait";

/** A process that goes on after the command that starts it. */
export interface DaemonSpec {
  /** Unique in the sandbox; its log is logs/NAME.log. */
  name: string;
  file: string;
  args: string[];
  cwd?: string;
  /** Variables beside those of this process. */
  env?: Record<string, string>;
}

// The start time tells the daemon from another process that got its pid later.
interface DaemonRecord {
  pid: number;
  start: string;
  command: string[];
}

/** The daemons of one sandbox: one record daemons/NAME.json each, written when it starts, removed when it has ended. */
export class Daemons {
  private readonly started = new Set<string>();

  constructor(private readonly state: State) {}

  /** Starts the daemon, unless it is running already with the same command; with another one it is started anew. */
  async start(spec: DaemonSpec): Promise<void> {
    const command = [spec.file, ...spec.args];
    if (this.isRunning(spec.name)) {
      if (this.record(spec.name)?.command.join("\0") === command.join("\0")) return;
      await this.stop(spec.name);
    }
    for (const folder of ["daemons", "logs"]) mkdirSync(this.state.path(folder), { recursive: true });
    const log = openSync(this.logFile(spec.name), "a", 0o600);
    // A session of its own, so that neither Ctrl-C nor a closed terminal reaches it. execa does not take the open log.
    const child = spawn(spec.file, spec.args, {
      cwd: spec.cwd ?? this.state.folder,
      env: { ...process.env, ...spec.env },
      stdio: ["ignore", log, log],
      detached: true,
    });
    closeSync(log);
    if (child.pid === undefined) {
      const [error] = (await once(child, "error")) as [Error];
      throw new Error(`${spec.name} could not be started: ${error.message}`, { cause: error });
    }
    child.unref();
    this.started.add(spec.name);
    const record: DaemonRecord = { pid: child.pid, start: processStart(child.pid) ?? "", command };
    writeWhole(this.recordFile(spec.name), JSON.stringify(record));
  }

  /**
   * Waits until a daemon does its work.
   *
   * @param names the daemon, and those that it needs for that
   * @param isReady says whether it does
   * @throws with the last lines of the log, if one of them ends or the first is not ready in time
   */
  async ready(
    names: [string, ...string[]],
    isReady: () => Promise<boolean> | boolean,
    options: { seconds: number; signal?: AbortSignal },
  ): Promise<void> {
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, ...(options.signal ? [options.signal] : [])]);
    let culprit = names[0];
    const condition = () => {
      const missing = names.find((name) => !this.isRunning(name));
      if (!missing) return isReady();
      culprit = missing;
      ended.abort(new Error(`${missing} has ended`));
      return false;
    };
    try {
      await waitFor(`${names[0]} to be ready`, condition, { seconds: options.seconds, signal });
    } catch (error) {
      options.signal?.throwIfAborted();
      const log = this.logFile(culprit);
      const end = lastLines(readFileSync(log, "utf8"));
      throw new Error(`${(error as Error).message}. The end of its log, ${log}:\n${end}`, { cause: error });
    }
  }

  isRunning(name: string): boolean {
    return this.pid(name) !== undefined;
  }

  pid(name: string): number | undefined {
    const record = this.record(name);
    return record && record.start !== "" && processStart(record.pid) === record.start ? record.pid : undefined;
  }

  /** The names of the daemons on record, running or not. */
  get names(): string[] {
    const folder = this.state.path("daemons");
    return existsSync(folder)
      ? readdirSync(folder)
          .filter((file) => file.endsWith(".json"))
          .map((file) => basename(file, ".json"))
      : [];
  }

  /** Ends the daemon, if it is running: SIGTERM, and SIGKILL when it is still there after ten seconds. */
  async stop(name: string): Promise<void> {
    const record = this.record(name);
    if (record && this.isRunning(name)) {
      const isGone = () => !this.isRunning(name);
      sendSignal(-record.pid, "SIGTERM");
      await waitFor(`${name} to end`, isGone, { seconds: 10 }).catch(() => sendSignal(-record.pid, "SIGKILL"));
      await waitFor(`${name} (process ${record.pid}) to end after SIGKILL`, isGone);
    }
    rmSync(this.recordFile(name), { force: true });
    this.started.delete(name);
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.names.map((name) => this.stop(name)));
  }

  /** Ends those that this object has started. */
  async stopStarted(): Promise<void> {
    await Promise.all([...this.started].map((name) => this.stop(name)));
  }

  logFile(name: string): string {
    return this.state.path("logs", `${name}.log`);
  }

  private recordFile(name: string): string {
    return join(this.state.path("daemons"), `${name}.json`);
  }

  private record(name: string): DaemonRecord | undefined {
    const file = this.recordFile(name);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as DaemonRecord) : undefined;
  }
}
