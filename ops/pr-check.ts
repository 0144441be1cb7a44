import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { Option } from "commander";
import { runCommand, stackCommand } from "./command";
import { wrongPackages } from "./pr-check/installed";
import { markdown } from "./pr-check/markdown";
import type * as reporting from "./pr-check/report";
import { KINDS, type Kind } from "./signIn/kinds";

interface Options {
  stack: string[];
  json?: true;
  markdown?: string;
  allow: Kind[];
  check: boolean;
}

const kinds = Object.entries(KINDS).map(([kind, what]) => `  ${kind.padEnd(22)}${what}`);

const command = stackCommand("pr-check", "say what a pull request would change, and whether it may be merged", {
  several: true,
})
  .option("--markdown <file>", "write the summary into this file too")
  .addOption(
    new Option("--allow <kind...>", "let pass what disrupts sign-in: see below")
      .choices(Object.keys(KINDS))
      .default([], "nothing"),
  )
  .option("--no-check", "leave out `npm run check`, where something else runs it")
  .addHelpText("after", `\nWhat disrupts sign-in, and stops a pull request unless it is allowed:\n${kinds.join("\n")}`)
  .action(async (options: Options) => {
    const report = await makeReport(options);
    const text = markdown(report);
    if (options.markdown) writeFileSync(options.markdown, `${text}\n`);
    console.log(options.json ? JSON.stringify(report, undefined, 2) : text);
    process.exitCode = report.exitCode;
  });

async function makeReport({ stack: stacks, allow, check }: Options): Promise<reporting.Report> {
  const wrong = wrongPackages(resolve(__dirname, ".."));
  if (wrong) return { exitCode: wrong.exitCode, failure: wrong.message, stacks: [] };
  // Only now, since it loads packages that are worth checking first.
  const { makeReport } = createRequire(__filename)("./pr-check/report") as typeof reporting;
  return makeReport({ stacks, allow, check, onProgress: (text) => console.error(`pr-check: ${text}`) });
}

if (require.main === module) void runCommand(command);
