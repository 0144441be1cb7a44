import { Command, CommanderError, Option } from "commander";
import { plainText } from "./plainText";

const COULD_NOT_TELL = 2;

/** What the frame itself understands; a command adds its own. */
export interface StackOptions {
  /** The stack's name, or its names where the command takes several. */
  stack: string;
  /** Whether the result is to be JSON on stdout. */
  json?: true;
}

/** What a person is to read, without a stack trace: what is wrong, with which value, and what to do. */
export class CommandError extends Error {
  /** @param exitCode 1 when the answer is no, 2 when the question could not be answered */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = COULD_NOT_TELL,
  ) {
    super(message);
  }
}

/**
 * A command about a stack, with `--stack NAME` and `--json`. Its action returns nothing: it writes the result to stdout,
 * everything else to stderr, and sets `process.exitCode` to 1 for a no.
 *
 * @param several `--stack` may be given more than once; its value is then a list
 */
export function stackCommand(name: string, description: string, { several = false } = {}): Command {
  const option = new Option(
    "--stack <name>",
    several ? "a Pulumi stack; may be given more than once" : "the Pulumi stack",
  );
  if (several) option.argParser((value, others: string[] = []) => [...others, value]);
  return new Command(name)
    .description(description)
    .option("--json", "print the result as JSON")
    .addHelpText("after", "\nExit codes: 0 yes; 1 no; 2 could not tell, or called wrongly.")
    .exitOverride()
    .addOption(option)
    .hook("preAction", (command) => {
      // Not one that commander requires: it would miss --stack before it sees that --stak was meant as that.
      if (!command.opts<Partial<StackOptions>>().stack) command.error("error: which stack? Name it by --stack NAME");
    });
}

/** Runs a command with this process's arguments, and says what stopped it. Sets the exit code; never rejects. */
export async function runCommand(command: Command): Promise<void> {
  try {
    await command.parseAsync();
  } catch (error) {
    // Commander has said itself what is wrong with the command line; help is no error.
    const isUsage = error instanceof CommanderError;
    process.exitCode = isUsage ? error.exitCode && COULD_NOT_TELL : exitCode(error);
    if (isUsage && error.exitCode === 0) return;
    const message = error instanceof Error ? error.message : String(error);
    if (command.opts<StackOptions>().json) console.log(JSON.stringify({ error: message }, undefined, 2));
    else if (!isUsage) console.error(plainText(`${command.name()}: ${message}`));
  }
}

function exitCode(error: unknown): 1 | 2 {
  return error instanceof CommandError ? error.exitCode : COULD_NOT_TELL;
}
