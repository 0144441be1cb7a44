import { setTimeout as sleep } from "node:timers/promises";

export interface WaitOptions {
  /** Deadline in seconds. @default 30 */
  seconds?: number;
  /** Aborting it rejects the wait at once with the signal's reason. */
  signal?: AbortSignal;
}

const INTERVAL_MS = 100;

/**
 * Waits until `condition` gives something else than `undefined` or `false`, and returns that. It is asked at once and
 * then ten times a second; an error that it throws counts as "not yet", and the last one ends up in the message.
 *
 * @param what completes "waiting for ...", such as "the API server at 127.0.0.1:6443"
 * @throws "timed out after 30 s waiting for WHAT: last error"
 */
export async function waitFor<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  { seconds = 30, signal }: WaitOptions = {},
): Promise<T> {
  const timedOut = new AbortController();
  const timer = setTimeout(() => timedOut.abort(), seconds * 1000);
  const ended = AbortSignal.any([timedOut.signal, ...(signal ? [signal] : [])]);
  const end = new Promise<never>((_, reject) =>
    ended.addEventListener("abort", () => reject(new Error("ended")), { once: true }),
  );
  end.catch(() => undefined);
  let lastError: unknown;
  try {
    while (!ended.aborted) {
      try {
        // The race is for a condition that never settles.
        const value = await Promise.race([condition(), end]);
        if (value !== undefined && value !== false) return value;
        lastError = undefined;
      } catch (error) {
        if (!ended.aborted) lastError = error;
      }
      await sleep(INTERVAL_MS, undefined, { signal: ended }).catch(() => undefined);
    }
  } finally {
    clearTimeout(timer);
  }
  signal?.throwIfAborted();
  const reason = lastError instanceof Error ? `: ${lastError.message}` : "";
  throw new Error(`timed out after ${seconds} s waiting for ${what}${reason}`, { cause: lastError });
}
