import { resolve } from "node:path";
import { LocalWorkspace, Stack, StackNotFoundError } from "@pulumi/pulumi/automation";
import { CommandError } from "./command";

export type { Stack };

const CHECKOUT = resolve(__dirname, "..");

/**
 * Opens a stack of this checkout, in the backend and with the variables that plain `pulumi` would use here. Which stack
 * is selected does not change.
 *
 * @throws CommandError when there is no such stack, no backend is logged in to, or there is no `pulumi`
 */
export async function openStack(name: string): Promise<Stack> {
  const workspace = await LocalWorkspace.create({ workDir: CHECKOUT }).catch((error: Error) => {
    const isMissing = error.message.includes("ENOENT");
    throw new CommandError(isMissing ? "there is no pulumi on PATH: install it" : `pulumi: ${error.message}`);
  });
  // To open a stack the Automation API selects it, and the user's next `pulumi up` would act on that one. To read its
  // state tells as well whether it is there.
  workspace.selectStack = async () => void (await workspace.exportStack(name));
  try {
    return await Stack.select(name, workspace);
  } catch (error) {
    if (error instanceof StackNotFoundError) throw new CommandError(await notFound(name, workspace));
    throw new CommandError(`stack ${name} could not be opened: ${engineError(error)}`);
  }
}

/** What the engine itself said when a command of it failed, without the command's whole output. */
export function engineError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // The Automation API repeats the engine's output.
  const lines = new Set([...text.matchAll(/^\s*(?:stderr: )?error: (.*)$/gm)].map(([, line]) => line));
  return [...lines].join("\n") || text.trim();
}

async function notFound(name: string, workspace: LocalWorkspace): Promise<string> {
  const names = (await workspace.listStacks()).map((stack) => stack.name);
  const others = names.length ? `there are ${names.join(", ")}` : "there are none";
  const backend = (await workspace.whoAmI()).url ?? "the backend";
  return `no stack named ${name} in ${backend}: ${others}`;
}
