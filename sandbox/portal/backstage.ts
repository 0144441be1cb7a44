import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../port";
import { waitFor } from "../wait";

const START_SECONDS = 120;
const STOP_SECONDS = 15;

/** What a portal is started with. */
export interface BackstageOptions {
  /** The folder of a built portal. */
  portal: string;
  /** Where a browser finds it, such as http://127.0.0.1:7007. */
  url: string;
  /** The text of the last --config. */
  overlay: string;
  /** Environment variables that the overlay names. */
  variables: Record<string, string>;
}

/** A Backstage in a process of its own, on a free port of 127.0.0.1, which writes its log to this process's. */
export class Backstage {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    /** Resolves when the process has ended, for whatever reason. */
    readonly ended: Promise<unknown>,
  ) {}

  static async start({ portal, url, overlay, variables }: BackstageOptions): Promise<Backstage> {
    const folder = await mkdtemp(join(tmpdir(), "portal-"));
    const config = join(folder, "app-config.okta.yaml");
    await writeFile(config, overlay, { mode: 0o600 });
    const port = await freePort();
    const child = spawn(process.execPath, ["backend", "--config", "app-config.yaml", "--config", config], {
      cwd: portal,
      env: {
        ...process.env,
        ...variables,
        NODE_ENV: "production",
        PORTAL_URL: url,
        // A variable of this form comes before all files.
        APP_CONFIG_backend_listen: `127.0.0.1:${port}`,
      },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const ended = once(child, "exit").then(() => rm(folder, { recursive: true }));
    return new Backstage(port, child, ended);
  }

  /**
   * Waits until people can sign in.
   *
   * @throws when it ends before, or takes longer than two minutes
   */
  async ready(signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    void this.ended.then(() => ended.abort(new Error(`Backstage ended with exit code ${this.child.exitCode}`)));
    const isReady = async () => (await fetch(`http://127.0.0.1:${this.port}/.backstage/health/v1/readiness`)).ok;
    await waitFor("Backstage to be ready", isReady, {
      seconds: START_SECONDS,
      signal: AbortSignal.any([signal, ended.signal]),
    });
  }

  /** Ends it: SIGTERM, and SIGKILL when it is still there after a while. */
  async stop(): Promise<void> {
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), STOP_SECONDS * 1000);
    await this.ended;
    clearTimeout(timer);
  }
}
