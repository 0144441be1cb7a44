import { InvalidArgumentError } from "commander";
import { runCommand, stackCommand, type StackOptions } from "./command";
import { rollBack, type RollbackOptions, type RollbackResult } from "./rollback/rollBack";
import { counts } from "./rollback/text";

type Options = StackOptions & RollbackOptions;

const command = stackCommand("rollback", "take a stack back to an update of its history that worked")
  .option("--to <version>", "the update to go back to (default: the last good one that differs from now)", toVersion)
  .option("--dry-run", "show what it would do, and change nothing")
  .option("-y, --yes", "do not ask")
  .option("--end-sessions", "change the portal's session secret too")
  .option("--allow-replace-app", "go back even if that deletes or replaces the OIDC app in Okta")
  .action(async ({ stack, json, ...options }: Options) => {
    const result = await rollBack(stack, options, (text) => console.error(text));
    console.log(json ? JSON.stringify(result, undefined, 2) : summary(result));
  });

function toVersion(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("a version is a number, such as 12.");
  return Number(text);
}

function summary({ stack, to, commit, dryRun, changes, advice }: RollbackResult): string {
  const program = `version ${to} (commit ${commit.slice(0, 7)})`;
  if (dryRun) return `Nothing was changed. ${stack} can go back to ${program}: ${counts(changes)}.`;
  return [`${stack} is back at ${program}: ${counts(changes)}.`, ...advice].join("\n");
}

if (require.main === module) void runCommand(command);
