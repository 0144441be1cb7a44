import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { BackstageClient } from "./backstage";
import type { Cookies } from "./signIn";

const ENVIRONMENT = "production";

export interface LoadOptions {
  signInsPerMinute: number;
  refreshesPerMinute: number;
  /** How many browsers share the refreshes. */
  sessions: number;
}

/** Something that a person would have noticed. */
export interface Failure {
  at: Date;
  what: "sign-in" | "refresh";
  reason: string;
}

/** People who sign in to a portal and refresh their sessions, at a steady pace, whether it answers or not. */
export class Load {
  readonly failures: Failure[] = [];
  readonly done = { signIns: 0, refreshes: 0, startedAgain: 0 };
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>[];

  private constructor(
    private readonly client: BackstageClient,
    private readonly browsers: Cookies[],
    { signInsPerMinute, refreshesPerMinute }: LoadOptions,
  ) {
    setMaxListeners(browsers.length + 1, this.stopping.signal);
    this.running = [
      this.repeat(signInsPerMinute, () => this.signIn()),
      ...browsers.map((cookies) => this.repeat(refreshesPerMinute / browsers.length, () => this.refresh(cookies))),
    ];
  }

  /** Signs everybody in first. */
  static async start(url: string, options: LoadOptions): Promise<Load> {
    const client = new BackstageClient(url);
    const browsers = Array.from({ length: options.sessions }, (): Cookies => new Map());
    await Promise.all(browsers.map((cookies) => signIn(client, cookies)));
    return new Load(client, browsers, options);
  }

  /** Lets what is under way end. Every session that it began with is refreshed once more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
    await Promise.all(this.browsers.map((cookies) => this.refresh(cookies)));
  }

  private async repeat(perMinute: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    const intervalMs = 60_000 / perMinute;
    // Not all browsers at the same moment.
    for (let next = Date.now() + Math.random() * intervalMs; !signal.aborted; next += intervalMs) {
      await sleep(Math.max(0, next - Date.now()), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await work();
    }
  }

  /**
   * A person whose sign-in does not end well starts it again once: what a pod knows of one that is under way, another does
   * not, since each of the sandbox's has a database of its own.
   */
  private async signIn(): Promise<void> {
    const attempt = () => signIn(this.client, new Map());
    await this.noting("sign-in", () =>
      attempt().catch((first: Error) => {
        this.done.startedAgain += 1;
        return attempt().catch((second: Error) => {
          throw new Error(`${first.message}, and again: ${second.message}`);
        });
      }),
    );
    this.done.signIns += 1;
  }

  private async refresh(cookies: Cookies): Promise<void> {
    await this.noting("refresh", async () => {
      const { status, body } = await this.client.session("refresh", ENVIRONMENT, cookies);
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    });
    this.done.refreshes += 1;
  }

  private async noting(what: Failure["what"], work: () => Promise<void>): Promise<void> {
    await work().catch(({ message, cause }: Error) => {
      const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
      this.failures.push({ at: new Date(), what, reason });
    });
  }
}

async function signIn(client: BackstageClient, cookies: Cookies): Promise<void> {
  const { response, error } = await client.signIn("alice", ENVIRONMENT, cookies);
  if (!response) throw new Error(error?.message ?? "no answer");
}
