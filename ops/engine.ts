import { ConcurrentUpdateError, type EngineEvent, type OpMap, type Stack } from "@pulumi/pulumi/automation";
import { hostname } from "node:os";
import { CommandError } from "./command";
import { preview, type Preview, type PreviewOptions, readEvents, resourceName } from "./preview";
import { engineError } from "./stack";
import { isAlive } from "./rollback/folder";
import { watchRollout } from "./watchRollout";

/** Who holds the lock of a stack in a bucket or folder, as the engine says it. */
const HOLDER = /created by \S+@(\S+) \(pid (\d+)\) at (\S+)/;

/** What the history says of who ran an update of a rotation, which makes other secrets and changes nothing else. */
export const ROTATION_AGENT = "rotate";

/** For a command of which a lock that a process left behind is its own, however old it is. */
export const EVER = new Date(0);

export type RunOptions = Pick<PreviewOptions, "refresh" | "replace" | "target" | "signal">;

/**
 * Says what an update of the stack would do.
 *
 * @throws CommandError when the program or a provider refuses
 */
export async function previewUpdate(stack: Stack, options: RunOptions): Promise<Preview> {
  const result = await preview(stack, options);
  if (!result.failure) return result;
  throw new CommandError(`nothing was changed, the preview failed:\n${result.failure.message}`, 1);
}

export interface UpdateOptions extends RunOptions {
  /** The command that does it, such as `rollback`. */
  command: string;
  message: string;
  /** What the history will say of who ran it. */
  userAgent: string;
  /** Since when a command that was killed has had the stack: a lock since then, of a process that is gone, was its own. */
  killedSince?: Date;
  onProgress: (line: string) => void;
}

/**
 * Updates the stack, without a preview.
 *
 * @throws CommandError when another update has the stack, or this one fails
 */
export async function update(stack: Stack, options: UpdateOptions): Promise<OpMap> {
  const { command, message, signal, userAgent, refresh, replace, target, onProgress } = options;
  const events: EngineEvent[] = [];
  const ended = new AbortController();
  const onEvent = (event: EngineEvent) => {
    events.push(event);
    for (const step of readEvents([event]).steps) {
      onProgress(`${step.op} ${resourceName(step.urn)}`);
      void watchRollout(stack, step, ended.signal, onProgress);
    }
  };
  const work = async () => {
    // An update with a refresh in it would keep what was being created, as interrupted, for ever.
    if (refresh) {
      await stack.refresh({
        clearPendingCreates: true,
        message: `refresh before a ${message}`,
        signal,
        color: "never",
      });
    }
    await stack.up({ message, signal, userAgent, replace, target, color: "never", onEvent });
    return readEvents(events).changes;
  };
  try {
    return await pastLock(stack, options, work);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(
      `the ${command} failed half-way:\n${reason(events, error)}\nRun it again once that is put right.`,
      1,
    );
  } finally {
    ended.abort();
  }
}

/**
 * Does work that changes the stack, once more where a command that was killed has left its lock behind.
 *
 * @throws CommandError when another update has the stack
 */
export async function pastLock<T>(
  stack: Stack,
  { command, killedSince, onProgress }: Pick<UpdateOptions, "command" | "killedSince" | "onProgress">,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConcurrentUpdateError)) throw error;
    if (!killedSince || !isLeftBehind(error, killedSince)) throw new CommandError(inUse(stack.name, error), 1);
    onProgress(`taking away the lock of the ${command} that was killed`);
    await stack.cancel();
    return pastLock(stack, { command, onProgress }, work);
  }
}

const reason = (events: EngineEvent[], error: unknown) => {
  const message = engineError(error);
  return readEvents(events, message).failure?.message ?? message;
};

function isLeftBehind({ message }: ConcurrentUpdateError, since: Date): boolean {
  const [, host, pid, time = ""] = HOLDER.exec(message) ?? [];
  // The lock tells whole seconds.
  return host === hostname() && !isAlive(Number(pid)) && new Date(time).getTime() + 1000 > since.getTime();
}

function inUse(stack: string, { message }: ConcurrentUpdateError): string {
  const holder = HOLDER.exec(message)?.[0];
  return (
    `another update of ${stack} is in progress${holder ? ` (${holder})` : ""}: nothing was changed. Wait for it to end; ` +
    `if it was killed, run \`pulumi cancel --stack ${stack}\`. Then run this again`
  );
}
