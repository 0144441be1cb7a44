import { runCommand, stackCommand, type StackOptions } from "./command";
import { plainText } from "./plainText";
import { type Options, rotate, type RotateResult } from "./rotate/rotate";
import { describe } from "./verify/report";

const command = stackCommand("rotate", "change a stack's secrets while people go on working")
  .option("--client-secret", "only the client secret, which Okta and the portal share (default: both)")
  .option("--session-secret", "only the session secret, by which the portal seals sessions (default: both)")
  .option("--end-sessions", "have everybody sign in anew")
  .option(
    "--now",
    "after a leak: deactivate the former client secret before the portal has the new one, and end all sessions",
  )
  .option("--dry-run", "show what it would do, and change nothing")
  .option("-y, --yes", "do not ask")
  .action(async ({ stack, json, ...options }: StackOptions & Options) => {
    const result = await rotate(stack, options, (text) => console.error(plainText(text)));
    console.log(json ? JSON.stringify(result, undefined, 2) : plainText(summary(result)));
  })
  .addHelpText("after", "A run that was interrupted is gone on with by the next one.");

function summary({
  stack,
  dryRun,
  clientSecretVersion: client,
  sessionSecretVersion: session,
  verified,
}: RotateResult) {
  if (!verified) return dryRun ? "Nothing was changed." : "";
  const versions = [client && `clientSecretVersion ${client}`, session && `sessionSecretVersion ${session}`]
    .filter(Boolean)
    .join(" and ");
  const done = `The secrets of ${stack} are rotated. Commit its file${versions && `, which has ${versions}`}.`;
  return `${describe(verified)}\n\n${done}`;
}

if (require.main === module) void runCommand(command);
