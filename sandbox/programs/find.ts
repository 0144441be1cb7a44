import { mkdir, readdir, readlink, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { engine, installedPulumi, LANGUAGE_HOST, PULUMI } from "../engine/programs";
import { containerRuntime, isContainerRuntimeCached } from "../kubernetes/containerRuntime";
import type { ControlPlanePrograms } from "../kubernetes/controlPlane";
import { whyNoNode, type NodePrograms } from "../kubernetes/node";
import {
  API_SERVER,
  CONTROLLER_MANAGER,
  ETCD,
  installedKubectl,
  KUBECTL,
  KUBELET,
  SCHEDULER,
} from "../kubernetes/programs";
import { buildPortal, DURATION, isPortalBuilt, type Portal } from "../portal/build";
import { buildImage } from "../portal/image";
import { programSteps } from "./obtain";
import { pathOf } from "./program";
import { perform } from "../processes/progress";
import type { State } from "../pieces/state";

/** The folder of those programs of the sandbox that a shell needs. */
export const binFolder = (state: State) => state.path("bin");

/** Paths of the programs that a sandbox runs. */
export interface Programs {
  pulumi: string;
  kubectl: string;
  /** Not there with an existing cluster. */
  controlPlane?: ControlPlanePrograms;
  /** Not there where no pod can run; state.remembered.noNode says why. */
  node?: NodePrograms;
  portal: Portal;
}

/**
 * Finds the programs on PATH or in the user's cache, fetches or builds those that are in neither, and links those of the
 * cache that a shell needs into the sandbox's bin folder.
 */
export async function findPrograms(state: State, signal: AbortSignal): Promise<Programs> {
  const pulumi = await installedPulumi(signal);
  const kubectl = await installedKubectl(signal);
  let noNode = state.remembered.kubeconfig ? "the cluster is not the sandbox's own" : await whyNoNode();
  const needed = [
    ...(pulumi ? [] : [PULUMI, LANGUAGE_HOST]),
    ...(kubectl ? [] : [KUBECTL]),
    ...(state.remembered.kubeconfig ? [] : [ETCD, API_SERVER, CONTROLLER_MANAGER, SCHEDULER]),
    ...(noNode ? [] : [KUBELET]),
  ];
  const steps = programSteps(needed);
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
  if (steps.length) await perform(steps, { signal, concurrent: true });
  state.remember({ noNode });

  const forShell = new Map<string, string>();
  if (!pulumi) forShell.set("pulumi", await engine());
  if (!kubectl) forShell.set("kubectl", pathOf(KUBECTL));
  await makeLinks(binFolder(state), forShell);
  const controlPlane = state.remembered.kubeconfig ? undefined : controlPlanePrograms();
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

const controlPlanePrograms = (): ControlPlanePrograms => ({
  etcd: pathOf(ETCD),
  apiServer: pathOf(API_SERVER),
  controllerManager: pathOf(CONTROLLER_MANAGER),
  scheduler: pathOf(SCHEDULER),
});

const nodePrograms = async (portal: Portal, signal: AbortSignal): Promise<NodePrograms> => ({
  kubelet: pathOf(KUBELET),
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
