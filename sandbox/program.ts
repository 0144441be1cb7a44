import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { access, constants, realpath } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { cached, cacheFolder, isCached } from "./cache";
import { exec } from "./exec";

/** A program that is built from a Go module of this folder, which pins its version in go.mod. */
export interface GoProgram {
  name: string;
  /** Its folder with go.mod, such as "engine/cli". */
  folder: string;
  /** The Go package of its main function: "." for one whose source is in the folder itself. */
  package: string;
  /** The module whose version is the program's. */
  module: string;
  /** The string variables of the Go source that hold its version, and their value. */
  variables?: (version: string) => Record<string, string>;
  /** About how long the first build takes on two cores. */
  duration: string;
  /** Puts more files beside the program. */
  add?: (into: string, signal?: AbortSignal) => Promise<void>;
}

/** The program's version as its go.mod has it, without the leading "v". */
export function versionOf(program: GoProgram): string {
  const goMod = readFileSync(join(__dirname, program.folder, "go.mod"), "utf8");
  const escaped = program.module.replaceAll(".", "\\.");
  const version = new RegExp(`^\\s*(?:require )?${escaped} v(\\S+)`, "m").exec(goMod)?.[1];
  if (!version) throw new Error(`sandbox/${program.folder}/go.mod does not require ${program.module}`);
  return version;
}

/** What is built from source of this folder is told apart by that source too. */
function cacheName(program: GoProgram): string {
  const name = `${program.name}-${versionOf(program)}`;
  if (program.package !== ".") return name;
  const folder = join(__dirname, program.folder);
  const sources = readdirSync(folder).filter((file) => file.endsWith(".go"));
  const hash = createHash("sha256");
  for (const file of sources.sort()) hash.update(file).update(readFileSync(join(folder, file)));
  return `${name}-${hash.digest("hex").slice(0, 12)}`;
}

/** Whether the program has been built on this machine. */
export function isBuilt(program: GoProgram): boolean {
  return isCached(cacheName(program));
}

/**
 * The program's path in the user's cache, after building it if need be.
 *
 * @throws if Go is missing or too old, or the build fails
 */
export async function build(program: GoProgram, signal?: AbortSignal): Promise<string> {
  const folder = await cached(
    cacheName(program),
    async (into) => {
      await checkGo(program, signal);
      const variables = Object.entries(program.variables?.(versionOf(program)) ?? {});
      const linkerFlags = ["-s", "-w", ...variables.map(([name, value]) => `-X ${name}=${value}`)].join(" ");
      await exec("go", ["build", "-ldflags", linkerFlags, "-o", join(into, program.name), program.package], {
        cwd: join(__dirname, program.folder),
        env: { GOWORK: "off", GOFLAGS: "" },
        signal,
      });
      await program.add?.(into, signal);
    },
    signal,
  );
  return join(folder, program.name);
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

// In a shell that took over `sandbox env`, PATH leads to what was built here.
const isOurs = async (path: string) => (await realpath(path)).startsWith(cacheFolder());

// From 1.21 on, a go command fetches the newer toolchain that a go.mod asks for by itself.
async function checkGo(program: GoProgram, signal?: AbortSignal): Promise<void> {
  const help = `Building ${program.name} takes Go 1.21 or newer (https://go.dev/doc/install)`;
  if (!(await onPath("go"))) throw new Error(`${help}, and there is no go command on PATH.`);
  const version = await exec("go", ["version"], { signal });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === 1 && Number(minor) < 21) throw new Error(`${help}, and PATH has: ${version}`);
}
