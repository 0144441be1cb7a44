import { mkdir, readdir, readlink, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { installedPulumi, LANGUAGE_HOST, LANGUAGE_SCRIPTS, PULUMI } from "./engine/programs";
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
  const forShell = [...(pulumi ? [] : [PULUMI, LANGUAGE_HOST]), ...(kubectl ? [] : [KUBECTL])];
  const forCluster = state.settings.kubeconfig ? [] : [ETCD, API_SERVER, CONTROLLER_MANAGER];

  const missing = [...forShell, ...forCluster].filter((program) => !isBuilt(program));
  const steps = missing.map((program) => ({
    title: `Build ${program.name} ${versionOf(program)} (about ${program.duration}, once on this machine)`,
    run: async (signal: AbortSignal) => void (await build(program, signal)),
  }));
  if (steps.length) await perform(steps, { signal });

  const links = new Map<string, string>();
  for (const program of forShell) {
    const folder = dirname(await build(program, signal));
    const scripts = program === LANGUAGE_HOST ? LANGUAGE_SCRIPTS : [];
    for (const name of [program.name, ...scripts]) links.set(name, join(folder, name));
  }
  await makeLinks(state.path("bin"), links);
  return {
    pulumi: pulumi ?? (await build(PULUMI, signal)),
    kubectl: kubectl ?? (await build(KUBECTL, signal)),
    controlPlane: state.settings.kubeconfig ? undefined : await builtControlPlane(signal),
  };
}

const builtControlPlane = async (signal: AbortSignal): Promise<ControlPlanePrograms> => ({
  etcd: await build(ETCD, signal),
  apiServer: await build(API_SERVER, signal),
  controllerManager: await build(CONTROLLER_MANAGER, signal),
});

/** Makes the folder hold exactly these links, without touching those that are right: somebody may be using them. */
async function makeLinks(folder: string, links: Map<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if ((await readlink(join(folder, name))) === links.get(name)) links.delete(name);
    else await rm(join(folder, name));
  }
  for (const [name, target] of links) await symlink(target, join(folder, name));
}
