import { Command } from "commander";
import { portArgument } from "../processes/port";
import { startServer } from "./server";

const command = new Command("okta")
  .description("A local Okta: sign-in, and the management API that sets what sign-in enforces.")
  .requiredOption("--port <number>", "port on 127.0.0.1; 0 takes a free one", portArgument)
  .option("--socket <path>", "Unix socket to serve on as well")
  .option("--state <folder>", "keeps the org's data and credentials.json; made when it is missing", ".okta")
  .option("--org-url <url>", "address that clients behind a proxy believe to talk to", "https://sandbox.okta.localhost")
  .parse();

main().catch((error: Error) => command.error(`The local Okta cannot start: ${error.message}`));

async function main(): Promise<void> {
  const options = command.opts<{ port: number; socket?: string; state: string; orgUrl: string }>();
  const { port, socket, state: stateDir, orgUrl } = options;
  const okta = await startServer({ port, socket, stateDir, orgUrl });
  console.log(`local Okta at ${okta.url}`);
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => void okta.stop().then(() => process.exit(0)));
}
