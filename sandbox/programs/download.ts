import { rename, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { text } from "node:stream/consumers";
import { EnvHttpProxyAgent, fetch } from "undici";
import { sha256Of } from "./sha256";

/** A file that can be downloaded, and a list of SHA-256 checksums in which it stands, or a checksum alone. */
export interface Published {
  url: string;
  checksumsUrl: string;
}

/** How long to wait, in seconds. */
export interface Patience {
  /** For the list of checksums, which shows whether the place can be reached at all. @default 6 */
  answer?: number;
  /** For the next piece of the file. @default 30 */
  pause?: number;
}

/** A file that could not be had as it was published; its message is one line with the address and the reason. */
export class DownloadFailed extends Error {}

/**
 * Downloads a file to the path `into`, which is there only once its content is what the checksum says. A proxy is used
 * where HTTPS_PROXY, HTTP_PROXY and NO_PROXY say so.
 *
 * @throws DownloadFailed
 */
export async function download(
  { url, checksumsUrl }: Published,
  into: string,
  { signal, answer = 6, pause = 30 }: Patience & { signal?: AbortSignal } = {},
): Promise<void> {
  const checksums = await request(checksumsUrl, answer, signal, text);
  const expected = checksumOf(basename(url), checksumsUrl, checksums);
  const partial = `${into}.partial`;
  await request(url, pause, signal, (chunks) => writeFile(partial, chunks, { mode: 0o600 }));
  const actual = await sha256Of(partial);
  if (actual !== expected) {
    throw new DownloadFailed(`${url} is not what was published: its SHA-256 is ${actual}, not ${expected}`);
  }
  await rename(partial, into);
}

/** The checksum of a file in what sha256sum writes, or in a file with nothing but one. */
export function checksumOf(file: string, url: string, checksums: string): string {
  const lines = checksums.split("\n").map((line) => /^([0-9a-f]{64})(?:\s+\*?(?:\.?\/)?(\S+))?\s*$/i.exec(line));
  const line = lines.find((found) => found && (found[2] ?? file) === file);
  if (!line) throw new DownloadFailed(`${url} has no SHA-256 checksum of ${file}`);
  return line[1]!.toLowerCase();
}

/**
 * Asks for a file, and has it read.
 *
 * @param seconds how long nothing may come before it is given up
 */
async function request<T>(
  url: string,
  seconds: number,
  signal: AbortSignal | undefined,
  read: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), seconds * 1000);
  const proxies = new EnvHttpProxyAgent();
  async function* arriving(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      timer.refresh();
      yield chunk;
    }
  }
  try {
    const ended = AbortSignal.any([stalled.signal, ...(signal ? [signal] : [])]);
    const response = await fetch(url, { dispatcher: proxies, signal: ended });
    if (!response.ok) throw new Error(`it answered ${response.status} ${response.statusText}`.trimEnd());
    return await read(arriving(response.body!));
  } catch (error) {
    signal?.throwIfAborted();
    const reason = stalled.signal.aborted ? `nothing came for ${seconds} s` : rootCause(error);
    throw new DownloadFailed(`${url} could not be downloaded: ${reason}`, { cause: error });
  } finally {
    clearTimeout(timer);
    await proxies.destroy();
  }
}

/** What `fetch failed` hides. */
function rootCause(error: unknown): string {
  const { message, cause, errors } = error as AggregateError;
  const inner: unknown = cause ?? errors?.[0];
  return typeof inner === "object" ? rootCause(inner) : message;
}
