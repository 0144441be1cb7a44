import type { Context } from "koa";
import { systemNow } from "./clock";

const WINDOW_SECONDS = 60;

/**
 * A limit on the requests of each minute. As with Okta, each part of the API has a limit of its own.
 * @see https://developer.okta.com/docs/reference/rl-best-practices/
 */
export class RateLimit {
  private readonly windows = new Map<string, { used: number; resetsAt: number }>();

  constructor(readonly requestsPerMinute: number) {}

  /**
   * Counts a request, and tells the client in the response's headers what is left.
   * @returns false when there was nothing left
   */
  admit(ctx: Context): boolean {
    const part = ctx.path.split("/").slice(0, 4).join("/");
    const seconds = Math.floor(systemNow() / 1000);
    let window = this.windows.get(part);
    if (!window || window.resetsAt <= seconds) {
      window = { used: 0, resetsAt: seconds + WINDOW_SECONDS };
      this.windows.set(part, window);
    }
    window.used++;
    this.announce(ctx, Math.max(0, this.requestsPerMinute - window.used), window.resetsAt);
    return window.used <= this.requestsPerMinute;
  }

  /** Tells the client that nothing is left for some seconds. */
  exhaust(ctx: Context, resetSeconds: number): void {
    this.announce(ctx, 0, Math.ceil(systemNow() / 1000) + resetSeconds);
  }

  private announce(ctx: Context, remaining: number, resetsAt: number): void {
    ctx.set({
      "X-Rate-Limit-Limit": `${this.requestsPerMinute}`,
      "X-Rate-Limit-Remaining": `${remaining}`,
      "X-Rate-Limit-Reset": `${resetsAt}`,
    });
  }
}
