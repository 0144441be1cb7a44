import { execa } from "execa";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { CommandError } from "../command";
import { isInstalled, type LockFile } from "./dependencies";

/** A git repository, by a folder in it. */
export class Repository {
  constructor(private readonly checkout: string) {}

  /** @throws CommandError when the commit is not in the repository */
  async require(commit: string): Promise<void> {
    if ((await this.git(["cat-file", "-e", `${commit}^{commit}`], { reject: false })).exitCode === 0) return;
    const isShallow = (await this.git(["rev-parse", "--is-shallow-repository"])).stdout === "true";
    const remedy = isShallow
      ? "this is a shallow clone: run `git fetch --unshallow`, and then this again"
      : "run `git fetch --all`, and then this again. If it is still missing, it was never pushed, or rewritten: go to " +
        "another version with `--to`, or run this where that update was made";
    throw new CommandError(`commit ${commit} is not in this repository: ${remedy}`, 1);
  }

  /**
   * Puts the program of a commit, with its dependencies, into a worktree. It changes no branch, index or work tree of
   * the user's, and runs no hook.
   *
   * @param parent an empty folder
   * @param onInstall told when the dependencies are not those that are installed in the checkout
   * @returns the folder of the project in the worktree
   */
  async checkOut(commit: string, parent: string, signal: AbortSignal, onInstall: () => void): Promise<string> {
    const worktree = join(parent, "worktree");
    await this.git(["-c", "core.hooksPath=/dev/null", "worktree", "add", "--detach", worktree, commit], { signal });
    const project = join(worktree, (await this.git(["rev-parse", "--show-prefix"])).stdout);
    const modules = join(this.checkout, "node_modules");
    const installed = readLock(join(modules, ".package-lock.json"));
    const lock = readLock(join(project, "package-lock.json"));
    if (installed && lock && isInstalled(lock, installed)) {
      // Beside the worktree, where Node.js looks too: in it, the engine would see an uncommitted file.
      symlinkSync(modules, join(parent, "node_modules"));
    } else {
      onInstall();
      await install(project, signal);
    }
    return project;
  }

  /** The keys of the project's config at a commit. */
  async configKeys(commit: string): Promise<string[]> {
    const { stdout } = await this.git(["show", `${commit}:./Pulumi.yaml`]);
    const { name, config = {} } = parse(stdout) as { name: string; config?: object };
    return Object.keys(config).map((key) => (key.includes(":") ? key : `${name}:${key}`));
  }

  /** Forgets the worktrees whose folders are gone. */
  async prune(): Promise<void> {
    await this.git(["worktree", "prune"]);
  }

  /** Whether the checkout's last commit has the files of another one, and whether nothing is uncommitted. */
  async compare(commit: string): Promise<{ isSameProgram: boolean; isClean: boolean }> {
    const [tree, status] = await Promise.all([
      this.git(["diff", "--quiet", commit, "HEAD", "--", "."], { reject: false }),
      this.git(["status", "--porcelain", "--untracked-files=no"]),
    ]);
    return { isSameProgram: tree.exitCode === 0, isClean: status.stdout === "" };
  }

  private git(args: string[], { signal, reject }: { signal?: AbortSignal; reject?: boolean } = {}) {
    return execa("git", args, { cwd: this.checkout, reject, cancelSignal: signal });
  }
}

function readLock(path: string): LockFile | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as LockFile;
  } catch {
    return undefined;
  }
}

/**
 * Installs what the program needs: neither packages for development nor those of workspaces. Nobody has reviewed them
 * today, so no script of theirs runs, and npm is given no credentials that a config file of that commit could send away.
 */
async function install(project: string, signal: AbortSignal): Promise<void> {
  const args = ["ci", "--ignore-scripts", "--omit=dev", "--workspaces=false", "--no-audit", "--no-fund"];
  const options = { cwd: project, env: bareEnvironment(process.env), extendEnv: false, reject: false } as const;
  const { exitCode, stderr } = await execa("npm", args, { ...options, cancelSignal: signal });
  signal.throwIfAborted();
  if (exitCode === 0) return;
  throw new CommandError(`the dependencies of that commit cannot be installed:\n${stderr.trim()}`, 1);
}

/** What npm needs to find itself, its cache and the network. */
const NEEDED_BY_NPM =
  /^(PATH|HOME|USERPROFILE|APPDATA|SYSTEMROOT|TMPDIR|TEMP|TMP|LANG|LC_\w+|NODE_EXTRA_CA_CERTS|(HTTPS?|NO|ALL)_PROXY|npm_config_(registry|cache|userconfig|cafile|proxy|https_proxy|noproxy))$/i;

/** An environment without the credentials of Pulumi, Okta, the cluster and the cloud. */
export function bareEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => NEEDED_BY_NPM.test(name)));
}
