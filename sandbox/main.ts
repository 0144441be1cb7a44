import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { constants } from "node:os";
import { demo } from "./demo";
import { environment, shellExports } from "./env";
import { binFolder } from "./programs/find";
import { PUBLISHERS } from "./programs/release";
import { runInSandbox, type RunOptions } from "./run";
import { State } from "./pieces/state";
import { describe, status } from "./status";
import { down, up, type UpOptions } from "./up";

const NO = 1;
const COULD_NOT_TELL = 2;

interface StateOption {
  state?: string;
}

/** What a signal aborts a command with. */
class Interrupted extends Error {
  constructor(readonly signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
  }
}

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => interruption.abort(new Interrupted(signal)));

const sandbox = new Command("sandbox")
  .description("The whole stack on this machine: Pulumi's engine, a Kubernetes cluster, a local Okta and a portal.")
  .addHelpText("after", mirrorsHelp())
  .addHelpText("after", "\nExit codes: 0 done, or yes; 1 failed, or no; 2 could not tell, or called wrongly.")
  .exitOverride();

command("up", "bring the sandbox up, or what is missing of it")
  .addOption(pluginsOption())
  .addOption(kubeconfigOption())
  .option("--no-portal", "leave out the portal")
  .option("--json", "print the status as JSON")
  .action(async ({ state: folder, json, ...options }: StateOption & UpOptions & { json?: true }) => {
    const state = new State(folder);
    await up(state, options, interruption.signal);
    printStatus(state, json);
  });

command("down", "end every process of the sandbox; its data stay").action(async (options: StateOption) => {
  const ended = await down(new State(options.state));
  console.log(ended.length ? `Ended ${ended.join(", ")}.` : "Nothing was running.");
});

command("status", "say whether the sandbox is up, and where; exits 1 if it is not")
  .option("--json", "print it as JSON")
  .action((options: StateOption & { json?: true }) => {
    if (!printStatus(new State(options.state), options.json)) process.exitCode = NO;
  });

command("env", 'print what lets pulumi, kubectl and curl work here: eval "$(npm run -s sandbox -- env)"')
  .option("--oauth2", "use a private key with Okta (OAuth 2.0) instead of an API token")
  .action((options: StateOption & { oauth2?: true }) => {
    const state = new State(options.state);
    if (!status(state).up) {
      const folder = options.state ? ` --state ${options.state}` : "";
      throw new CommanderError(COULD_NOT_TELL, "", `not up: npm run sandbox -- up${folder}`);
    }
    console.log(shellExports(environment(state, options), binFolder(state)));
  });

command("demo", "bring up the sandbox and the stack `local` in it, and show what it made")
  .addOption(pluginsOption())
  .addOption(kubeconfigOption())
  .action(async ({ state, ...options }: StateOption & UpOptions) => {
    process.exitCode = await demo(new State(state), options, interruption.signal);
  });

sandbox
  .command("run")
  .description("run a command with a sandbox of its own, and take that down again; exits as the command does")
  .option("--copies <number>", "how many sandboxes; SANDBOX_COPIES has the environment of each", copiesArgument)
  .argument("<command...>", "after --, with its arguments")
  .action(async (commandLine: [string, ...string[]], options: RunOptions) => {
    process.exitCode = await runInSandbox(commandLine, options, interruption.signal);
  });

void main();

async function main(): Promise<void> {
  try {
    await sandbox.parseAsync();
  } catch (error) {
    process.exitCode = exitCode(error);
  }
}

function exitCode(error: unknown): number {
  if (error instanceof Interrupted) {
    console.error(error.message);
    return 128 + constants.signals[error.signal];
  }
  if (error instanceof CommanderError) {
    // Commander has said itself what is wrong with the command line.
    if (error.code === "") console.error(`sandbox: ${error.message}`);
    return error.exitCode && COULD_NOT_TELL;
  }
  console.error(`sandbox: ${error instanceof Error ? error.message : String(error)}`);
  return NO;
}

function command(name: string, description: string): Command {
  return sandbox
    .command(name)
    .description(description)
    .option("--state <folder>", "where the sandbox keeps everything (default: .sandbox in the checkout)");
}

function mirrorsHelp(): string {
  const variables = PUBLISHERS.map(({ variable, name, address }) => `  ${variable.padEnd(28)}${name}: ${address}`);
  return `
Environment: where released programs are fetched, for a mirror with the same paths. What cannot be fetched is built from
source, which takes Go; HTTPS_PROXY and NO_PROXY hold.
${variables.join("\n")}`;
}

function pluginsOption(): Option {
  const description = "provider plugins (default: genuine if they are installed or can be downloaded, else local)";
  return new Option("--plugins <set>", description).choices(["genuine", "local"]);
}

function kubeconfigOption(): Option {
  return new Option("--kubeconfig <file>", "use the cluster of this kubeconfig instead of a control plane of its own");
}

function copiesArgument(value: string): number {
  if (!/^[1-9]$/.test(value)) throw new InvalidArgumentError("It must be a number from 1 to 9.");
  return Number(value);
}

function printStatus(state: State, json?: true): boolean {
  const now = status(state);
  console.log(json ? JSON.stringify(now, undefined, 2) : describe(now));
  return now.up;
}
