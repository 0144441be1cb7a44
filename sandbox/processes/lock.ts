import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { lock } from "proper-lockfile";
import { waitFor } from "./wait";

/**
 * Does `work` while holding the lock file `path`; another process that wants the same one waits for up to half an hour.
 * The lock of a killed process counts no more after a minute.
 *
 * @param what what the lock is for, such as "the build of pulumi 3.259.0"
 */
export async function withLock<T>(
  path: string,
  what: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const other = `another process to be done with ${what} (lock ${path})`;
  let release = await acquire(path);
  if (!release) {
    console.error(`Waiting for ${other}`);
    release = await waitFor(other, () => acquire(path), { seconds: 1800, signal });
  }
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(path: string): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lock(path, { lockfilePath: path, realpath: false, stale: 60_000, update: 5_000 });
  } catch (error) {
    if ((error as { code?: string }).code === "ELOCKED") return undefined;
    throw error;
  }
}
