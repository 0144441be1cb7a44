import type { KubernetesObject } from "../../../sandbox/plugins/kubernetes/objects";
import { reasonsOf } from "../../../sandbox/plugins/kubernetes/pods";
import { progressOf } from "../../../sandbox/plugins/kubernetes/rollout";

const deployment = (spec: object, status: object): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "backstage", generation: 2 },
  spec,
  status: { observedGeneration: 2, ...status },
});

test.each([
  ["no replicas wanted", { replicas: 0 }, {}],
  ["every replica updated and available", { replicas: 2 }, { replicas: 2, updatedReplicas: 2, availableReplicas: 2 }],
])("a rollout is done with %s", (_, spec, status) => {
  expect(progressOf(deployment(spec, status)).state).toBe("done");
});

test.each([
  ["the controller has not seen the change", {}, { observedGeneration: 1 }, "has not seen the change yet"],
  ["replicas are missing", {}, {}, "0 of 1 new replicas have been updated"],
  ["old replicas run", {}, { replicas: 2, updatedReplicas: 1 }, "1 old replicas are pending termination"],
  ["replicas are not available", {}, { replicas: 1, updatedReplicas: 1 }, "0 of 1 updated replicas are available"],
])("a rollout is under way while %s", (_, spec, status, message) => {
  const progress = progressOf(deployment(spec, status));
  expect(progress.state).toBe("waiting");
  expect(progress.message).toContain(message);
});

const exceeded = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "timed out" };

test("a rollout over its deadline has failed, with the condition's words", () => {
  expect(progressOf(deployment({}, { conditions: [exceeded] }))).toEqual({
    state: "failed",
    message: "[ProgressDeadlineExceeded] timed out",
  });
});

test("the failure of the rollout before is not this one's", () => {
  const stale = deployment({}, { observedGeneration: 1, conditions: [exceeded] });
  expect(progressOf(stale).state).toBe("waiting");
});

const pod = (status: object): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "backstage-1" },
  status,
});

test("a pod tells why it is not scheduled, waits, and ended", () => {
  const status = {
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes" }],
    initContainerStatuses: [{ name: "init", ready: true, state: { terminated: { exitCode: 0, reason: "Completed" } } }],
    containerStatuses: [
      {
        name: "backend",
        ready: false,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
        lastState: { terminated: { exitCode: 1, reason: "Error", message: "Missing required config value" } },
      },
      { name: "sidecar", ready: false, state: { waiting: { reason: "ContainerCreating" } } },
    ],
  };
  expect(reasonsOf(pod(status))).toEqual([
    "Pod backstage-1: [Unschedulable] 0/1 nodes",
    "Pod backstage-1: container backend: [CrashLoopBackOff] back-off",
    "Pod backstage-1: container backend: [Error] exit code 1 Missing required config value",
  ]);
});

test("a ready pod has no reasons, though it was restarted", () => {
  const restarted = { name: "backend", ready: true, lastState: { terminated: { exitCode: 1, reason: "Error" } } };
  expect(reasonsOf(pod({ containerStatuses: [restarted] }))).toEqual([]);
});
