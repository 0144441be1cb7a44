import { execa } from "execa";
import { CommandError } from "../command";
import { TYPES } from "../resourceTypes";
import { isSameStack, type Stack } from "../stack";

const AT_ONCE = 4;

/**
 * The other stack of this project, in the same backend, whose state has the app.
 *
 * @throws CommandError when one of them cannot be read, so that nobody knows
 */
export async function findHolder({ name, workspace }: Stack, appId: string): Promise<string | undefined> {
  const others = (await workspace.listStacks()).map((each) => each.name).filter((each) => !isSameStack(each, name));
  for (let start = 0; start < others.length; start += AT_ONCE) {
    const batch = others.slice(start, start + AT_ONCE);
    const have = await Promise.all(batch.map((other) => hasApp(workspace.workDir, other, appId)));
    const holder = batch.find((_, index) => have[index]);
    if (holder !== undefined) return holder;
  }
  return undefined;
}

async function hasApp(cwd: string, stack: string, appId: string): Promise<boolean> {
  // With its secrets encrypted, since another stack may have another passphrase.
  const { stdout, stderr, exitCode } = await execa("pulumi", ["stack", "export", "--stack", stack], {
    cwd,
    reject: false,
  });
  if (exitCode !== 0)
    throw new CommandError(`whether the stack ${stack} has the app could not be looked up: ${stderr.trim()}`);
  const { deployment } = JSON.parse(stdout) as { deployment: { resources?: { type: string; id?: string }[] } };
  return deployment.resources?.some(({ type, id }) => type === TYPES.app && id === appId) ?? false;
}
