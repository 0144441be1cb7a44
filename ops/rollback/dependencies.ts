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
 * its lock file names, wherever npm put it. Packages for development, and those of workspaces, are not looked at.
 */
export function isInstalled(lock: LockFile, installed: LockFile): boolean {
  const compared = new Set<string>();
  const haveSameNeeds = (wanted: string, there: string): boolean => {
    const pair = `${wanted} ${there}`;
    if (compared.has(pair)) return true;
    compared.add(pair);
    const { dependencies, peerDependencies } = lock.packages[wanted] ?? {};
    return Object.keys({ ...dependencies, ...peerDependencies }).every((name) => {
      const wantedPath = find(lock.packages, wanted, name);
      if (wantedPath === undefined) return true; // an optional peer
      const path = find(installed.packages, there, name);
      return path !== undefined && isSame(lock, wantedPath, installed, path) && haveSameNeeds(wantedPath, path);
    });
  };
  return haveSameNeeds("", "");
}

function isSame(lock: LockFile, wantedPath: string, installed: LockFile, path: string): boolean {
  const [wanted, there] = [lock.packages[wantedPath], installed.packages[path]];
  return wanted?.version === there?.version && wanted?.integrity === there?.integrity;
}

/** The folder that Node.js finds a package in: the nearest node_modules that has it, going up. */
function find(packages: LockFile["packages"], from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const path = [...(folder ? [folder] : []), "node_modules", name].join("/");
    if (path in packages) return path;
    if (folder === "") return undefined;
  }
}
