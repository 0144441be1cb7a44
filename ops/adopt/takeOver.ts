import { execa } from "execa";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { versionedName } from "../../components/secretVersions";
import { CommandError } from "../command";
import { EVER, update } from "../engine";
import { ClientSecrets } from "../okta/secrets";
import { resourceName } from "../preview";
import { TYPES } from "../resourceTypes";
import type { Config } from "../rollback/history";
import type { Stack } from "../stack";
import { readState, revealed, type State, stateIn } from "../state";
import type { Context } from "./adoption";
import { stackFile } from "./config";
import { APP, COMPONENT_NAME, type Imports, runImport } from "./imports";
import { claim, disclaim, type ExistingObject } from "./objects";
import type { Plan } from "./plan";

/** How the steps done so far are taken back, the last one first. */
type Undo = () => Promise<void>;

/** What is done, in words, and how; it gives nothing where there is nothing to take back. */
type Step = [what: string, act: () => Promise<Undo | undefined>];

/**
 * Puts the app under the stack's management. What is done already is left out, so that one that was killed goes on.
 * Where a step fails, those before it are taken back.
 *
 * @throws CommandError
 */
export async function takeOver(context: Context, plan: Plan): Promise<void> {
  const { stack, config, interruption, say } = context;
  const undo: Undo[] = [];
  const steps: Step[] = [
    ["Writing the stack's file.", () => writeSettings(stack, plan.settings)],
    ["Importing into the stack's state.", () => importInto(stack, plan.imports)],
    // Before the program runs, which refuses what is not the stack's.
    ...plan.objects.map((object): Step => [
      `Marking ${object.kind} ${object.namespace}/${object.name} as the stack's.`,
      () => mark(config, object, plan.clientId),
    ]),
    ...(plan.secretVersion === undefined ? [] : [secretStep(context, plan, plan.secretVersion)]),
  ];
  try {
    for (const [what, step] of steps) {
      interruption.signal.throwIfAborted();
      say(what);
      const back = await step();
      if (back) undo.unshift(back);
    }
  } catch (error) {
    say("Taking back what was done.");
    for (const back of undo) await back().catch((reason: Error) => say(`Not all of it: ${reason.message}`));
    throw error;
  }
}

const secretStep = (context: Context, plan: Plan, version: number): Step => [
  "Adding the stack's own client secret in Okta, beside the one from before.",
  () => addSecret(context, plan, version),
];

async function writeSettings(stack: Stack, settings: Plan["settings"]): Promise<Undo> {
  const file = stackFile(stack);
  const before = existsSync(file) ? readFileSync(file) : "";
  const undo = () => Promise.resolve(writeFileSync(file, before));
  try {
    await stack.setAllConfig(Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, { value }])));
  } catch (error) {
    await undo();
    throw error;
  }
  return undo;
}

async function importInto(stack: Stack, imports: Imports): Promise<Undo> {
  // With its secrets encrypted.
  const { stdout: before } = await pulumi(stack, ["stack", "export"]);
  const undo = async () => void (await pulumi(stack, ["stack", "import"], before));
  try {
    await runImport(stack, stackFile(stack), imports);
  } catch (error) {
    await undo();
    throw error;
  }
  return undo;
}

/**
 * Has the stack make its client secret, and tells it to Okta before anything uses it: the update of the app that follows
 * then names a secret that is active, beside which the one from before stays.
 */
async function addSecret(
  { stack, exported, okta, interruption }: Context,
  { appId, urnPrefix }: Plan,
  version: number,
): Promise<Undo | undefined> {
  const name = versionedName(COMPONENT_NAME, version);
  const urn = `${urnPrefix}${TYPES.component}$${APP}$${TYPES.password}::${name}`;
  const before = secretIn(stateIn(exported), urn);
  if (before === undefined) {
    await update(stack, {
      command: "adoption",
      message: `adoption of the app ${appId}: ${resourceName(urn)}`,
      userAgent: "adopt",
      killedSince: EVER,
      target: [urn],
      signal: interruption.engineSignal,
      onProgress: () => undefined,
    });
  }
  const value = before ?? secretIn(await readState(stack), urn);
  if (value === undefined) throw new CommandError("the stack has made no client secret", 1);
  const secrets = new ClientSecrets(okta, appId);
  if ((await secrets.list()).some(({ client_secret }) => client_secret === value)) return undefined;
  const added = await secrets.add(value);
  return async () => {
    await secrets.deactivate(added);
    await secrets.remove(added);
  };
}

const secretIn = ({ resources }: State, urn: string) =>
  revealed(resources.find((each) => each.urn === urn)?.outputs?.result) as string | undefined;

async function mark(config: Config, object: ExistingObject, clientId: string): Promise<Undo> {
  await claim(config, object, clientId);
  return () => disclaim(config, object, clientId);
}

/** Runs a command of the engine's on the stack. */
function pulumi({ name, workspace }: Stack, args: string[], input?: string) {
  return execa("pulumi", [...args, "--stack", name, "--non-interactive"], { cwd: workspace.workDir, input });
}
