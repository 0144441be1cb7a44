import { setTimeout as sleep } from "node:timers/promises";
import type { Response } from "node-fetch";
import type { Context } from "../contract";
import type { Connection } from "./connection";
import { OktaError, Unanswered } from "./errors";

/** An object as Okta's API gives it. */
export type Json = Record<string, unknown>;

/** Okta's management API for one call of the engine: repeats what failed on Okta's side, waits at rate limits. */
export class Okta {
  constructor(
    private readonly connection: Connection,
    private readonly context: Pick<Context, "log" | "signal">,
  ) {}

  /** Signed in with OAuth 2.0 instead of an API token. */
  get usesOAuth(): boolean {
    return this.connection.usesOAuth;
  }

  /** Shows a warning with the resource. */
  warn(message: string): void {
    this.context.log("warning", message);
  }

  /** Whether the org runs on the Identity Engine, where an app has an authentication policy. Asked once. */
  isIdentityEngine(): Promise<boolean> {
    const { connection } = this;
    connection.identityEngine ??= this.find("/.well-known/okta-organization").then((org) => org?.pipeline !== "v1");
    connection.identityEngine.catch(() => (connection.identityEngine = undefined));
    return connection.identityEngine;
  }

  /** An object that must be there. */
  async get(path: string): Promise<Json> {
    return (await this.send("GET", path)).json() as Promise<Json>;
  }

  /** An object, or undefined if there is none. */
  async find(path: string): Promise<Json | undefined> {
    return (await unlessGone(this.send("GET", path)))?.json() as Promise<Json> | undefined;
  }

  /** All objects of a collection, page after page: https://developer.okta.com/docs/api/#pagination */
  async list(path: string): Promise<Json[]> {
    const objects: Json[] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const response: Response = await this.send("GET", next);
      objects.push(...((await response.json()) as Json[]));
      const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
      next = link && new URL(link).pathname + new URL(link).search;
    }
    return objects;
  }

  /** The same, or undefined where what the collection belongs to is gone. */
  async listIfThere(path: string): Promise<Json[] | undefined> {
    return unlessGone(this.list(path));
  }

  /** Replaces an object, and gives the new one. */
  async put(path: string, body?: Json): Promise<Json> {
    const response = await this.send("PUT", path, body);
    return response.status === 204 ? {} : ((await response.json()) as Json);
  }

  /** A POST that does the same the second time, such as a lifecycle operation. */
  async post(path: string, body?: Json): Promise<void> {
    await this.send("POST", path, body);
  }

  /** Like post and delete, but nothing there is fine. */
  async postIfThere(path: string): Promise<void> {
    await unlessGone(this.send("POST", path));
  }

  async delete(path: string): Promise<void> {
    await unlessGone(this.send("DELETE", path));
  }

  /**
   * Makes an object in a collection, once: where the answer to a POST is lost, it looks for what that may have made, and
   * asks again only if there is nothing. (The genuine provider asks again at once, and may leave two.)
   *
   * @param collection the path to POST to, with its query
   * @param listing the path that lists the collection, narrowed down to the new object's name where Okta can do that
   */
  async create(collection: string, body: Json, listing = collection): Promise<Json> {
    // Date headers are to the second.
    const since = this.connection.now() - 1000;
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await this.send("POST", collection, body, attempt);
        return (await response.json()) as Json;
      } catch (error) {
        if (!(error instanceof Unanswered) || attempt >= this.connection.settings.maxRetries) throw error;
        await this.pause(attempt, error.message);
        const made = (await this.list(listing)).find((object) => isTwin(object, body, since));
        if (made) return made;
      }
    }
  }

  private async send(method: string, path: string, body?: Json, creation?: number): Promise<Response> {
    const { settings } = this.connection;
    for (let attempt = creation ?? 0; ; attempt++) {
      const started = Date.now();
      try {
        const response = await this.connection.send(method, path, body, this.context.signal);
        this.context.log("debug", `${method} ${path}: ${response.status} in ${Date.now() - started} ms`);
        return response;
      } catch (error) {
        if (error instanceof OktaError && error.status === 429) {
          if (attempt >= settings.maxRetries) throw error;
          await this.waitForRateLimit(error, attempt);
          continue;
        }
        const failed = error instanceof Unanswered || (error instanceof OktaError && error.status >= 500);
        if (failed && creation !== undefined) throw new Unanswered(error.message);
        if (!failed || attempt >= settings.maxRetries) throw error;
        await this.pause(attempt, error.message);
      }
    }
  }

  /** https://developer.okta.com/docs/reference/rl-best-practices/: X-Rate-Limit-Reset is when, in seconds since 1970. */
  private async waitForRateLimit(error: OktaError, attempt: number): Promise<void> {
    const { minWaitSeconds, maxWaitSeconds, backoff } = this.connection.settings;
    const reset = Number(error.headers?.get("x-rate-limit-reset"));
    const now = Date.parse(error.headers?.get("date") ?? "") || this.connection.now();
    const guess = Math.min(minWaitSeconds * (backoff ? 2 ** attempt : 1), maxWaitSeconds);
    // One second more, because both headers are to the second.
    const seconds = reset > 0 ? Math.max(0, reset - Math.floor(now / 1000)) + 1 : guess;
    if (seconds > maxWaitSeconds) {
      throw new OktaError(
        429,
        `${error.message} The limit is lifted in ${seconds} s, which is longer than maxWaitSeconds (${maxWaitSeconds}) ` +
          "allows. Run the command again then.",
      );
    }
    this.context.log("info", `Okta's rate limit is used up; waiting ${seconds} s for it to be lifted.`);
    await this.wait(seconds * 1000);
  }

  private async pause(attempt: number, why: string): Promise<void> {
    const ms = Math.min(500 * 2 ** attempt, this.connection.settings.maxWaitSeconds * 1000);
    this.context.log("debug", `${why} Trying again in ${ms} ms.`);
    await this.wait(ms);
  }

  private async wait(ms: number): Promise<void> {
    const { signal } = this.context;
    await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof OktaError && error.status === 404) return undefined;
    throw error;
  }
}

/** Whether an object says all that was asked for, and was not made before that, as far as it tells when. */
export function isTwin(object: Json, body: Json, since: number): boolean {
  const created = object.created ? Date.parse(object.created as string) : since;
  return created >= since && says(object, body);
}

/** Okta leaves out what is empty, and keeps secrets to itself. */
function says(there: unknown, asked: unknown): boolean {
  if (asked === undefined) return true;
  if (!asked) return !there;
  if (typeof asked !== "object") return there === asked;
  if (Array.isArray(asked)) {
    const found = (there ?? []) as unknown[];
    return found.length === asked.length && asked.every((each) => found.some((other) => says(other, each)));
  }
  return Object.entries(asked).every(
    ([key, value]) => key === "client_secret" || says((there as Json | undefined)?.[key], value),
  );
}
