import { mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { committedAddresses, writeStackConfigs } from "../engine/config";
import { providePlugins, pulumiHome } from "../engine/plugins";
import { okta, oktaUrl } from "./okta";
import type { Environment, Piece, StartContext } from "./piece";
import { portal, portalUrl } from "./portal";
import type { State } from "./state";

/** Pulumi's engine: its provider plugins, its state and the stacks' config. It runs only when somebody calls it. */
export const engine: Piece = {
  name: "Pulumi",
  daemons: () => [],
  isReady: (state) => state.remembered.plugins !== undefined,
  start,
  addresses: (state) => ({ plugins: state.remembered.plugins }),
  environment,
};

async function start({ state, programs, started, signal }: StartContext): Promise<string> {
  const set = await providePlugins(state, programs.pulumi, state.remembered.wantedPlugins, signal);
  mkdirSync(state.path("pulumi-state"), { recursive: true });
  await Promise.all([okta, portal].map(started));
  writeStackConfigs(state, { oktaUrl: oktaUrl(state), portalUrl: portalUrl(state) });
  return `Provider plugins: the ${set} ones`;
}

function environment(state: State): Environment {
  const committed = committedAddresses();
  const ownPortal = portalUrl(state) !== undefined && portalUrl(state) !== committed.portalUrl;
  const ownConfig = oktaUrl(state) !== committed.oktaUrl || ownPortal;
  return {
    PULUMI_HOME: pulumiHome(state),
    // The metadata beside a state's file is not written in one step: an engine that is killed just then leaves a stack that
    // no command can load.
    PULUMI_BACKEND_URL: `${pathToFileURL(state.path("pulumi-state")).href}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The engine takes a default for each of its flags from a variable of this form.
    PULUMI_OPTION_CONFIG_FILE: ownConfig ? state.path("Pulumi.local.yaml") : undefined,
  };
}
