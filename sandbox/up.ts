import { existsSync, mkdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Daemons } from "./processes/daemon";
import { committedAddresses, writeStackConfigs } from "./engine/config";
import { providePlugins } from "./engine/plugins";
import { oktaSocket, oktaUrl, portalUrl } from "./env";
import { CONTROL_PLANE, startControlPlane } from "./kubernetes/controlPlane";
import { importImage, NODE, removeNode, startContainerd, startKubelet } from "./kubernetes/node";
import { withLock } from "./processes/lock";
import { freePort } from "./processes/port";
import { findPrograms, type Programs } from "./programs/find";
import { perform, type Step } from "./processes/progress";
import { leavePortalOut, startPortal } from "./pieces/portal";
import { CHECKOUT, State, type PluginSet } from "./pieces/state";

/** What a person can choose about a sandbox; it holds until `down`. */
export interface UpOptions {
  /** @default genuine, where they are installed or can be downloaded, else local */
  plugins?: PluginSet;
  /** File of an existing cluster to use. @default a control plane of the sandbox's own */
  kubeconfig?: string;
  /** Whether the portal of the stack `local` runs. @default true */
  portal?: boolean;
}

/**
 * Brings the sandbox up, as far as it is not: finds or builds the programs, starts Okta, Kubernetes and the portal, and
 * prepares the engine. If that fails or is interrupted, what it has started is ended again.
 *
 * @returns the programs that it runs
 */
export async function up(state: State, options: UpOptions, signal: AbortSignal): Promise<Programs> {
  return alone(state, () => bringUp(state, options, signal), signal);
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

async function bringUp(state: State, options: UpOptions, signal: AbortSignal): Promise<Programs> {
  if (options.kubeconfig) {
    if (!existsSync(options.kubeconfig)) throw new Error(`--kubeconfig: there is no file ${options.kubeconfig}`);
    state.remember({ kubeconfig: resolve(options.kubeconfig) });
  }
  if (options.plugins) state.remember({ wantedPlugins: options.plugins });
  const programs = await findPrograms(state, signal);
  const daemons = new Daemons(state);
  const { node, kubectl } = programs;
  const machines: Step[] = [
    { title: "Start the local Okta", run: (signal) => startOkta(state, daemons, signal) },
    { title: "Start Kubernetes", run: (signal) => startKubernetes(state, daemons, programs, signal) },
    { title: "Start containerd", run: (signal) => startContainers(state, daemons, programs, signal) },
    { title: "Provide the plugins", run: (signal) => preparePlugins(state, programs, signal) },
  ];
  const onTop: Step[] = [];
  if (node) {
    const run = (signal: AbortSignal) => startKubelet(state, daemons, node.kubelet, kubectl, signal);
    onTop.push({ title: "Start the kubelet", run });
  }
  const portal = (options.portal ?? true) ? startPortal : leavePortalOut;
  onTop.push({ title: "Start the portal", run: (signal) => portal(state, daemons, programs, signal) });
  try {
    await perform(machines, { concurrent: true, signal });
    await perform(onTop, { concurrent: true, signal });
  } catch (error) {
    await daemons.stopStarted();
    if (!daemons.isRunning("node")) await removeNode(state);
    throw error;
  }
  mkdirSync(state.path("pulumi-state"), { recursive: true });
  writeStackConfigs(state, { oktaUrl: oktaUrl(state), portalUrl: portalUrl(state) });
  return programs;
}

async function startOkta(state: State, daemons: Daemons, signal: AbortSignal): Promise<string> {
  if (!daemons.isRunning("okta")) {
    const { oktaPort } = state.settings;
    // The address in the committed Pulumi.local.yaml is the one of the checkout's own sandbox.
    const committed = state.folder === State.default ? Number(new URL(committedAddresses().oktaUrl).port) : undefined;
    state.remember({ oktaPort: await freePort(oktaPort, committed) });
  }
  const url = oktaUrl(state);
  const script = join(CHECKOUT, "sandbox", "okta", "main.ts");
  // A socket's path has at most 107 bytes, and from the checkout it may have fewer.
  const [socket = ""] = [oktaSocket(state), relative(CHECKOUT, oktaSocket(state))].sort((a, b) => a.length - b.length);
  const options = ["--port", String(state.settings.oktaPort), "--socket", socket, "--state", state.path("okta")];
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
    return `Kubernetes: the cluster of ${state.settings.kubeconfig}`;
  }
  await startControlPlane(state, daemons, controlPlane, kubectl, signal);
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
    await removeNode(state);
    return `No pods: ${state.settings.noNode}`;
  }
  await startContainerd(state, daemons, node.runtime, signal);
  await importImage(daemons, node.runtime, node.portalImage, signal);
  return `Pods: with the image ${node.portalImage.name}`;
}

async function preparePlugins(state: State, { pulumi }: Programs, signal: AbortSignal): Promise<string> {
  const set = await providePlugins(state, pulumi, state.settings.wantedPlugins, signal);
  return `Provider plugins: the ${set} ones`;
}
