import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { Daemons } from "./daemon";
import { committedOktaUrl, writeStackConfigs } from "./engine/config";
import { providePlugins } from "./engine/plugins";
import { oktaUrl } from "./env";
import { CONTROL_PLANE, kubeconfigFile, startControlPlane } from "./kubernetes/controlPlane";
import { applyPortals } from "./kubernetes/kubectl";
import { NODE, removeNode, startContainerd, startKubelet } from "./kubernetes/node";
import { withLock } from "./lock";
import { freePort } from "./port";
import { findPrograms, type Programs } from "./programs";
import { perform, type Step } from "./progress";
import { CHECKOUT, State, type PluginSet } from "./state";

/** What a person can choose about a sandbox; it holds until `down`. */
export interface UpOptions {
  /** @default genuine, where they are installed or can be downloaded, else local */
  plugins?: PluginSet;
  /** File of an existing cluster to use. @default a control plane of the sandbox's own */
  kubeconfig?: string;
}

/**
 * Brings the sandbox up, as far as it is not: finds or builds the programs, starts Okta and Kubernetes, and prepares
 * the engine. If that fails or is interrupted, what it has started is ended again.
 */
export async function up(state: State, options: UpOptions, signal: AbortSignal): Promise<void> {
  await alone(state, () => bringUp(state, options, signal), signal);
}

/**
 * Ends every process of the sandbox. Its data stay; what was chosen for it is forgotten.
 *
 * @returns the names of those that were running
 */
export async function down(state: State): Promise<string[]> {
  if (!existsSync(state.folder)) return [];
  return alone(state, async () => {
    const daemons = new Daemons(state);
    const running = daemons.names.filter((name) => daemons.isRunning(name));
    await daemons.stopAll();
    await removeNode(state);
    state.remember({ kubeconfig: undefined, wantedPlugins: undefined });
    return running;
  });
}

async function alone<T>(state: State, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  mkdirSync(state.folder, { recursive: true, mode: 0o700 });
  return withLock(state.path("lock"), `the sandbox ${state.folder}`, work, signal);
}

async function bringUp(state: State, options: UpOptions, signal: AbortSignal): Promise<void> {
  if (options.kubeconfig) {
    if (!existsSync(options.kubeconfig)) throw new Error(`--kubeconfig: there is no file ${options.kubeconfig}`);
    state.remember({ kubeconfig: resolve(options.kubeconfig) });
  }
  if (options.plugins) state.remember({ wantedPlugins: options.plugins });
  const programs = await findPrograms(state, signal);
  const daemons = new Daemons(state);
  const steps: Step[] = [
    { title: "Start the local Okta", run: (signal) => startOkta(state, daemons, signal) },
    { title: "Start Kubernetes", run: (signal) => startKubernetes(state, daemons, programs, signal) },
    { title: "Start containerd", run: (signal) => startContainers(state, daemons, programs, signal) },
    { title: "Provide the plugins", run: (signal) => preparePlugins(state, programs, signal) },
  ];
  try {
    await perform(steps, { concurrent: true, signal });
    await perform([{ title: "Start the node", run: (signal) => startNode(state, daemons, programs, signal) }], {
      signal,
    });
  } catch (error) {
    await daemons.stopStarted();
    if (!daemons.isRunning("node")) await removeNode(state);
    throw error;
  }
  mkdirSync(state.path("pulumi-state"), { recursive: true });
  writeStackConfigs(state, oktaUrl(state));
}

async function startOkta(state: State, daemons: Daemons, signal: AbortSignal): Promise<string> {
  if (!daemons.isRunning("okta")) {
    const { oktaPort } = state.settings;
    // The address in the committed Pulumi.local.yaml is the one of the checkout's own sandbox.
    const committed = state.folder === State.default ? Number(new URL(committedOktaUrl()).port) : undefined;
    state.remember({ oktaPort: await freePort(oktaPort, committed) });
  }
  const url = oktaUrl(state);
  const script = join(CHECKOUT, "sandbox", "okta", "main.ts");
  const options = ["--port", String(state.settings.oktaPort), "--state", state.path("okta")];
  const args = ["-r", "ts-node/register", script, ...options];
  await daemons.start({ name: "okta", file: process.execPath, args, cwd: CHECKOUT });
  const answers = async () => (await fetch(`${url}/.well-known/okta-organization`, { signal })).ok;
  await daemons.ready(["okta"], answers, { seconds: 60, signal });
  return `Okta: ${url}`;
}

async function startKubernetes(
  state: State,
  daemons: Daemons,
  { controlPlane, kubectl }: Programs,
  signal: AbortSignal,
): Promise<string> {
  if (!controlPlane) {
    await Promise.all(CONTROL_PLANE.map((name) => daemons.stop(name)));
    const kubeconfig = state.settings.kubeconfig!;
    await applyPortals(kubectl, kubeconfig, signal);
    return `Kubernetes: the cluster of ${kubeconfig}`;
  }
  await startControlPlane(state, daemons, controlPlane, kubectl, signal);
  await applyPortals(kubectl, kubeconfigFile(state), signal);
  await daemons.ready(["kube-controller-manager"], () => true, { seconds: 1, signal });
  return `Kubernetes: https://127.0.0.1:${state.settings.apiServerPort}`;
}

async function startContainers(
  state: State,
  daemons: Daemons,
  { node }: Programs,
  signal: AbortSignal,
): Promise<string> {
  if (!node) {
    await Promise.all(NODE.map((name) => daemons.stop(name)));
    return `No node: ${state.settings.noNode}`;
  }
  await startContainerd(state, daemons, node.runtime, signal);
  return "containerd: its images are there";
}

async function startNode(
  state: State,
  daemons: Daemons,
  { node, kubectl }: Programs,
  signal: AbortSignal,
): Promise<string> {
  if (!node) return "No node";
  await startKubelet(state, daemons, node.kubelet, kubectl, signal);
  return "Node: ready";
}

async function preparePlugins(state: State, { pulumi }: Programs, signal: AbortSignal): Promise<string> {
  const set = await providePlugins(state, pulumi, state.settings.wantedPlugins, signal);
  return `Provider plugins: the ${set} ones`;
}
