import { resolve } from "node:path";
import { type Deployment, LocalWorkspace, Stack, StackNotFoundError } from "@pulumi/pulumi/automation";
import { CommandError } from "./command";

export type { Deployment, Stack };

const CHECKOUT = resolve(__dirname, "..");

/** A stack, and its state as it was when the stack was opened, secrets included: none of it is shown. */
export interface OpenedStack {
  stack: Stack;
  exported: Deployment;
}

/**
 * Opens a stack of this checkout, in the backend and with the variables that plain `pulumi` would use here. Which stack
 * is selected does not change.
 *
 * @param name in any form that Pulumi prints: `dev`, `acme/dev` or `acme/backstage-okta-sso/dev`
 * @throws CommandError when there is no such stack, no backend is logged in to, or there is no `pulumi`
 */
export async function openStack(name: string): Promise<OpenedStack> {
  const { project } = stackName(name);
  const workspace = await LocalWorkspace.create({ workDir: CHECKOUT }).catch((error: Error) => {
    const isMissing = error.message.includes("ENOENT");
    throw new CommandError(isMissing ? "there is no pulumi on PATH: install it" : `pulumi: ${error.message}`);
  });
  const own = (await workspace.projectSettings()).name;
  if (project !== undefined && project !== own) {
    throw new CommandError(`--stack ${name} is a stack of the project ${project}: this checkout is ${own}`);
  }
  // To open a stack the Automation API selects it, and the user's next `pulumi up` would act on that one. To read its
  // state tells as well whether it is there.
  workspace.selectStack = () => Promise.resolve();
  try {
    const exported = await workspace.exportStack(name);
    return { stack: withoutSummary(await Stack.select(name, workspace)), exported };
  } catch (error) {
    if (error instanceof StackNotFoundError) throw new CommandError(await notFound(name, workspace));
    throw new CommandError(`stack ${name} could not be opened: ${engineError(error)}`);
  }
}

/**
 * After an update the Automation API starts the engine three times more, for its outputs and its entry in the history:
 * the engine's events tell what is asked for here.
 */
export function withoutSummary(stack: Stack): Stack {
  stack.outputs = () => Promise.resolve({});
  stack.info = () => Promise.resolve(undefined);
  return stack;
}

/** The parts of a stack's name. Which of the first two are there depends on who printed it. */
export interface StackName {
  organization?: string;
  project?: string;
  /** The last part, by which the stack's config file is called too. */
  stack: string;
}

/** @throws CommandError when it is none */
export function stackName(text: string): StackName {
  const parts = text.split("/");
  const [organization, project] = parts.slice(0, -1);
  if (parts.length > 3 || parts.includes("")) {
    throw new CommandError(
      `--stack "${text}" is not the name of a stack: use NAME, ORGANIZATION/NAME or ORGANIZATION/PROJECT/NAME`,
    );
  }
  return { organization, project, stack: parts.at(-1)! };
}

/** Whether two names, each in whatever form, are of one stack of this checkout's project, as far as they tell. */
export function isSameStack(a: string, b: string): boolean {
  const [one, other] = [stackName(a), stackName(b)];
  const organizations = new Set([one.organization, other.organization].filter((each) => each !== undefined));
  return one.stack === other.stack && organizations.size < 2;
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
