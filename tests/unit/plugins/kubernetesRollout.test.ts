import type { KubernetesObject } from "../../../sandbox/plugins/kubernetes/objects";
import { progressOf, reasonOf } from "../../../sandbox/plugins/kubernetes/rollout";

const available = { type: "Available", status: "True" };
const newest = { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" };
const exceeded = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "timed out" };

const deployment = (status: object, revision = "2", replicas = 1): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "backstage", generation: 2, annotations: { "deployment.kubernetes.io/revision": revision } },
  spec: { replicas },
  status: { observedGeneration: 2, ...status },
});

it.each([
  ["the newest ReplicaSet available", deployment({ readyReplicas: 1, conditions: [available, newest] })],
  ["no replicas wanted", deployment({ conditions: [available, newest] }, "2", 0)],
  ["the first ReplicaSet ready", deployment({ readyReplicas: 1, conditions: [available] }, "1")],
])("a rollout is done with %s", (_, object) => {
  expect(progressOf(object)).toEqual({ done: true, errors: [] });
});

const LIVE = "Minimum number of live Pods was not attained";
const CONSIDERED_LIVE = "Minimum number of Pods to consider the application live was not attained";

it.each([
  ["the controller has not seen the change", { observedGeneration: 1, conditions: [available, newest] }, [LIVE]],
  ["no replica is available", { conditions: [] }, [LIVE]],
  ["old replicas serve", { readyReplicas: 1, conditions: [available] }, [CONSIDERED_LIVE]],
  [
    "its deadline is over, which is no reason to give it up",
    { readyReplicas: 1, conditions: [available, exceeded] },
    ["[ProgressDeadlineExceeded] timed out", CONSIDERED_LIVE],
  ],
])("a rollout is under way while %s", (_, status, errors) => {
  expect(progressOf(deployment(status))).toEqual({ done: false, errors });
});

const scheduled = { type: "PodScheduled", status: "True" };
const unready = { type: "Ready", status: "False", reason: "ContainersNotReady", message: "unready: [backend]" };
const pod = (status: object): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "backstage-1", namespace: "portal" },
  status: { phase: "Running", ...status },
});

it("a pod tells what its containers wait for, and how they ended", () => {
  const ended = {
    exitCode: 1,
    reason: "Error",
    message: "Missing required config value",
    finishedAt: "2026-01-01T00:00:00Z",
  };
  const status = {
    conditions: [scheduled, { type: "Initialized", status: "True" }, unready],
    containerStatuses: [
      {
        name: "backend",
        ready: false,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
        lastState: { terminated: ended },
      },
      { name: "sidecar", ready: false, state: { waiting: { reason: "ContainerCreating" } } },
    ],
  };
  expect(reasonOf(pod(status))).toBe(
    "[Pod portal/backstage-1]: unready: [backend][CrashLoopBackOff] back-off\n" +
      'container "backend" terminated at 2026-01-01T00:00:00Z (Error: exit code 1)\nMissing required config value',
  );
});

it("a pod that is ready, or has no node yet, has no reason", () => {
  const ready = [scheduled, { type: "Initialized", status: "True" }, { type: "Ready", status: "True" }];
  expect(reasonOf(pod({ conditions: ready }))).toBeUndefined();
  expect(reasonOf(pod({ conditions: [{ type: "PodScheduled", status: "False" }, unready] }))).toBeUndefined();
});
