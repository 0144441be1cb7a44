import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./cluster";
import type { Reference } from "./kinds";
import { idOf, type KubernetesObject } from "./objects";

export const REVISION = "deployment.kubernetes.io/revision";

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
