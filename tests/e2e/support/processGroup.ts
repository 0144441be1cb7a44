import { execa } from "execa";
import { setTimeout as sleep } from "node:timers/promises";
import type { Checkout, Ended } from "./checkout";
import { environment } from "./sandbox";
import type { TestStack } from "./stack";

const LOOK_AGAIN_MS = 20;

export interface GroupOptions {
  /** Something that it says, by how the line begins: then the whole group is killed. */
  killAt?: string | undefined;
  /** What has to be so as well before it is killed. @default nothing */
  killWhen?: () => boolean;
  /** Told the lines that it says. */
  onSaid?: (lines: string[]) => void;
}

/**
 * Runs a command for people on a stack, in a process group of its own, which can be killed with the engine in it. In a copy
 * of the checkout, since the engine leaves the salt of a stack there whose config file is elsewhere.
 *
 * @returns no exit code of one that was killed
 */
export async function runInGroup(
  { folder: cwd }: Checkout,
  command: string,
  stack: TestStack,
  args: string[],
  { killAt, killWhen = () => true, onSaid = () => undefined }: GroupOptions = {},
): Promise<Ended> {
  const child = execa("node", ["-r", "./register.js", `ops/${command}.ts`, "--stack", stack.name, ...args], {
    cwd,
    env: environment({ PULUMI_OPTION_CONFIG_FILE: stack.configFile }),
    extendEnv: false,
    stdin: "ignore",
    detached: true,
    reject: false,
  });
  let stderr = "";
  let isKilled = false;
  const kill = async () => {
    isKilled = true;
    while (!killWhen() && child.exitCode === null) await sleep(LOOK_AGAIN_MS);
    if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL");
  };
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    onSaid(chunk.toString().split("\n"));
    if (killAt && !isKilled && stderr.split("\n").some((line) => line.startsWith(killAt))) void kill();
  });
  const { exitCode, stdout } = await child;
  return { exitCode, stdout, stderr };
}
