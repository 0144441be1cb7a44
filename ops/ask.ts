import { createInterface } from "node:readline/promises";
import { CommandError } from "./command";

/**
 * Asks on the terminal.
 *
 * @returns the answer without spaces around it; nothing when the input ends
 */
export async function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // While it reads, Ctrl-C is a key to it and no signal.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const closed = new Promise<undefined>((resolve) => terminal.once("close", () => resolve(undefined)));
  try {
    return (await Promise.race([terminal.question(`${question} `, { signal }), closed]))?.trim();
  } finally {
    terminal.close();
  }
}

/** @throws CommandError when the answer is not yes, or nobody can be asked */
export async function confirm(question: string, signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY) throw new CommandError("nobody can be asked, since this is not a terminal: pass --yes");
  const answer = await ask(`\n${question}`, signal);
  if (!/^y(es)?$/i.test(answer ?? "")) throw new CommandError("nothing was changed", 1);
}
