import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cached, cacheFolder } from "./cache";
import { exec } from "../processes/exec";
import { withLock } from "../processes/lock";
import { builtName, isBuilt, moduleFolder, onPath, pathOf, versionOf, type Program } from "./program";

/** The program's path in the user's cache, after building it if need be. */
export async function build(program: Program, signal?: AbortSignal): Promise<string> {
  await buildAll([program], signal);
  return pathOf(program);
}

/**
 * Builds programs of one Go module into the user's cache, as far as they have not been, at one go: what they share is
 * compiled once.
 *
 * @throws if Go is missing or too old, or the build fails
 */
export async function buildAll(programs: Program[], signal?: AbortSignal): Promise<void> {
  const missing = () => programs.filter((program) => !isBuilt(program));
  const [first] = missing();
  if (!first) return;
  const module = join(cacheFolder(), `go-${first.name}-${versionOf(first)}`);
  const work = async () => {
    const into = `${module}.partial`;
    await rm(into, { recursive: true, force: true });
    await mkdir(into, { recursive: true });
    await goBuild(missing(), into, signal);
    for (const program of missing()) {
      const keep = async (folder: string) => {
        await rename(join(into, goName(program)), join(folder, program.name));
        await program.add?.(folder, signal);
      };
      await cached(builtName(program), keep, signal);
    }
    await rm(into, { recursive: true });
  };
  await withLock(`${module}.lock`, `the build of ${first.name}`, work, signal);
}

/** Has Go fetch what programs of one Go module are built from: that takes the network, while another build takes the cores. */
export async function fetchSources(programs: Program[], signal?: AbortSignal): Promise<void> {
  await go(programs, ["list", "-deps"], signal);
}

// Nobody debugs these programs, and few of their functions are called often: without what a debugger needs, and without
// inlining but in the standard library, compiling them takes a quarter less. There are packages enough for all cores,
// so that no package needs several.
const COMPILER = ["-gcflags=all=-dwarf=false -c=1 -l", "-gcflags=std=-dwarf=false -c=1"];

// The compiler is a Go program, and most packages are compiled before it would have to collect garbage.
const MEMORY = { GOGC: "off", GOMEMLIMIT: "2GiB" };

async function goBuild(programs: Program[], into: string, signal?: AbortSignal): Promise<void> {
  const variables = programs.flatMap((program) => Object.entries(program.variables?.(versionOf(program)) ?? {}));
  const flags = new Set(variables.map(([name, value]) => `-X ${name}=${value}`));
  const linker = ["-s", "-w", ...flags].join(" ");
  await go(programs, ["build", ...COMPILER, "-ldflags", linker, "-o", into], signal);
}

/** Runs a go command on the packages of programs. */
async function go(programs: Program[], args: string[], signal?: AbortSignal): Promise<void> {
  const [first] = programs;
  if (!first) return;
  await checkGo(first, signal);
  await exec("go", [...args, ...programs.map((program) => program.package)], {
    cwd: moduleFolder(first),
    env: {
      GOWORK: "off",
      // A build's version is that of go.mod, not of the checkout.
      GOFLAGS: "-buildvcs=false",
      // No C compiler is needed so.
      CGO_ENABLED: "0",
      ...(process.env.GOGC === undefined && MEMORY),
    },
    signal,
  });
}

/** What `go build` calls a program: the last element of its package's path that is not a major version. */
function goName(program: Program): string {
  return program.package
    .split("/")
    .filter((element) => !/^v\d+$/.test(element))
    .at(-1)!;
}

// From 1.21 on, a go command fetches the newer toolchain that a go.mod asks for by itself.
async function checkGo(program: Program, signal?: AbortSignal): Promise<void> {
  const help = `Building ${program.name} takes Go 1.21 or newer (https://go.dev/doc/install)`;
  if (!(await onPath("go"))) throw new Error(`${help}, and there is no go command on PATH.`);
  const version = await exec("go", ["version"], { signal });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === 1 && Number(minor) < 21) throw new Error(`${help}, and PATH has: ${version}`);
}
