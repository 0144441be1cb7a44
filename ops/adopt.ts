import { InvalidArgumentError } from "commander";
import { adopt } from "./adopt/adopt";
import type { Adoption, AdoptOptions } from "./adopt/adoption";
import { runCommand, stackCommand, type StackOptions } from "./command";
import { plainText } from "./plainText";

const command = stackCommand("adopt", "put an app that was made by hand in Okta under a stack's management")
  .requiredOption("--app <id>", "the app's ID, which begins with 0oa", toAppId)
  .option("--server <name>", "an authorization server that was made for the portal, and goes with it")
  .option("--dry-run", "show what would come of it, and change nothing")
  .option("-y, --yes", "do not ask")
  .option("--keep-secret", "leave the app its client secret, instead of adding one that the stack makes")
  .action(async ({ stack, json, ...options }: StackOptions & AdoptOptions) => {
    const adoption = await adopt(stack, options, (text) => console.error(plainText(text)));
    console.log(json ? JSON.stringify(adoption, undefined, 2) : plainText(summary(adoption)));
  });

function toAppId(text: string): string {
  if (!/^0oa\w+$/.test(text))
    throw new InvalidArgumentError("an app's ID begins with 0oa: copy it from the app's address in Okta.");
  return text;
}

function summary({ stack, dryRun, next }: Adoption): string {
  if (dryRun) return `Nothing was changed. Without --dry-run, ${stack} has the app.`;
  return [`${stack} has the app. Next:`, ...next.map((line) => `  ${line}`)].join("\n");
}

if (require.main === module) void runCommand(command);
