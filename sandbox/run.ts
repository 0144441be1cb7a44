import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "./env";
import { passThrough } from "./exec";
import { State } from "./state";
import { down, up } from "./up";

/**
 * Runs a command with a sandbox of its own, in a new temporary folder, and takes both away afterwards, whatever
 * happens. In the command's environment SANDBOX_STATE is the sandbox's state folder; a sandbox whose state folder it
 * puts beside that one is taken away as well.
 *
 * @returns the command's exit code
 */
export async function runInSandbox([file, ...args]: [string, ...string[]], signal: AbortSignal): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "backstage-okta-sso-"));
  try {
    const state = new State(join(folder, "sandbox"));
    await up(state, {}, signal);
    return await passThrough(file, args, { env: { ...environment(state), SANDBOX_STATE: state.folder }, signal });
  } finally {
    const states = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    await Promise.all(states.map(({ name }) => down(new State(join(folder, name)))));
    await rm(folder, { recursive: true, force: true });
  }
}
