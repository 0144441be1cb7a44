import type { V1ContainerStatus, V1Deployment, V1Pod } from "@kubernetes/client-node";
import { CHECKSUM_ANNOTATION } from "../../components/portal";
import { failed, type Finding, type Problem, warning } from "./check";
import type { Cluster } from "./cluster";
import type { Recorded } from "./recorded";

/** The pods that run are those that the stack's last update asked for. */
export async function checkRollout(
  cluster: Cluster,
  deployment: V1Deployment,
  { checksum, namespace }: Recorded,
): Promise<Finding> {
  const pods = await cluster.pods(deployment.spec?.selector.matchLabels ?? {});
  return {
    says: `all ${deployment.spec?.replicas ?? 1} pods run with the stack's checksum`,
    problems: rolloutProblems(deployment, pods, checksum, `${namespace}/${deployment.metadata?.name}`),
  };
}

/** What keeps the portal from running with what the stack recorded. */
export function rolloutProblems(deployment: V1Deployment, pods: V1Pod[], checksum: string, name: string): Problem[] {
  const { metadata, spec, status = {} } = deployment;
  const annotation = spec?.template.metadata?.annotations?.[CHECKSUM_ANNOTATION];
  if (annotation !== checksum) {
    const has = annotation ? "has another checksum" : "has no checksum";
    return [
      failed(
        `the pod template of ${name} ${has}: its pods need not have the stack's Secret and ConfigMap`,
        "restart them: pulumi up --refresh. If the annotation goes again, have the portal's deployment keep annotations it does not own",
      ),
    ];
  }
  const wanted = spec?.replicas ?? 1;
  if (wanted === 0) return [warning(`${name} has 0 replicas, so no pod can be checked`, "scale it up")];

  const isNew = (pod: V1Pod) => pod.metadata?.annotations?.[CHECKSUM_ANNOTATION] === checksum;
  const current = pods.filter((pod) => !pod.metadata?.deletionTimestamp && pod.status?.phase !== "Succeeded");
  const reasons = [...new Set(current.filter(isNew).flatMap(reasonOf))];
  if (reasons.length > 0) {
    const logs = `kubectl logs deployment/${metadata?.name} --namespace ${metadata?.namespace} --all-containers`;
    return [
      failed(`new pods of ${name} do not start: ${reasons.join("; ")}`, `see ${logs}, or go back: npm run rollback`),
    ];
  }
  const old = current.filter((pod) => !isNew(pod)).map((pod) => pod.metadata?.name);
  const { observedGeneration = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const isDone =
    observedGeneration >= (metadata?.generation ?? 0) && updatedReplicas >= wanted && availableReplicas >= wanted;
  if (isDone && old.length === 0) return [];
  const olds = old.length > 0 ? `, and ${old.join(", ")} of before still run` : "";
  return [
    failed(
      `${name} is not rolled out: ${Math.min(updatedReplicas, availableReplicas)} of ${wanted} new pods are available${olds}`,
      `wait for it: kubectl rollout status deployment/${metadata?.name} --namespace ${metadata?.namespace}`,
    ),
  ];
}

/** Why a pod does not start, in its own words. */
function reasonOf({ metadata, status }: V1Pod): string[] {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const reasons = containers.filter(({ ready }) => !ready).flatMap(containerReason);
  const unscheduled = status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (unscheduled) reasons.push(unscheduled.message ?? "cannot be scheduled");
  return reasons.map((reason) => `${metadata?.name}: ${reason}`);
}

function containerReason({ name, state, lastState }: V1ContainerStatus): string[] {
  const { waiting } = state ?? {};
  const ended = state?.terminated ?? lastState?.terminated;
  // A pod that is only just being made waits too, for these.
  const isStarting = !waiting?.reason || ["ContainerCreating", "PodInitializing"].includes(waiting.reason);
  if (isStarting && !ended?.exitCode) return [];
  const said = ended?.message?.trim().split("\n").slice(-3).join(" ") ?? waiting?.message;
  return [[name, waiting?.reason ?? ended?.reason, said].filter(Boolean).join(" ")];
}
