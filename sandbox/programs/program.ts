import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { access, constants, realpath } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { cached, cacheFolder, isCached } from "./cache";
import { currentPlatform, fetchRelease, type Platform, type Release } from "./release";

/** A program that its project publishes, or that is built from a Go module below `sandbox/`; go.mod pins its version. */
export interface Program {
  name: string;
  /** The folder with go.mod, below `sandbox/`, such as "engine/cli". */
  folder: string;
  /** The Go package of its main function; one whose source is below the folder begins with "./". */
  package: string;
  /** The module whose version is the program's. */
  module: string;
  /** The string variables of the Go source that hold its version, and their value. */
  variables?: (version: string) => Record<string, string>;
  /** About how many seconds its first build takes on two cores, after those before it of the same Go module. */
  seconds: number;
  /** What its project publishes for a kind of machine. */
  release?: (version: string, platform: Platform) => Release | undefined;
  /** The program whose release brings this one along. */
  comesWith?: Program;
  /** Puts more files beside a program that was built. */
  add?: (into: string, signal?: AbortSignal) => Promise<void>;
}

export function moduleFolder({ folder }: Program): string {
  return resolve(__dirname, "..", folder);
}

/** The program's version as its go.mod has it, without the leading "v". */
export function versionOf(program: Program): string {
  const file = join(moduleFolder(program), "go.mod");
  const escaped = program.module.replaceAll(".", "\\.");
  const version = new RegExp(`^\\s*(?:require )?${escaped} v(\\S+)`, "m").exec(readFileSync(file, "utf8"))?.[1];
  if (!version) throw new Error(`${file} does not require ${program.module}`);
  return version;
}

/** Where a program that was built is in the cache. What is built from source of ours is told apart by that source too. */
export function builtName(program: Program): string {
  const name = `${program.name}-${versionOf(program)}`;
  if (!program.package.startsWith("./")) return name;
  const folder = join(moduleFolder(program), program.package);
  const sources = readdirSync(folder).filter((file) => file.endsWith(".go"));
  const hash = createHash("sha256");
  for (const file of sources.sort()) hash.update(file).update(readFileSync(join(folder, file)));
  return `${name}-${hash.digest("hex").slice(0, 12)}`;
}

const releasedName = (program: Program) => `${program.name}-${versionOf(program)}-released`;

/** What the program's project publishes for this machine, if anything. */
export function releaseOf(program: Program): Release | undefined {
  const platform = currentPlatform();
  return platform && program.release?.(versionOf(program), platform);
}

/** Whether a release of the program is in the user's cache. */
export function isReleased(program: Program): boolean {
  return isCached(releasedName(program));
}

/** Whether the program has been built on this machine. */
export function isBuilt(program: Program): boolean {
  return isCached(builtName(program));
}

/** Whether the program is in the user's cache, released or built. */
export function isHere(program: Program): boolean {
  return isBuilt(program) || isReleased(program.comesWith ?? program);
}

/**
 * Fetches what is published of the program into the user's cache.
 *
 * @throws DownloadFailed
 */
export async function fetchProgram(program: Program, release: Release, signal?: AbortSignal): Promise<void> {
  await cached(releasedName(program), (into) => fetchRelease(release, into, signal), signal);
}

/** The path of a program that is in the user's cache. */
export function pathOf(program: Program): string {
  const folder = isReleased(program) ? releasedName(program) : builtName(program);
  return join(cacheFolder(), folder, program.name);
}

/** The first executable of that name on the user's PATH, if any. */
export async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    // npm puts the checkout's own packages on PATH of the scripts it runs: they are not in the user's shell.
    if (!folder || folder.includes("node_modules")) continue;
    const path = join(folder, name);
    if ((await isExecutable(path)) && !(await isOurs(path))) return path;
  }
  return undefined;
}

const isExecutable = (path: string) =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

// In a shell that took over `sandbox env`, PATH leads to what is in the cache.
const isOurs = async (path: string) => (await realpath(path)).startsWith(cacheFolder());
