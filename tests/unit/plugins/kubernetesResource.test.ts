import { InitializationFailed, type Context, type Props } from "../../../sandbox/plugins/contract";
import { Cluster, type ApplyOptions } from "../../../sandbox/plugins/kubernetes/cluster";
import { ApiError } from "../../../sandbox/plugins/kubernetes/errors";
import { KINDS, type Kind, type Reference } from "../../../sandbox/plugins/kubernetes/kinds";
import type { KubernetesObject } from "../../../sandbox/plugins/kubernetes/objects";
import { KubernetesResource } from "../../../sandbox/plugins/kubernetes/resource";
import { readConfig } from "../../../sandbox/plugins/kubernetes/config";

const URN = "urn:pulumi:dev::portal::kubernetes:core/v1:Secret::okta";
const SECRET = KINDS["kubernetes:core/v1:Secret"] as Kind;
const DEPLOYMENT_PATCH = KINDS["kubernetes:apps/v1:DeploymentPatch"] as Kind;
const context = (preview = false): Context => ({
  urn: URN,
  preview,
  timeoutSeconds: 0.2,
  signal: new AbortController().signal,
  log: () => undefined,
});

const secret = (annotations: Record<string, string> = {}): Props => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "okta", namespace: "backstage", annotations },
  data: { a: "MQ==" },
});
const conflict = new ApiError({ code: 409, reason: "Conflict", message: 'conflict with "kubectl-patch"' });
const missing = new ApiError({
  code: 404,
  reason: "NotFound",
  message: 'namespaces "backstage" not found',
  details: { kind: "namespaces" },
});

/** A cluster whose verbs a test answers for; it notes the options of each apply. */
class FakeCluster extends Cluster {
  applied: ApplyOptions[] = [];
  constructor(
    private readonly live: KubernetesObject | undefined,
    private readonly onApply: (options: ApplyOptions) => KubernetesObject,
  ) {
    super(readConfig({}, {}), 0);
  }
  override get(): Promise<KubernetesObject | undefined> {
    return Promise.resolve(this.live);
  }
  override list(): Promise<KubernetesObject[]> {
    return Promise.resolve([]);
  }
  override setManagedFields(): Promise<void> {
    return Promise.resolve();
  }
  override apply(_: Reference, object: KubernetesObject, options: ApplyOptions): Promise<KubernetesObject> {
    this.applied.push(options);
    return Promise.resolve().then(() => ({ ...object, ...this.onApply(options) }));
  }
}

const resource = (kind: Kind, cluster: Cluster) =>
  new KubernetesResource(kind, () => ({ cluster, config: readConfig({ upsertExistingObjects: "true" }, {}) }));

const edited = { managedFields: [{ manager: "kubectl-patch", operation: "Update" as const }] };
const live = { ...secret(), metadata: { name: "okta", namespace: "backstage", ...edited } } as KubernetesObject;
const unlessForced = ({ force }: ApplyOptions): KubernetesObject => {
  if (!force) throw conflict;
  return live;
};

describe("A Secret that somebody edited with kubectl", () => {
  const update = (annotations: Record<string, string>, preview: boolean) =>
    resource(SECRET, new FakeCluster(live, unlessForced)).update(
      "backstage/okta",
      secret(),
      secret(),
      secret(annotations),
      context(preview),
    );

  it("stops a preview", async () => {
    await expect(update({}, true)).rejects.toThrow(
      'the Kubernetes API server reported that "backstage/okta" failed to fully initialize or become live: ' +
        'conflict with "kubectl-patch"',
    );
  });

  it("is taken back in a preview where the resource forces its patches", async () => {
    await expect(update({ "pulumi.com/patchForce": "true" }, true)).resolves.toBeDefined();
  });

  it("stops an update with the state of now, if it cannot be taken over", async () => {
    const error = await update({}, false).catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(InitializationFailed);
    expect(error).toMatchObject({ id: "backstage/okta", outputs: { data: { a: "MQ==" } } });
  });
});

describe("An object whose namespace is not there", () => {
  it("passes the preview, and fails after six attempts", async () => {
    const cluster = new FakeCluster(undefined, () => {
      throw missing;
    });
    await expect(resource(SECRET, cluster).create(secret(), context(true))).resolves.toMatchObject({ id: "" });
    await expect(resource(SECRET, cluster).create(secret(), context())).rejects.toThrow(
      `resource "${URN}" was not successfully created by the Kubernetes API server: namespaces "backstage" not found`,
    );
    expect(cluster.applied).toHaveLength(1 + 6);
  });
});

describe("A DeploymentPatch", () => {
  const patch = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "backstage", namespace: "portal" } };
  const exceeded = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "timed out" };

  it("of no Deployment fails with what the API server misses", async () => {
    const message = 'Deployment.apps "backstage" is invalid: [spec.selector: Required value]';
    const invalid = new ApiError({ code: 422, reason: "Invalid", message });
    const cluster = new FakeCluster(undefined, () => {
      throw invalid;
    });
    await expect(resource(DEPLOYMENT_PATCH, cluster).create(patch, context())).rejects.toThrow(message);
    expect(cluster.applied).toHaveLength(1);
  });

  it("waits for its time-out, whatever the progress deadline, and stays in the state", async () => {
    const stuck: KubernetesObject = {
      ...patch,
      metadata: { ...patch.metadata, generation: 2, annotations: { "deployment.kubernetes.io/revision": "2" } },
      status: { observedGeneration: 2, conditions: [{ type: "Available", status: "True" }, exceeded] },
    };
    const error = await resource(DEPLOYMENT_PATCH, new FakeCluster(stuck, () => stuck))
      .create(patch, context())
      .catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(InitializationFailed);
    const { id, reasons } = error as InitializationFailed;
    expect(id).toBe("portal/backstage");
    expect(reasons[0]).toMatch(/failed to fully initialize or become live: 'backstage' timed out waiting to be Ready$/);
    expect(reasons).toContain("[ProgressDeadlineExceeded] timed out");
  });
});
