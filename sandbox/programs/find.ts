import { mkdir, readdir, readlink, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { engine, installedPulumi, LANGUAGE_HOST, PULUMI } from "../engine/programs";
import { containerRuntime, isContainerRuntimeCached, type ContainerRuntime } from "../kubernetes/containerRuntime";
import { CONTROL_PLANE } from "../kubernetes/controlPlane";
import type { Image } from "../kubernetes/image";
import { whyNoNode } from "../kubernetes/node";
import { installedKubectl, KUBECTL, KUBELET } from "../kubernetes/programs";
import { buildPortal, DURATION, isPortalBuilt, type Portal } from "../portal/build";
import { buildImage } from "../portal/image";
import { programSteps } from "./obtain";
import { pathOf } from "./program";
import { perform } from "../processes/progress";
import type { State } from "../pieces/state";

/** The folder of those programs of the sandbox that a shell needs. */
export const binFolder = (state: State) => state.path("bin");

/** What was found; the programs that always are those of the user's cache are not among it. */
export interface Programs {
  pulumi: string;
  kubectl: string;
  /** Not there where no pod can run; state.remembered.noNode says why. */
  node?: { runtime: ContainerRuntime; portalImage: Image };
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
    ...(state.remembered.kubeconfig ? [] : CONTROL_PLANE),
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
  if (steps.length) await perform(steps, signal);
  state.remember({ noNode });

  const forShell = new Map<string, string>();
  if (!pulumi) forShell.set("pulumi", await engine());
  if (!kubectl) forShell.set("kubectl", pathOf(KUBECTL));
  await makeLinks(binFolder(state), forShell);
  const portal = await buildPortal(signal);
  const node = noNode
    ? undefined
    : { runtime: await containerRuntime(signal), portalImage: await buildImage(portal, signal) };
  return { pulumi: pulumi ?? forShell.get("pulumi")!, kubectl: kubectl ?? forShell.get("kubectl")!, node, portal };
}

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
