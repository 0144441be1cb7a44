import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { execa } from "execa";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { previewUpdate } from "../engine";
import type { Preview } from "../preview";
import { ConfigFolder, openIn } from "../rollback/config";
import type { Config } from "../rollback/history";
import { type Deployment, type Stack, stackName } from "../stack";
import type { Context } from "./adoption";
import { NAMESPACE } from "./config";
import { runImport } from "./imports";
import type { ExistingObject } from "./objects";
import type { Plan } from "./plan";

/**
 * Does the imports in a copy of the stack, in a folder of its own that is gone afterwards, and previews the update that
 * would come next. The stack itself stays as it is.
 *
 * @throws CommandError when the engine, the program or a provider refuses
 */
export async function rehearse(
  { stack, exported, interruption: { signal } }: Context,
  { config, imports, objects }: Plan,
): Promise<Preview> {
  const folder = mkdtempSync(join(tmpdir(), "backstage-okta-sso-adopt-"));
  try {
    const { copy, configFile } = await copyOf(stack, exported, folder, withOtherNames(config, objects));
    signal.throwIfAborted();
    await runImport(copy, configFile, imports);
    signal.throwIfAborted();
    return await previewUpdate(await openIn(stack.workspace.workDir, copy, configFile), { signal });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The program refuses an object that is not the stack's, which it becomes in the adoption itself. */
function withOtherNames(config: Config, objects: ExistingObject[]): Config {
  const others = objects.map(({ key }) => [NAMESPACE + key, { value: `rehearsal-${randomBytes(4).toString("hex")}` }]);
  return { ...config, ...(Object.fromEntries(others) as Config) };
}

type Copy = Pick<Stack, "name" | "workspace">;

async function copyOf(
  stack: Stack,
  exported: Deployment,
  folder: string,
  config: Config,
): Promise<{ copy: Copy; configFile: string }> {
  const { pulumiCommand, workDir } = stack.workspace;
  const state = join(folder, "state");
  mkdirSync(state);
  const envVars = {
    PULUMI_BACKEND_URL: `file://${state}`,
    // In this process alone, so that what a kill leaves behind tells nothing.
    PULUMI_CONFIG_PASSPHRASE: randomBytes(32).toString("base64url"),
    PULUMI_CONFIG_PASSPHRASE_FILE: "",
  };
  const workspace = await LocalWorkspace.create({ workDir, pulumiCommand, envVars });
  const { stack: name } = stackName(stack.name);
  const copy = { name, workspace };
  const own = new ConfigFolder(join(folder, "config"), copy, {});
  // It notes the encryption in the config file beside the project's, wherever the other commands are told to look.
  const options = { cwd: dirname(own.file), env: envVars };
  await execa("pulumi", ["stack", "init", name, "--no-select"], options);
  await copyState(exported, name, options);
  await own.write(config);
  return { copy, configFile: own.file };
}

/** Copies a stack's state, if it has one, into a stack that encrypts the secrets in it in its own way. */
async function copyState(
  from: Deployment,
  to: string,
  options: { cwd: string; env: Record<string, string> },
): Promise<void> {
  interface State {
    resources?: unknown[];
    secrets_providers?: unknown;
  }
  const state = from.deployment as State;
  if (!state.resources?.length) return;
  const { stdout } = await execa("pulumi", ["stack", "export", "--stack", to], options);
  const { secrets_providers } = (JSON.parse(stdout) as Deployment).deployment as State;
  const input = JSON.stringify({ ...from, deployment: { ...state, secrets_providers } });
  await execa("pulumi", ["stack", "import", "--stack", to], { ...options, input });
}
