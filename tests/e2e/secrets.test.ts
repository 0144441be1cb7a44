import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TestStack } from "./support/stack";

jest.setTimeout(300_000);

it("shows no secret in the state file, the outputs, a preview, or verbose logs", async () => {
  const stack = await TestStack.make();
  try {
    // At 9 the engine itself logs every property of every resource; its help calls anything above 3 very verbose.
    const verbose = ["--verbose", "8", "--logtostderr", "--logflow"];
    const logs: string[] = [];
    const log = async (args: string[]) => {
      const { stdout, stderr } = await stack.pulumi(args);
      logs.push(stdout, stderr);
    };
    await log(["up", "--yes", "--skip-preview", ...verbose]);
    stack.configure({ portalUrl: "https://moved.acme.example" });
    await log(["preview", "--diff", ...verbose]);
    await log(["up", "--yes", "--skip-preview", ...verbose]);
    await log(["refresh", "--yes", "--skip-preview", ...verbose]);
    await log(["stack", "output", "--json"]);
    logs.push(...stateFiles());

    const { OKTA_CLIENT_SECRET = "", AUTH_SESSION_SECRET = "" } = await stack.variables();
    for (const secret of [OKTA_CLIENT_SECRET, AUTH_SESSION_SECRET, process.env.OKTA_API_TOKEN ?? ""]) {
      expect(secret.length).toBeGreaterThan(20);
      for (const text of [secret, Buffer.from(secret).toString("base64")]) {
        const line = logs.flatMap((log) => log.split("\n")).find((line) => line.includes(text));
        expect(line?.replace(text, "<secret>").slice(0, 400)).toBeUndefined();
      }
    }
  } finally {
    await stack.dispose();
  }
});

/** Every file of the state backend, backups and history included. */
function stateFiles(): string[] {
  const folder = new URL(process.env.PULUMI_BACKEND_URL ?? "").pathname;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}
