import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "./env";
import { oktaSocket } from "./pieces/okta";
import type { Environment } from "./pieces/piece";
import { passThrough, sendSignal } from "./processes/exec";
import { State } from "./pieces/state";
import { down, up } from "./up";
import { waitFor } from "./processes/wait";

export interface RunOptions {
  /** How many sandboxes, for a command that does several things at a time. @default 1 */
  copies?: number;
}

/**
 * Runs a command with a sandbox of its own, in a new temporary folder, and takes both away afterwards, whatever
 * happens, with every process that the command has left behind. In the command's environment SANDBOX_STATE is the
 * sandbox's state folder; a sandbox whose state folder it puts beside that one is taken away as well. The sandbox runs no
 * portal, but SANDBOX_PORTAL is the folder of a built one and, where pods can run, SANDBOX_PORTAL_IMAGE is the name of its
 * image on the node and SANDBOX_OKTA_SOCKET the path of the local Okta's Unix socket, for a pod to mount. SANDBOX_COPIES
 * is a JSON list of such an environment for each copy, of which the command's own is the first.
 *
 * @returns the command's exit code
 */
export async function runInSandbox(
  [file, ...args]: [string, ...string[]],
  { copies = 1 }: RunOptions,
  signal: AbortSignal,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "backstage-okta-sso-"));
  const states = Array.from({ length: copies }, (_, i) => new State(join(folder, i ? `sandbox-${i + 1}` : "sandbox")));
  try {
    const environments: Environment[] = [];
    for (const state of states) environments.push(await bringUp(state, signal));
    const env = { ...environments[0], SANDBOX_COPIES: JSON.stringify(environments) };
    return await passThrough(file, args, { env, signal });
  } finally {
    for (const state of states) await endMarked(`SANDBOX_STATE=${state.folder}`);
    const left = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    await Promise.all(left.map(({ name }) => down(new State(join(folder, name)))));
    await rm(folder, { recursive: true, force: true });
  }
}

async function bringUp(state: State, signal: AbortSignal): Promise<Environment> {
  const { portal, node } = await up(state, { portal: false }, signal);
  return {
    ...environment(state),
    SANDBOX_STATE: state.folder,
    SANDBOX_PORTAL: portal.folder,
    SANDBOX_PORTAL_IMAGE: node?.portalImage.name,
    SANDBOX_OKTA_SOCKET: node && oktaSocket(state),
    // Tests start the engine many hundred times: with more memory it works a tenth less.
    GOGC: "400",
  };
}

/**
 * Ends the processes that have this in their environment. The engine puts its children into process groups of their
 * own, where they outlive it for minutes if it is killed. Only Linux lets one see another process's environment.
 */
async function endMarked(mark: string): Promise<void> {
  if (!existsSync("/proc/self/environ")) return;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    for (const pid of await marked(mark)) sendSignal(pid, signal);
    const areGone = async () => (await marked(mark)).length === 0;
    if (await waitFor("the command's processes to end", areGone, { seconds: 10 }).catch(() => false)) return;
  }
}

async function marked(mark: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  // Unreadable: another user's, or gone. A process that has ended, but is not waited for, has an empty one.
  const environ = (pid: number) => readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
  const isMarked = await Promise.all(pids.map(async (pid) => (await environ(pid)).split("\0").includes(mark)));
  return pids.filter((_, i) => isMarked[i]);
}
