import { link, mkdir, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { installedPulumi, LANGUAGE_HOST, LANGUAGE_SCRIPTS, PULUMI } from "./engine/programs";
import { binFolder } from "./env";
import type { ControlPlanePrograms } from "./kubernetes/controlPlane";
import { API_SERVER, CONTROLLER_MANAGER, ETCD, installedKubectl, KUBECTL } from "./kubernetes/programs";
import { build, isBuilt, versionOf } from "./program";
import { perform } from "./progress";
import type { State } from "./state";

/** Paths of the programs that a sandbox runs. */
export interface Programs {
  pulumi: string;
  kubectl: string;
  /** Not there with an existing cluster. */
  controlPlane?: ControlPlanePrograms;
}

/**
 * Finds the programs on PATH or in the user's cache, builds those that are in neither, and links what was built into
 * the sandbox's bin folder.
 */
export async function findPrograms(state: State, signal: AbortSignal): Promise<Programs> {
  const pulumi = await installedPulumi(signal);
  const kubectl = await installedKubectl(signal);
  const needed = [
    ...(pulumi ? [] : [PULUMI, LANGUAGE_HOST]),
    ...(kubectl ? [] : [KUBECTL]),
    ...(state.settings.kubeconfig ? [] : [ETCD, API_SERVER, CONTROLLER_MANAGER]),
  ];
  const missing = needed.filter((program) => !isBuilt(program));
  const steps = missing.map((program) => ({
    title: `Build ${program.name} ${versionOf(program)} (about ${program.duration}, once on this machine)`,
    run: async (signal: AbortSignal) => void (await build(program, signal)),
  }));
  if (steps.length) await perform(steps, { signal });

  const forShell = new Map<string, string>();
  if (!pulumi) forShell.set("pulumi", await builtEngine(signal));
  if (!kubectl) forShell.set("kubectl", await build(KUBECTL, signal));
  await makeLinks(binFolder(state), forShell);
  const controlPlane = state.settings.kubeconfig ? undefined : await builtControlPlane(signal);
  return { pulumi: pulumi ?? forShell.get("pulumi")!, kubectl: kubectl ?? forShell.get("kubectl")!, controlPlane };
}

/** The engine expects its language host beside itself, and warns on each run about one on PATH. */
async function builtEngine(signal: AbortSignal): Promise<string> {
  const pulumi = await build(PULUMI, signal);
  const [from, to] = [dirname(await build(LANGUAGE_HOST, signal)), dirname(pulumi)];
  for (const name of [LANGUAGE_HOST.name, ...LANGUAGE_SCRIPTS]) {
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
