import { setTimeout as delay } from "node:timers/promises";
import type { V1ContainerStatus, V1Deployment, V1DeploymentStatus, V1ObjectMeta, V1Pod } from "@kubernetes/client-node";
import { CHECKSUM_ANNOTATION } from "../../components/portal";
import { failed, type Finding, type Problem, Stopped, warning } from "./check";
import type { Cluster } from "./cluster";
import type { Recorded } from "./recorded";

/** How long the pods of before may take to end, and how often they are looked at. */
const END_S = 60;
const LOOK_EVERY_MS = 500;

/**
 * The pods that run are those that the stack's last update asked for. Those of before are waited for while Kubernetes
 * ends them: `pulumi up` does not, and until they are gone some requests still reach them.
 */
export async function checkRollout(
  cluster: Cluster,
  found: V1Deployment,
  { checksum, namespace }: Recorded,
  endSeconds = END_S,
): Promise<Finding> {
  const deadline = Date.now() + endSeconds * 1000;
  const name = found.metadata?.name ?? "";
  let deployment = found;
  let pods = await cluster.pods(selectorOf(deployment));
  while (isEnding(deployment, pods, checksum) && Date.now() < deadline) {
    await delay(LOOK_EVERY_MS);
    deployment = (await cluster.deployment(name)) ?? deployment;
    pods = await cluster.pods(selectorOf(deployment));
  }
  return {
    says: `all ${deployment.spec?.replicas ?? 1} pods run with the stack's checksum`,
    problems: rolloutProblems(deployment, pods, checksum, `${namespace}/${name}`, await furtherWordsOf(cluster, pods)),
  };
}

/**
 * Why the pods of a Deployment that have this checksum do not start, in their own words.
 *
 * @returns none while they only take their time, or where the Deployment does not ask for them
 * @throws Stopped when the cluster does not answer
 */
export async function startFailures(cluster: Cluster, name: string, checksum: string): Promise<string[]> {
  const deployment = await cluster.deployment(name);
  if (!deployment || checksumOf(deployment.spec?.template) !== checksum) return [];
  const pods = await cluster.pods(selectorOf(deployment));
  return failuresOf(deployment, pods, checksum, await furtherWordsOf(cluster, pods));
}

const selectorOf = ({ spec }: V1Deployment) => spec?.selector.matchLabels ?? {};

/** Whether all that is left to do is Kubernetes' own: to end the pods of before. */
function isEnding(deployment: V1Deployment, pods: V1Pod[], checksum: string): boolean {
  const isUnderWay = checksumOf(deployment.spec?.template) === checksum && !deployment.spec?.paused;
  return isUnderWay && isAvailable(deployment) && pods.some((pod) => !hasEnded(pod) && checksumOf(pod) !== checksum);
}

const checksumOf = (object: { metadata?: V1ObjectMeta } | undefined) =>
  object?.metadata?.annotations?.[CHECKSUM_ANNOTATION];

/** Whether as many new pods as are wanted are available. */
function isAvailable({ metadata, spec, status = {} }: V1Deployment): boolean {
  const { observedGeneration = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const available = Math.min(updatedReplicas, availableReplicas);
  return observedGeneration >= (metadata?.generation ?? 0) && available >= (spec?.replicas ?? 1);
}

type FurtherWords = Record<string, string | undefined>;

/** What is known beyond its status of each pod that waits. */
async function furtherWordsOf(cluster: Cluster, pods: V1Pod[]): Promise<FurtherWords> {
  const words = pods
    .filter(isWaiting)
    .map(async (pod) => [pod.metadata?.name, await furtherWords(cluster, pod)] as const);
  return Object.fromEntries(await Promise.all(words)) as FurtherWords;
}

const isWaiting = (pod: V1Pod) => isCurrent(pod) && containersOf(pod).some(({ ready }) => !ready);

/**
 * What is known of a pod that does not start beyond its status: the end of the log of its last try, or else what
 * Kubernetes warned of last, such as a volume that cannot be mounted.
 */
async function furtherWords(cluster: Cluster, pod: V1Pod): Promise<string | undefined> {
  const name = pod.metadata?.name ?? "";
  const crashed = containersOf(pod).find(
    ({ lastState }) => lastState?.terminated?.exitCode && !lastState.terminated.message,
  );
  try {
    if (crashed) return lastLines(await cluster.lastWords(name, crashed.name));
    return (await cluster.warnings(name)).at(-1)?.message;
  } catch (error) {
    // Who may not read these learns what the status tells.
    if (error instanceof Stopped) return undefined;
    throw error;
  }
}

/**
 * What keeps the portal from running with what the stack recorded.
 *
 * @param more what is known of a pod beyond its status, by its name
 */
export function rolloutProblems(
  deployment: V1Deployment,
  pods: V1Pod[],
  checksum: string,
  name: string,
  more: FurtherWords = {},
): Problem[] {
  const { metadata, spec, status = {} } = deployment;
  const annotation = checksumOf(spec?.template);
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

  const reasons = failuresOf(deployment, pods, checksum, more);
  if (reasons.length > 0) {
    const logs = `kubectl logs deployment/${metadata?.name} --namespace ${metadata?.namespace} --all-containers`;
    return [
      failed(`new pods of ${name} do not start: ${reasons.join("; ")}`, `see ${logs}, or go back: npm run rollback`),
    ];
  }
  const old = pods.filter((pod) => isCurrent(pod) && checksumOf(pod) !== checksum).map((pod) => pod.metadata?.name);
  if (isAvailable(deployment) && old.length === 0) return [];
  const { updatedReplicas = 0, availableReplicas = 0 } = status;
  const olds = old.length > 0 ? `, and ${old.join(", ")} of before still run` : "";
  const paused = spec?.paused
    ? [failed(`${name} is paused`, `kubectl rollout resume deployment/${metadata?.name}`)]
    : [];
  return [
    ...paused,
    failed(
      `${name} is not rolled out: ${Math.min(updatedReplicas, availableReplicas)} of ${wanted} new pods are available${olds}`,
      `wait for it: kubectl rollout status deployment/${metadata?.name} --namespace ${metadata?.namespace}`,
    ),
  ];
}

function failuresOf({ status = {} }: V1Deployment, pods: V1Pod[], checksum: string, more: FurtherWords): string[] {
  const current = pods.filter((pod) => isCurrent(pod) && checksumOf(pod) === checksum);
  return [...new Set([...refusals(status), ...current.flatMap((pod) => reasonOf(pod, more))])];
}

/** Whether a pod runs or is to run: not one that is on its way out, nor one that has ended. */
const isCurrent = (pod: V1Pod) => !pod.metadata?.deletionTimestamp && !hasEnded(pod);

/** Whether a pod is over, such as by an eviction. */
const hasEnded = ({ status }: V1Pod) => status?.phase === "Succeeded" || status?.phase === "Failed";

/** Why no pod can be made, such as by a quota. */
function refusals({ conditions = [] }: V1DeploymentStatus): string[] {
  return conditions.flatMap(({ type, status, message }) =>
    type === "ReplicaFailure" && status === "True" ? (message ?? "") : [],
  );
}

/** Why a pod does not start, in its own words. */
function reasonOf(pod: V1Pod, more: FurtherWords): string[] {
  const { metadata, status } = pod;
  const further = more[metadata?.name ?? ""];
  const reasons = containersOf(pod)
    .filter(({ ready }) => !ready)
    .flatMap((container) => containerReason(container, further));
  const unscheduled = status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (unscheduled) reasons.push(unscheduled.message ?? "cannot be scheduled");
  return reasons.map((reason) => `${metadata?.name}: ${reason}`);
}

const containersOf = ({ status }: V1Pod): V1ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

function containerReason({ name, state, lastState }: V1ContainerStatus, further: string | undefined): string[] {
  const { waiting } = state ?? {};
  const ended = state?.terminated ?? lastState?.terminated;
  // A pod that is only just being made waits too, for these.
  const isStarting = !waiting?.reason || ["ContainerCreating", "PodInitializing"].includes(waiting.reason);
  if (isStarting && !ended?.exitCode) return waiting && further ? [`${name} waits: ${further}`] : [];
  const said = lastLines(ended?.message) ?? further ?? waiting?.message;
  return [[name, waiting?.reason ?? ended?.reason, said].filter(Boolean).join(" ")];
}

const lastLines = (text: string | undefined) => text?.trim().split("\n").slice(-3).join(" ") || undefined;
