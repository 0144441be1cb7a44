import { link, mkdir, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BESIDE_LANGUAGE_HOST, installedPulumi, LANGUAGE_HOST, PULUMI } from "./engine/programs";
import { binFolder } from "./env";
import { containerRuntime, isContainerRuntimeCached } from "./kubernetes/containerRuntime";
import type { ControlPlanePrograms } from "./kubernetes/controlPlane";
import { whyNoNode, type NodePrograms } from "./kubernetes/node";
import {
  API_SERVER,
  CONTROLLER_MANAGER,
  ETCD,
  installedKubectl,
  KUBECTL,
  KUBELET,
  SCHEDULER,
} from "./kubernetes/programs";
import { build, isBuilt, versionOf } from "./program";
import { buildPortal, DURATION, isPortalBuilt, type Portal } from "./portal/build";
import { buildImage } from "./portal/image";
import { perform, type Step } from "./progress";
import type { State } from "./state";

/** Paths of the programs that a sandbox runs. */
export interface Programs {
  pulumi: string;
  kubectl: string;
  /** Not there with an existing cluster. */
  controlPlane?: ControlPlanePrograms;
  /** Not there where no pod can run; state.settings.noNode says why. */
  node?: NodePrograms;
  portal: Portal;
}

/**
 * Finds the programs on PATH or in the user's cache, builds those that are in neither, and links what was built into
 * the sandbox's bin folder.
 */
export async function findPrograms(state: State, signal: AbortSignal): Promise<Programs> {
  const pulumi = await installedPulumi(signal);
  const kubectl = await installedKubectl(signal);
  let noNode = state.settings.kubeconfig ? "the cluster is not the sandbox's own" : await whyNoNode();
  const needed = [
    ...(pulumi ? [] : [PULUMI, LANGUAGE_HOST]),
    ...(kubectl ? [] : [KUBECTL]),
    ...(state.settings.kubeconfig ? [] : [ETCD, API_SERVER, CONTROLLER_MANAGER, SCHEDULER]),
    ...(noNode ? [] : [KUBELET]),
  ];
  const missing = needed.filter((program) => !isBuilt(program));
  const steps = missing.map((program): Step => ({
    title: `Build ${program.name} ${versionOf(program)} (about ${program.duration}, once on this machine)`,
    run: async (signal) => void (await build(program, signal)),
  }));
  if (!noNode && !isContainerRuntimeCached()) {
    steps.unshift({
      title: "Fetch containerd, runc and the CNI plugins (once on this machine)",
      run: async (signal) => {
        try {
          await containerRuntime(signal);
        } catch (error) {
          signal.throwIfAborted();
          noNode = `containerd cannot be fetched: ${(error as Error).message}`;
          return `No node: ${noNode}`;
        }
      },
    });
  }
  if (!isPortalBuilt()) {
    steps.push({
      title: `Build the portal (about ${DURATION}, once on this machine)`,
      run: async (signal) => void (await buildPortal(signal)),
    });
  }
  if (steps.length) await perform(steps, { signal });
  state.remember({ noNode });

  const forShell = new Map<string, string>();
  if (!pulumi) forShell.set("pulumi", await builtEngine(signal));
  if (!kubectl) forShell.set("kubectl", await build(KUBECTL, signal));
  await makeLinks(binFolder(state), forShell);
  const controlPlane = state.settings.kubeconfig ? undefined : await builtControlPlane(signal);
  const portal = await buildPortal(signal);
  const node = noNode ? undefined : await nodePrograms(portal, signal);
  return {
    pulumi: pulumi ?? forShell.get("pulumi")!,
    kubectl: kubectl ?? forShell.get("kubectl")!,
    controlPlane,
    node,
    portal,
  };
}

/** The engine expects its language host beside itself, and warns on each run about one on PATH. */
async function builtEngine(signal: AbortSignal): Promise<string> {
  const pulumi = await build(PULUMI, signal);
  const [from, to] = [dirname(await build(LANGUAGE_HOST, signal)), dirname(pulumi)];
  for (const name of [LANGUAGE_HOST.name, ...BESIDE_LANGUAGE_HOST]) {
    // Not a symbolic link: the engine compares resolved paths. By rename, since an engine may be running.
    const partial = join(to, `${name}.${process.pid}`);
    await link(join(from, name), partial);
    await rename(partial, join(to, name));
    // rename(2) does nothing where both are links to one file already.
    await rm(partial, { force: true });
  }
  return pulumi;
}

const builtControlPlane = async (signal: AbortSignal): Promise<ControlPlanePrograms> => ({
  etcd: await build(ETCD, signal),
  apiServer: await build(API_SERVER, signal),
  controllerManager: await build(CONTROLLER_MANAGER, signal),
  scheduler: await build(SCHEDULER, signal),
});

const nodePrograms = async (portal: Portal, signal: AbortSignal): Promise<NodePrograms> => ({
  kubelet: await build(KUBELET, signal),
  runtime: await containerRuntime(signal),
  portalImage: await buildImage(portal, signal),
});

/** Makes the folder hold exactly these links, without touching those that are right: somebody may be using them. */
async function makeLinks(folder: string, links: Map<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) if (!links.has(name)) await rm(join(folder, name));
  for (const [name, target] of links) {
    const path = join(folder, name);
    if ((await readlink(path).catch(() => "")) === target) continue;
    await rm(path, { force: true });
    await symlink(target, path);
  }
}
