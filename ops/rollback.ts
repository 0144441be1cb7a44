import { InvalidArgumentError } from "commander";
import { runCommand, stackCommand, type StackOptions } from "./command";
import { plainText } from "./plainText";
import { rollBack, type RollbackOptions, type RollbackResult } from "./rollback/rollBack";
import { describe } from "./verify/report";
import { counts } from "./rollback/text";

type Options = StackOptions & RollbackOptions;

const command = stackCommand("rollback", "take a stack back to an update of its history that worked")
  .option("--to <version>", "the update to go back to (default: the last good one that differs from now)", toVersion)
  .option("--dry-run", "show what it would do, and change nothing")
  .option("-y, --yes", "do not ask")
  .option("--end-sessions", "change the portal's session secret too, so that everybody signs in anew")
  .option("--allow-replace-app", "go back even if that deletes or replaces the OIDC app in Okta")
  .action(async ({ stack, json, ...options }: Options) => {
    const result = await rollBack(stack, options, (text) => console.error(plainText(text)));
    console.log(json ? JSON.stringify(result, undefined, 2) : plainText(summary(result)));
    process.exitCode = { ok: 0, failed: 1, unknown: 2 }[result.verified?.verdict ?? "ok"];
  })
  .addHelpText("after", "After a rollback the exit code is that of `verify`.");

function toVersion(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("a version is a number, such as 12.");
  return Number(text);
}

function summary({ stack, to, commit, changes, advice, verified }: RollbackResult): string {
  const program = `version ${to} (commit ${commit.slice(0, 7)})`;
  if (!verified) return `Nothing was changed. ${stack} can go back to ${program}: ${counts(changes)}.`;
  const done = `${stack} is back at ${program}: ${counts(changes)}.`;
  return [done, describe(verified), advice.join("\n")].filter(Boolean).join("\n\n");
}

if (require.main === module) void runCommand(command);
