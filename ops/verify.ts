import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { CommandError, runCommand, stackCommand, type StackOptions } from "./command";
import { openStack } from "./stack";
import { describe } from "./verify/report";
import { verify } from "./verify/verify";

const command = stackCommand("verify", "check that sign-in works as the stack has set it up; changes nothing")
  .option("--token-file <file>", "check the ID token in this file too (- for stdin); it is never printed")
  .action(async ({ stack: name, json, tokenFile }: StackOptions & { tokenFile?: string }) => {
    const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
    const { stack, exported } = await openStack(name);
    const report = await verify(stack, { token, exported });
    console.log(json ? JSON.stringify(report, undefined, 2) : describe(report));
    process.exitCode = { ok: 0, failed: 1, unknown: 2 }[report.verdict];
  });

async function readToken(file: string): Promise<string> {
  try {
    const content = file === "-" ? await text(process.stdin) : readFileSync(file, "utf8");
    return content.trim();
  } catch (error) {
    throw new CommandError(`--token-file: ${(error as Error).message}`);
  }
}

void runCommand(command);
