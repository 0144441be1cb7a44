import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { withLock } from "../processes/lock";

/** The user's cache folder of this project, outside of any checkout: $XDG_CACHE_HOME or ~/.cache. */
export function cacheFolder(): string {
  // The XDG Base Directory Specification has a relative path ignored.
  const base = process.env.XDG_CACHE_HOME;
  return join(base?.startsWith("/") ? base : join(homedir(), ".cache"), "backstage-okta-sso");
}

/** Whether `name` is in the cache, whole. */
export function isCached(name: string): boolean {
  return existsSync(join(cacheFolder(), name));
}

/**
 * The folder `name`, such as "pulumi-3.259.0", in the user's cache. If it is not there, `build` fills an empty folder
 * that becomes it once it is whole; of several processes that want the same one, one builds and the others wait.
 *
 * @returns its path
 */
export async function cached(
  name: string,
  build: (into: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<string> {
  const folder = join(cacheFolder(), name);
  if (existsSync(folder)) return folder;
  return withLock(
    `${folder}.lock`,
    `the build of ${name}`,
    async () => {
      if (existsSync(folder)) return folder;
      const partial = `${folder}.partial`;
      await rm(partial, { recursive: true, force: true });
      await mkdir(partial, { recursive: true });
      await build(partial);
      await rename(partial, folder);
      return folder;
    },
    signal,
  );
}
