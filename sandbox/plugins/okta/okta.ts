import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../contract";
import type { Connection } from "./connection";
import { Unanswered, errorOf, type Answer, type Words } from "./errors";
import type { Json } from "./fields";

/** Between two attempts of a request whose connection ended. The genuine provider does not wait at all. */
const UNANSWERED_PAUSE_MS = 100;

/** How the wait grows in retryFor, as in the library that the genuine provider uses. */
const BACKOFF = { firstMs: 500, factor: 1.5 };

/**
 * Okta's management API for one call of the engine. As the genuine provider does behind an http proxy (which is how the
 * sandbox is reached), it repeats a request whose connection ended, be it a POST that Okta has acted on, waits at rate
 * limits, and takes any other error for final.
 */
export class Okta {
  constructor(
    private readonly connection: Connection,
    private readonly context: Pick<Context, "log" | "signal">,
    private readonly words: Words = "summary",
  ) {}

  /** This org, whose errors are told in other words. */
  saying(words: Words): Okta {
    return new Okta(this.connection, this.context, words);
  }

  /** Signed in with OAuth 2.0 instead of an API token. */
  get usesOAuth(): boolean {
    return this.connection.usesOAuth;
  }

  /** Whether the org is on the Classic Engine, where an app has no authentication policy. Asked once. */
  isClassic(): Promise<boolean> {
    const { connection } = this;
    connection.classic ??= this.get("/.well-known/okta-organization").then((org) => org.pipeline === "v1");
    connection.classic.catch(() => (connection.classic = undefined));
    return connection.classic;
  }

  async get(path: string): Promise<Json> {
    return json(await this.send("GET", path));
  }

  /** All objects of a collection, page after page: https://developer.okta.com/docs/api/#pagination */
  async list(path: string): Promise<Json[]> {
    const objects: Json[] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const answer: Answer = await this.send("GET", next);
      objects.push(...(JSON.parse(answer.text) as Json[]));
      const link = /<([^>]+)>;\s*rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
      next = link && new URL(link).pathname + new URL(link).search;
    }
    return objects;
  }

  async post(path: string, body?: Json): Promise<Json> {
    return json(await this.send("POST", path, body));
  }

  async put(path: string, body?: Json): Promise<Json> {
    return json(await this.send("PUT", path, body));
  }

  async delete(path: string): Promise<void> {
    await this.send("DELETE", path);
  }

  /** Does it again and again until it succeeds, or so many seconds are over: Okta may take a while to agree with itself. */
  async retryFor<T>(seconds: number, work: () => Promise<T>): Promise<T> {
    const end = Date.now() + seconds * 1000 * this.connection.config.patience;
    for (let ms = BACKOFF.firstMs; ; ms *= BACKOFF.factor) {
      try {
        return await work();
      } catch (error) {
        if (Date.now() >= end) throw error;
        await this.wait(ms * this.connection.config.patience);
      }
    }
  }

  private async send(method: string, path: string, body?: Json): Promise<Answer> {
    for (let limited = 0; ;) {
      const started = Date.now();
      try {
        const answer = await this.connection.send(method, path, body, this.context.signal);
        this.context.log("debug", `${method} ${path}: ${answer.status} in ${Date.now() - started} ms`);
        if (answer.status < 300) return answer;
        if (answer.status !== 429) throw errorOf(answer, this.words);
        if (++limited > this.connection.config.maxRetries) throw new Error("too many requests");
        await this.waitForRateLimit(answer);
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        this.context.log("debug", error.message);
        await this.wait(UNANSWERED_PAUSE_MS);
      }
    }
  }

  /** https://developer.okta.com/docs/reference/rl-best-practices/: X-Rate-Limit-Reset is when, in seconds since 1970. */
  private async waitForRateLimit({ headers }: Answer): Promise<void> {
    const [now, reset] = [Date.parse(headers.get("date") ?? ""), Number(headers.get("x-rate-limit-reset") || NaN)];
    if (Number.isNaN(now)) throw new Error("date header is missing or invalid");
    if (Number.isNaN(reset)) throw new Error("X-Rate-Limit-Reset header is missing or invalid");
    // One second more, because both headers are to the second.
    const seconds = Math.min(reset - Math.floor(now / 1000) + 1, this.connection.config.maxWaitSeconds);
    this.context.log("debug", `Okta's rate limit is used up; waiting ${seconds} s for it to be lifted.`);
    await this.wait(seconds * 1000);
  }

  private async wait(ms: number): Promise<void> {
    const { signal } = this.context;
    await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function json({ text }: Answer): Json {
  return text ? (JSON.parse(text) as Json) : {};
}
