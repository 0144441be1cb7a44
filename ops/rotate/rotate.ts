import { confirm } from "../ask";
import { CommandError } from "../command";
import { Interruption } from "../interruption";
import { preview, type StepEventMetadata } from "../preview";
import { environmentSecrets, redacted } from "../redact";
import { type OpenedStack, openStack, type Stack } from "../stack";
import { stateIn } from "../state";
import type { Report } from "../verify/report";
import { makePlan, type RotateOptions } from "./plan";
import { Rotation } from "./rotation";
import { readSituation } from "./situation";
import { planLines } from "./text";

export interface Options extends RotateOptions {
  /** Change nothing. */
  dryRun?: true;
  /** Do not ask. */
  yes?: true;
}

export interface RotateResult {
  stack: string;
  dryRun: boolean;
  /** The versions that the stack has afterwards, of what is rotated. */
  clientSecretVersion?: number;
  sessionSecretVersion?: number;
  /** Whether sign-in works after it. */
  verified?: Report;
}

/**
 * Changes a stack's secrets while people go on working. What is left to do is told by what is there, so that a run which
 * was killed is gone on with by the next.
 *
 * @param say tells the person who waits
 * @throws CommandError when that cannot or must not be
 */
export async function rotate(name: string, options: Options, say: (text: string) => void): Promise<RotateResult> {
  const interruption = new Interruption();
  // What is read on the way is added.
  const secrets = environmentSecrets();
  try {
    const opened = await openStack(name);
    return redacted(await run(opened, options, interruption, (text) => say(redacted(text, secrets)), secrets), secrets);
  } catch (error) {
    if (interruption.signal.aborted) {
      throw new CommandError(`${(interruption.signal.reason as Error).message}: run this again, it goes on from there`);
    }
    const { message } = error as Error;
    throw new CommandError(redacted(message, secrets), error instanceof CommandError ? error.exitCode : undefined);
  }
}

async function run(
  { stack, exported }: OpenedStack,
  { dryRun, yes, ...options }: Options,
  { signal, engineSignal }: Interruption,
  say: (text: string) => void,
  secrets: string[],
): Promise<RotateResult> {
  const [situation, steps] = await Promise.all([readSituation(stack, stateIn(exported)), previewSteps(stack)]);
  secrets.push(...situation.values);
  const plan = makePlan(situation, steps, options);
  say(planLines(stack.name, plan, options).join("\n"));
  const result = {
    stack: stack.name,
    dryRun: dryRun === true,
    clientSecretVersion: plan.client?.version,
    sessionSecretVersion: plan.session?.versions.at(-1),
  };
  if (dryRun) return result;
  if (!yes) await confirm("Rotate (yes or no)?", signal);
  const { now } = options;
  const onSecret = (value: string) => void secrets.push(value);
  const rotation = new Rotation({ stack, plan, situation, now, signal, engineSignal, say, onSecret });
  return { ...result, verified: await rotation.carryOut() };
}

async function previewSteps(stack: Stack): Promise<StepEventMetadata[]> {
  const { steps, failure } = await preview(stack, {});
  if (failure) throw new CommandError(`nothing was changed, the preview failed:\n${failure.message}`, 1);
  return steps;
}
