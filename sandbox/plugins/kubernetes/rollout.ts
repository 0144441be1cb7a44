import type { Context } from "../contract";
import { waitFor } from "../../processes/wait";
import type { Cluster } from "./cluster";
import { ApiError } from "./errors";
import type { Reference } from "./kinds";
import type { KubernetesObject } from "./objects";
import { reasonsOfPods } from "./pods";

/** How far a rollout is: done, failed for good, or under way. */
export interface Progress {
  state: "done" | "failed" | "waiting";
  message: string;
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** The parts of a Deployment's spec and status that tell its progress. */
interface Deployment extends KubernetesObject {
  spec?: { replicas?: number; selector?: { matchLabels?: Record<string, string> } };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    conditions?: Condition[];
  };
}

/**
 * A Deployment's progress.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status, and in the order in which
 * `kubectl rollout status` looks.
 */
export function progressOf(object: KubernetesObject): Progress {
  const { metadata, spec = {}, status = {} } = object as Deployment;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, conditions = [] } = status;
  const wanted = spec.replicas ?? 1;
  const waiting = (message: string): Progress => ({
    state: "waiting",
    message: `Waiting for rollout to finish: ${message}`,
  });

  // Until then, the status tells of the rollout before.
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return waiting("the Deployment controller has not seen the change yet");
  }
  const progressing = conditions.find(({ type }) => type === "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    return { state: "failed", message: `[${progressing.reason}] ${progressing.message}` };
  }
  if (updatedReplicas < wanted) return waiting(`${updatedReplicas} of ${wanted} new replicas have been updated`);
  if (replicas > updatedReplicas) return waiting(`${replicas - updatedReplicas} old replicas are pending termination`);
  if (availableReplicas < updatedReplicas) {
    return waiting(`${availableReplicas} of ${updatedReplicas} updated replicas are available`);
  }
  return { state: "done", message: "Rollout complete" };
}

/** How often it is said while a rollout is under way why its pods are not ready. */
const PODS_EVERY_MS = 10_000;

/**
 * Waits until the Deployment's rollout is done.
 * @returns undefined, or the reasons why it is not: its own, then those of its pods
 */
export async function waitForRollout(
  cluster: Cluster,
  reference: Reference,
  seconds: number,
  context: Context,
): Promise<string[] | undefined> {
  let last = "";
  let podsAt = Date.now() + PODS_EVERY_MS;
  try {
    const progress = await waitFor(
      "the rollout",
      async () => {
        const live = await cluster.get(reference, context.signal).catch((error: unknown) => {
          // Only a refusal is final: an API server that is away may come back.
          if (error instanceof ApiError) return error;
          throw error;
        });
        if (live instanceof Error) return { state: "failed", message: live.message } satisfies Progress;
        if (!live) return { state: "failed", message: "The Deployment was deleted." } satisfies Progress;
        const now = progressOf(live);
        if (now.state !== "waiting") return now;
        if (now.message !== last) context.log("status", (last = now.message));
        if (Date.now() > podsAt) {
          podsAt = Date.now() + PODS_EVERY_MS;
          const reasons = await reasonsOfPods(cluster, reference, context.signal);
          if (reasons.length > 0) context.log("status", reasons.join("\n"));
        }
        return undefined;
      },
      { seconds, signal: context.signal },
    );
    if (progress.state === "done") return undefined;
    return [progress.message, ...(await reasonsOfPods(cluster, reference, context.signal))];
  } catch (error) {
    if (context.signal.aborted) return [`Cancelled. ${last}`];
    const pods = await reasonsOfPods(cluster, reference, context.signal);
    return [`${(error as Error).message}. ${last}`, ...pods];
  }
}
