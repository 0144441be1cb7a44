import { setTimeout as delay } from "node:timers/promises";
import { CHECKSUM_ANNOTATION } from "../components/portal";
import type { StepEventMetadata } from "./preview";
import { TYPES } from "./resourceTypes";
import type { Stack } from "./stack";
import { reachCluster } from "./verify/cluster";
import { startFailures } from "./verify/rollout";

const LOOK_EVERY_MS = 2000;

/** The parts of a DeploymentPatch that tell which pods are to run. */
interface Patch {
  metadata?: { name?: string; namespace?: string };
  spec?: { template?: { metadata?: { annotations?: Record<string, string> } } };
}

/**
 * Tells why the portal's new pods do not start as soon as Kubernetes knows it, while the engine waits for them until its
 * time is over.
 *
 * @param step one of an update's; any but the restart of the portal's Deployment is left alone
 * @param signal ends it
 * @param say gets each reason once
 */
export async function watchRollout(
  stack: Stack,
  { type, new: after }: StepEventMetadata,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  if (type !== TYPES.deploymentPatch) return;
  const { metadata, spec } = (after?.inputs ?? {}) as Patch;
  const checksum = spec?.template?.metadata?.annotations?.[CHECKSUM_ANNOTATION];
  if (!metadata?.name || !metadata.namespace || !checksum) return;
  const told = new Set<string>();
  try {
    // To read the config starts the engine once more, which is not worth it where there are no pods or they start at once.
    await delay(LOOK_EVERY_MS, undefined, { signal });
    const { value: cluster } = await reachCluster(await stack.getAllConfig(), metadata.namespace);
    while (cluster && !signal.aborted) {
      for (const failure of await startFailures(cluster, metadata.name, checksum)) {
        if (!told.has(failure)) say(`a new pod does not start: ${failure}`);
        told.add(failure);
      }
      await delay(LOOK_EVERY_MS, undefined, { signal });
    }
  } catch {
    // It has ended, or the cluster cannot be read from here. Either way the engine tells how the update went.
  }
}
