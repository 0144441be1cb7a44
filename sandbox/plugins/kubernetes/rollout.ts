import type { V1Deployment } from "@kubernetes/client-node";
import type { Context } from "../contract";
import { waitFor } from "../../processes/wait";
import type { Cluster } from "./cluster";
import type { Reference } from "./kinds";
import type { KubernetesObject } from "./objects";
import { REVISION, reasonsOfPods } from "./pods";

/** How far a rollout is: whether it is done, and what Kubernetes says against it so far. */
export interface Progress {
  done: boolean;
  errors: string[];
}

/**
 * A Deployment's progress as the genuine provider sees it: it is available, and its newest ReplicaSet is. All else only
 * takes its time, a progress deadline that is over as well.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
 */
export function progressOf(object: KubernetesObject): Progress {
  const { metadata } = object;
  const { spec, status = {} } = object as V1Deployment;
  const { observedGeneration, readyReplicas = 0, conditions = [] } = status;
  const revision = metadata.annotations?.[REVISION];
  // Until then, the status tells of the rollout before.
  if (observedGeneration !== metadata.generation || !revision) {
    return { done: false, errors: ["Minimum number of live Pods was not attained"] };
  }
  const [progressing, available] = ["Progressing", "Available"].map((type) =>
    conditions.find((each) => each.type === type),
  );
  const isNewest =
    revision === "1" || (progressing?.status === "True" && progressing.reason === "NewReplicaSetAvailable");
  const isReady = readyReplicas >= (spec?.replicas ?? 1);
  const told = [progressing, available]
    .filter((each) => each && each.status !== "True")
    .map((each) => `[${each?.reason}] ${each?.message}`);
  if (available?.status !== "True") told.push("Minimum number of live Pods was not attained");
  else if (!isNewest || !isReady) told.push("Minimum number of Pods to consider the application live was not attained");
  return { done: available?.status === "True" && isNewest && isReady, errors: told };
}

/** How often it is said while a rollout is under way what is against it. */
const SAID_EVERY_MS = 10_000;

/**
 * Waits until the Deployment's rollout is done.
 * @returns undefined, or why it is not: that it timed out, or was cancelled, and then what Kubernetes says
 */
export async function waitForRollout(
  cluster: Cluster,
  reference: Reference,
  seconds: number,
  context: Context,
): Promise<string[] | undefined> {
  let last: Progress = { done: false, errors: [] };
  let sayAt = Date.now() + SAID_EVERY_MS;
  try {
    await waitFor(
      "the rollout",
      async () => {
        const live = await cluster.get(reference, context.signal);
        if (live) last = progressOf(live);
        if (!last.done && Date.now() > sayAt) {
          sayAt = Date.now() + SAID_EVERY_MS;
          const said = [...last.errors, ...(await reasonsOfPods(cluster, reference, context.signal))];
          context.log("status", said.join("\n"));
        }
        return last.done;
      },
      { seconds, signal: context.signal },
    );
    return undefined;
  } catch {
    const ended = context.signal.aborted
      ? `Resource operation was cancelled for "${reference.name}"`
      : `'${reference.name}' timed out waiting to be Ready`;
    // The run may have been cancelled, but that is no reason not to look.
    return [ended, ...last.errors, ...(await reasonsOfPods(cluster, reference, new AbortController().signal))];
  }
}
