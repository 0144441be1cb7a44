import { confirm } from "../ask";
import { CommandError } from "../command";
import { Interruption } from "../interruption";
import { connect } from "../okta/connect";
import { environmentSecrets, redacted, secretsIn } from "../redact";
import { openStack } from "../stack";
import { stateIn } from "../state";
import type { Adoption, AdoptOptions, Context } from "./adoption";
import { foresee } from "./foresight";
import { planOf } from "./plan";
import { rehearse } from "./rehearsal";
import { survey } from "./survey";
import { takeOver } from "./takeOver";
import { describe, nextSteps } from "./text";

/**
 * Puts an app that was made by hand, and what belongs to it, under the management of a stack.
 *
 * @param say tells the person who waits
 * @throws CommandError when that cannot or must not be
 */
export async function adopt(name: string, options: AdoptOptions, say: (text: string) => void): Promise<Adoption> {
  const interruption = new Interruption();
  const { stack, exported } = await openStack(name);
  const config = await stack.getAllConfig();
  const okta = connect(config);
  if (!okta)
    throw new CommandError("there are no credentials for Okta: set OKTA_ORG_NAME and the others, as for pulumi up");
  const secrets = [...environmentSecrets(), ...secretsIn(config)];
  const hide = <T>(value: T) => redacted(value, secrets);
  try {
    const context = { ...options, stack, exported, config, okta, interruption, say: (text: string) => say(hide(text)) };
    return hide(await run(context, (values) => secrets.push(...values)));
  } catch (error) {
    if (interruption.signal.aborted) {
      throw new CommandError(`${(interruption.signal.reason as Error).message}: nothing was changed`);
    }
    throw new CommandError(hide((error as Error).message), error instanceof CommandError ? error.exitCode : undefined);
  }
}

async function run(context: Context, onSecrets: (values: string[]) => void): Promise<Adoption> {
  const { stack, exported, okta, say, interruption, dryRun = false } = context;
  const state = stateIn(exported);
  const found = await survey(context, state);
  onSecrets(found.secrets.map(({ client_secret }) => client_secret));
  const plan = planOf(context, found, state);
  say(`Rehearsing it in a copy of ${stack.name}, which takes some seconds and changes nothing.`);
  const preview = await rehearse(context, plan);
  const { app, clientId, server } = found;
  const adoption: Adoption = {
    stack: stack.name,
    app: { id: app.id, label: app.label, clientId },
    ...(server && { server: { id: server.id, name: server.name } }),
    dryRun,
    ...(await foresee(okta, found, plan, preview)),
    next: nextSteps(stack.name, plan),
  };
  say(describe(adoption));
  if (dryRun) return adoption;
  if (!context.yes) await confirm(`Put it under the management of ${stack.name} (yes or no)?`, interruption.signal);
  await takeOver(context, plan);
  return adoption;
}
