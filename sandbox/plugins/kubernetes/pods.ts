import type { Cluster } from "./cluster";
import type { Reference } from "./kinds";
import type { KubernetesObject } from "./objects";

interface ContainerState {
  waiting?: { reason?: string; message?: string };
  terminated?: { reason?: string; message?: string; exitCode?: number };
}

interface ContainerStatus {
  name: string;
  ready?: boolean;
  state?: ContainerState;
  lastState?: ContainerState;
}

interface Pod extends KubernetesObject {
  status?: {
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

interface Event extends KubernetesObject {
  reason?: string;
  message?: string;
}

const REVISION = "deployment.kubernetes.io/revision";
const EVENTS_SHOWN = 3;

/** Why a pod is not ready, a line for each reason; none if it is. */
export function reasonsOf(pod: KubernetesObject): string[] {
  const { conditions = [], initContainerStatuses = [], containerStatuses = [] } = (pod as Pod).status ?? {};
  const unscheduled = conditions
    .filter(({ type, status }) => type === "PodScheduled" && status === "False")
    .map(({ reason, message }) => `[${reason}] ${message}`);
  const containers = [...initContainerStatuses, ...containerStatuses]
    .filter(({ ready }) => !ready)
    .flatMap(({ name, state = {}, lastState = {} }) => {
      const ended = state.terminated ?? lastState.terminated;
      return [
        // A container that waits for its turn, or whose image is being pulled, is no reason.
        state.waiting?.message && `container ${name}: [${state.waiting.reason}] ${state.waiting.message}`,
        ended &&
          ended.exitCode !== 0 &&
          `container ${name}: [${ended.reason}] exit code ${ended.exitCode} ${ended.message ?? ""}`.trim(),
      ];
    });
  return [...unscheduled, ...containers.filter((line): line is string => Boolean(line))].map(
    (line) => `Pod ${pod.metadata.name}: ${line}`,
  );
}

/**
 * Why the pods of the Deployment's newest ReplicaSet are not ready: their conditions, containers and last warnings.
 * Empty where the cluster does not let us look: this only adds to an error that is told anyway.
 */
export async function reasonsOfPods(cluster: Cluster, reference: Reference, signal: AbortSignal): Promise<string[]> {
  const namespace = `namespaces/${reference.namespace ?? "default"}`;
  try {
    const deployment = await cluster.get(reference, signal);
    if (!deployment) return [];
    const replicaSets = await cluster.list(`/apis/apps/v1/${namespace}/replicasets`, {}, signal);
    const newest = replicaSets.find(
      (set) =>
        isOwnedBy(set, deployment) &&
        set.metadata.annotations?.[REVISION] === deployment.metadata.annotations?.[REVISION],
    );
    if (!newest) return [];
    const pods = (await cluster.list(`/api/v1/${namespace}/pods`, {}, signal)).filter((pod) => isOwnedBy(pod, newest));
    const lines = await Promise.all(
      pods.map(async (pod) => {
        const fieldSelector = `involvedObject.uid=${pod.metadata.uid},type=Warning`;
        const events: Event[] = await cluster.list(`/api/v1/${namespace}/events`, { fieldSelector }, signal);
        const warnings = events.slice(-EVENTS_SHOWN).map((event) => `[${event.reason}] ${event.message}`);
        return [...reasonsOf(pod), ...warnings.map((warning) => `Pod ${pod.metadata.name}: ${warning}`)];
      }),
    );
    return [...new Set(lines.flat())];
  } catch {
    return [];
  }
}

function isOwnedBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return (object.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
}
