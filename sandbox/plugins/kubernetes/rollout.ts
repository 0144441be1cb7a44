import type { V1ContainerStatus, V1Deployment, V1Pod } from "@kubernetes/client-node";
import type { Context } from "../contract";
import { waitFor } from "../../processes/wait";
import type { Cluster } from "./cluster";
import type { Reference } from "./kinds";
import { idOf, type KubernetesObject } from "./objects";

const REVISION = "deployment.kubernetes.io/revision";

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

/** Why a pod is not ready, as the genuine provider tells it; undefined if it is ready, or has not come to its containers. */
export function reasonOf(pod: KubernetesObject): string | undefined {
  const { phase, conditions = [], containerStatuses = [] } = (pod as V1Pod).status ?? {};
  const condition = (type: string) => conditions.find((each) => each.type === type);
  if (condition("PodScheduled")?.status !== "True" || phase === "Succeeded") return undefined;
  const unmet = [condition("Initialized"), condition("Ready")].find((each) => each?.status !== "True");
  if (!unmet) return undefined;
  const containers = containerStatuses.flatMap(reasonsOfContainer);
  if (containers.length === 0 && !unmet.message) return undefined;
  const why = unmet.reason && unmet.message ? unmet.message : "";
  return `[Pod ${idOf(pod.metadata)}]: ${why}${containers.join("\n")}`;
}

function reasonsOfContainer({ name, ready, state = {}, lastState = {} }: V1ContainerStatus): string[] {
  if (ready) return [];
  const { waiting, terminated } = state;
  const last = lastState.terminated;
  return [
    // A container whose image is being pulled is no reason.
    waiting && waiting.reason !== "ContainerCreating" && `[${waiting.reason}] ${waiting.message ?? ""}`,
    terminated?.reason &&
      (terminated.message
        ? `[${terminated.reason}] ${terminated.message}`
        : `container "${name}" completed with exit code ${terminated.exitCode}`),
    last && `container "${name}" terminated at ${String(last.finishedAt)} (${last.reason}: exit code ${last.exitCode})`,
    last?.message,
  ].filter((line): line is string => Boolean(line));
}

/** Why the pods of the Deployment's newest ReplicaSet are not ready. Empty where the cluster does not let us look. */
export async function reasonsOfPods(cluster: Cluster, reference: Reference, signal: AbortSignal): Promise<string[]> {
  const namespace = `namespaces/${reference.namespace ?? "default"}`;
  try {
    const deployment = await cluster.get(reference, signal);
    if (!deployment) return [];
    const replicaSets = await cluster.list(`/apis/apps/v1/${namespace}/replicasets`, signal);
    const newest = replicaSets.find(
      (set) =>
        isOwnedBy(set, deployment) &&
        set.metadata.annotations?.[REVISION] === deployment.metadata.annotations?.[REVISION],
    );
    if (!newest) return [];
    const pods = await cluster.list(`/api/v1/${namespace}/pods`, signal);
    return pods
      .filter((pod) => isOwnedBy(pod, newest))
      .map(reasonOf)
      .filter((reason): reason is string => Boolean(reason));
  } catch {
    return [];
  }
}

function isOwnedBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return (object.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
}
