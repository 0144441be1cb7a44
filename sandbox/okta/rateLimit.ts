import type { ServerResponse } from "node:http";
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
  admit(path: string, response: ServerResponse): boolean {
    const part = path.split("/").slice(0, 4).join("/");
    const seconds = Math.floor(systemNow() / 1000);
    let window = this.windows.get(part);
    if (!window || window.resetsAt <= seconds) {
      window = { used: 0, resetsAt: seconds + WINDOW_SECONDS };
      this.windows.set(part, window);
    }
    window.used++;
    this.announce(response, Math.max(0, this.requestsPerMinute - window.used), window.resetsAt);
    return window.used <= this.requestsPerMinute;
  }

  /** Tells the client that nothing is left for some seconds. */
  exhaust(response: ServerResponse, resetSeconds: number): void {
    this.announce(response, 0, Math.ceil(systemNow() / 1000) + resetSeconds);
  }

  private announce(response: ServerResponse, remaining: number, resetsAt: number): void {
    response.setHeader("X-Rate-Limit-Limit", this.requestsPerMinute);
    response.setHeader("X-Rate-Limit-Remaining", remaining);
    response.setHeader("X-Rate-Limit-Reset", resetsAt);
  }
}
