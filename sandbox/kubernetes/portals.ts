import { committedStacks, LOCAL_STACK } from "../engine/config";
import { exec } from "../processes/exec";
import { portalManifests, type PortalOptions } from "../portal/manifests";
import { writeWhole, type State } from "../pieces/state";

/** The portal of the stack `local`. */
export type LocalPortal = Pick<PortalOptions, "portalUrl" | "pods">;

/**
 * Puts the portal of each committed stack into the cluster, as its team would: the stack only restarts its Deployment.
 * Only the local one may get pods; without replicas the others are rolled out at once.
 *
 * @throws if one of the objects is there already and another field manager owns what this would change
 */
export async function applyPortals(
  state: State,
  kubectl: string,
  kubeconfig: string,
  local?: LocalPortal,
  signal?: AbortSignal,
): Promise<void> {
  const run = (...args: string[]) => exec(kubectl, ["--kubeconfig", kubeconfig, ...args], { signal });
  const stacks = committedStacks();
  const objects = await Promise.all(
    stacks.map(async ({ name, namespace, portalUrl }) => {
      const options = { namespace, portalUrl, ...(name === LOCAL_STACK ? local : undefined) };
      const manifests = JSON.parse(await portalManifests(kubectl, options, signal)) as { items: object[] };
      return [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, ...manifests.items];
    }),
  );
  const file = state.path("portals.json");
  writeWhole(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects.flat() }, undefined, 2));
  await run("apply", "--server-side", "--field-manager=sandbox", "--filename", file);
  const rolledOut = stacks.filter(({ name }) => !local?.pods || name !== LOCAL_STACK);
  const wait = ["wait", "deployment/backstage", "--for=condition=Available", "--timeout=60s"];
  await Promise.all(rolledOut.map(({ namespace }) => run(...wait, "--namespace", namespace)));
}

/** The namespace of the stack `local`, where its portal runs. */
export function localNamespace(): string {
  return committedStacks().find(({ name }) => name === LOCAL_STACK)!.namespace;
}
