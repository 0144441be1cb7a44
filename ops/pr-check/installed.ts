import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

/** Packages that are not those of the checkout; nothing else can be relied on then. */
export interface WrongPackages {
  message: string;
  /** 1 when the checkout itself is wrong, 2 when only what is installed beside it is. */
  exitCode: 1 | 2;
}

interface LockedPackage {
  version?: string;
  /** Missing on machines that it is not for. */
  optional?: boolean;
  /** Missing where only what the commands need was installed. */
  dev?: boolean;
}

const SHOWN = 5;
const KINDS_OF_DEPENDENCIES = ["dependencies", "devDependencies", "optionalDependencies"];

/**
 * Compares package.json with the lock file, and the lock file with what npm noted in node_modules as it installed.
 * Unlike `npm ls` it takes a few milliseconds.
 */
export function wrongPackages(checkout: string): WrongPackages | undefined {
  const manifest = read<Record<string, unknown>>(checkout, "package.json");
  const lock = packages(checkout, "package-lock.json");
  const root = (lock[""] ?? {}) as Record<string, unknown>;
  if (KINDS_OF_DEPENDENCIES.some((kind) => !isDeepStrictEqual(manifest[kind] ?? {}, root[kind] ?? {}))) {
    return {
      message: "package-lock.json is not that of package.json: run `npm install`, and commit both.",
      exitCode: 1,
    };
  }
  const note = join("node_modules", ".package-lock.json");
  const installed = existsSync(join(checkout, note)) ? packages(checkout, note) : {};
  const wrong = [...new Set([...Object.keys(lock), ...Object.keys(installed)])].flatMap((path) => {
    const name = path.split("node_modules/").at(-1);
    if (!name || !path.includes("node_modules/")) return [];
    const [wanted, there] = [lock[path], installed[path]];
    if (wanted?.version === there?.version || (!there && (wanted?.optional || wanted?.dev))) return [];
    return [`${name}: ${there?.version ?? "nothing"} is installed, ${wanted?.version ?? "nothing"} is wanted`];
  });
  if (wrong.length === 0) return undefined;
  const more = wrong.length > SHOWN ? [`and ${wrong.length - SHOWN} more`] : [];
  const lines = [...wrong.slice(0, SHOWN), ...more].map((line) => `  ${line}`).join("\n");
  return {
    message: `node_modules is not that of package-lock.json; it may be another branch's. Run \`npm ci\`.\n${lines}`,
    exitCode: 2,
  };
}

const packages = (checkout: string, file: string) =>
  read<{ packages: Record<string, LockedPackage> }>(checkout, file).packages;

const read = <T>(checkout: string, file: string) => JSON.parse(readFileSync(join(checkout, file), "utf8")) as T;
