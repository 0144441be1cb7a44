import { isDeepStrictEqual } from "node:util";

/** npm's lock file, and the note of the same form that it keeps in node_modules of what it has installed there. */
export interface LockFile {
  /** By the path of the folder that the package is in; "" is the project itself. */
  packages: Record<string, LockedPackage>;
}

interface LockedPackage {
  version?: string;
  integrity?: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/**
 * Whether what is installed is what a program needs: each package that its dependencies lead to, in the version that
 * its lock file names. Packages for development, and those of workspaces, are not looked at.
 */
export function isInstalled(lock: LockFile, installed: LockFile): boolean {
  return [...neededPackages(lock)].every((path) => {
    const wanted = lock.packages[path];
    const there = installed.packages[path];
    return wanted?.version === there?.version && isDeepStrictEqual(wanted?.integrity, there?.integrity);
  });
}

function neededPackages({ packages }: LockFile): Set<string> {
  const needed = new Set<string>();
  const visit = (from: string) => {
    const { dependencies, peerDependencies } = packages[from] ?? {};
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const path = find(packages, from, name);
      if (!path || needed.has(path)) continue;
      needed.add(path);
      visit(path);
    }
  };
  visit("");
  return needed;
}

/** The folder that Node.js finds a package in: the nearest node_modules that has it, going up. */
function find(packages: LockFile["packages"], from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const path = [...(folder ? [folder] : []), "node_modules", name].join("/");
    if (path in packages) return path;
    if (folder === "") return undefined;
  }
}
