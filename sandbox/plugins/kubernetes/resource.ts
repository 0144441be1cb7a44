import { InitializationFailed, hasUnknown, isObject, type Context, type Props, type Resource } from "../contract";
import { diff } from "./changes";
import type { Cluster } from "./cluster";
import { Unreachable, isNamespaceMissing, isRefusal } from "./errors";
import { CREATOR, FIELD_MANAGER, fieldManagerOf, forcesDryRun, takeOver } from "./fieldManagers";
import { checkInputs, importInputs } from "./inputs";
import type { Kind, Reference } from "./kinds";
import { annotation, idOf, normalize, parseId, prune, type KubernetesObject } from "./objects";
import { progressOf, reasonsOfPods, waitForRollout } from "./rollout";
import type { ProviderConfig } from "./config";

/** What a plugin's resources share; there is a cluster only after configuration. */
export interface Configured {
  cluster: Cluster;
  config: ProviderConfig;
}

/** customTimeouts left out: how long to wait for a rollout, or for an object to be gone. */
const DEFAULT_TIMEOUT_SECONDS = 600;

const INPUTS = "__inputs";
const INITIAL_API_VERSION = "__initialApiVersion";

/** The lifecycle of a Kubernetes object as a Pulumi resource, as the genuine provider does it with server-side apply. */
export class KubernetesResource implements Resource {
  readonly inputs: readonly string[];
  readonly secretOutputs: readonly string[];

  constructor(
    private readonly kind: Kind,
    private readonly configured: () => Configured,
  ) {
    this.inputs = kind.inputs;
    // __inputs holds every input once more.
    this.secretOutputs = [...(kind.secrets ?? []), INPUTS];
  }

  check(news: Props, olds: Props | undefined, context: Context) {
    return checkInputs(this.kind, news, olds, context.urn, () => this.cluster.defaultNamespace());
  }

  diff(_id: string, oldInputs: Props, oldOutputs: Props, newInputs: Props) {
    return diff(this.kind, this.config, oldInputs, oldOutputs, newInputs);
  }

  async create(inputs: Props, context: Context) {
    if (context.preview && (hasUnknown(inputs) || this.kind.patch)) return { id: "", outputs: inputs };
    let made: KubernetesObject;
    try {
      const make = () => this.make(inputs, context);
      made = await (context.preview ? make() : this.cluster.patiently(make, context));
    } catch (error) {
      if (context.preview && cannotPreview(error, context)) return { id: "", outputs: inputs };
      if (error instanceof Unreachable) throw error;
      const told = `was not successfully created by the Kubernetes API server: ${(error as Error).message}`;
      throw new Error(`resource "${context.urn}" ${told}`, { cause: error });
    }
    const fieldManager = fieldManagerOf(inputs);
    if (context.preview) return { id: "", outputs: checkpoint(inputs, withoutStatus(made), fieldManager) };
    const id = idOf(made.metadata);
    const failed = await this.waitUntilReady(inputs, made, context);
    const outputs = checkpoint(inputs, await this.liveOf(made, context), fieldManager);
    if (!failed) return { id, outputs };
    const [first, ...others] = failed;
    throw new InitializationFailed(id, inputs, outputs, [
      `resource "${context.urn}" was successfully created, but the Kubernetes API server reported that it failed to ` +
        `fully initialize or become live: ${first}`,
      ...others,
    ]);
  }

  async read(id: string, inputs: Props, outputs: Props, context: Context) {
    const target = this.reference(parseId(id));
    const live = await this.cluster.get(target, context.signal);
    if (!live) return undefined;
    const imported = Object.keys(inputs).length === 0;
    const found = imported ? importInputs(this.kind, live) : prune(live, normalize(inputs));
    const state = checkpoint(found, live, fieldManagerOf(inputs, outputs));
    if (!imported && this.awaits(inputs)) {
      const { done, errors } = progressOf(live);
      if (!done) {
        const first = `Resource '${target.name}' was created but failed to initialize`;
        const pods = await reasonsOfPods(this.cluster, target, context.signal);
        throw new InitializationFailed(id, found, state, [first, ...errors, ...pods]);
      }
    }
    return { id, inputs: found, outputs: state };
  }

  async update(id: string, oldInputs: Props, oldOutputs: Props, newInputs: Props, context: Context) {
    const dryRun = context.preview;
    if (dryRun && hasUnknown(newInputs)) return { outputs: newInputs };
    const target = this.reference(parseId(id));
    const fieldManager = fieldManagerOf(newInputs, oldOutputs);
    let updated: KubernetesObject;
    let failed: string[] | undefined;
    try {
      updated = await this.apply(target, newInputs, fieldManager, context);
      if (dryRun) return { outputs: checkpoint(newInputs, updated, fieldManager) };
      failed = await this.waitUntilReady(newInputs, updated, context);
      updated = await this.liveOf(updated, context);
    } catch (error) {
      if (dryRun && cannotPreview(error, context)) return { outputs: newInputs };
      if (error instanceof Unreachable) throw error;
      failed = [(error as Error).message];
      updated = await this.lastSeen(target, failed[0] as string, context);
    }
    const outputs = checkpoint(newInputs, updated, fieldManager);
    if (failed) {
      const [first, ...others] = failed;
      const told = `the Kubernetes API server reported that "${id}" failed to fully initialize or become live: ${first}`;
      if (dryRun) throw new Error(told);
      throw new InitializationFailed(id, newInputs, outputs, [told, ...others]);
    }
    const oldManager = fieldManagerOf(oldInputs, oldOutputs);
    if (oldManager !== fieldManager) await this.cluster.relinquish(target, oldManager, context.signal);
    return { outputs };
  }

  async delete(id: string, outputs: Props, context: Context) {
    const target = this.reference(parseId(id));
    const inputs = isObject(outputs[INPUTS]) ? outputs[INPUTS] : {};
    if (!this.kind.patch) {
      const seconds = timeoutSeconds(inputs, context);
      await this.cluster.delete(target, propagationPolicy(inputs), seconds, context.signal);
      return;
    }
    try {
      await this.cluster.relinquish(target, fieldManagerOf(inputs, outputs), context.signal);
    } catch (error) {
      // Also where the object is gone: then the apply would make it, and it lacks all that it needs.
      const causes = isRefusal(error, "Invalid") ? (error.status.details?.causes ?? []) : [];
      const required = causes.find(({ reason }) => reason === "FieldValueRequired");
      if (!required) throw error;
      throw new Error(
        "this Patch resource is currently managing a required field, so it can't be deleted directly. Either set the " +
          `\`retainOnDelete\` resource option, or transfer ownership of the field before deleting: ${required.field}`,
        { cause: error },
      );
    }
  }

  private get cluster(): Cluster {
    return this.configured().cluster;
  }

  private get config(): ProviderConfig {
    return this.configured().config;
  }

  private reference(metadata: { namespace?: string; name?: string }): Reference {
    const namespace = this.kind.namespaced ? (metadata.namespace ?? "default") : undefined;
    return { kind: this.kind, namespace, name: metadata.name ?? "" };
  }

  private awaits(inputs: Props): boolean {
    return this.kind.kind === "Deployment" && annotation(inputs, "skipAwait") !== "true";
  }

  /** Makes the object, or in a preview tries whether it could be made. */
  private make(inputs: Props, { preview: dryRun, signal }: Context): Promise<KubernetesObject> {
    const object = normalize(inputs) as KubernetesObject;
    const target = this.reference(object.metadata);
    if (!this.kind.patch && !this.config.upsertExistingObjects)
      return this.cluster.create(target, object, { fieldManager: CREATOR, dryRun }, signal);
    const force = dryRun || patchForce(inputs, this.config);
    return this.cluster.apply(target, object, { fieldManager: fieldManagerOf(inputs), dryRun, force }, signal);
  }

  /** Server-side apply to an object that is there, after a takeover of what kubectl and older ways of Pulumi have of it. */
  private async apply(
    target: Reference,
    inputs: Props,
    fieldManager: string,
    { preview: dryRun, signal }: Context,
  ): Promise<KubernetesObject> {
    const { cluster, config } = this.configured();
    const live = await cluster.get(target, signal);
    if (!live) throw new Error(`${this.kind.plural} "${target.name}" not found`);
    const managedFields = this.kind.patch || dryRun ? undefined : takeOver(live, fieldManager);
    if (managedFields) await cluster.setManagedFields(target, live, managedFields, signal);
    const force = patchForce(inputs, config) || (dryRun && forcesDryRun(live));
    return cluster.apply(target, normalize(inputs) as KubernetesObject, { fieldManager, force, dryRun }, signal);
  }

  /** Waits for a rollout. @returns undefined, or why it failed */
  private async waitUntilReady(inputs: Props, made: KubernetesObject, context: Context): Promise<string[] | undefined> {
    if (!this.awaits(inputs)) return undefined;
    return waitForRollout(this.cluster, this.reference(made.metadata), timeoutSeconds(inputs, context), context);
  }

  /** The object as it is now; a failure to read must not lose one that was made. */
  private async liveOf(made: KubernetesObject, { signal }: Context): Promise<KubernetesObject> {
    return (await this.cluster.get(this.reference(made.metadata), signal).catch(() => undefined)) ?? made;
  }

  /** The object that an update failed at. */
  private async lastSeen(target: Reference, why: string, { urn, signal }: Context): Promise<KubernetesObject> {
    const live = await this.cluster.get(target, signal);
    if (live) return live;
    const gone = `${this.kind.plural} "${target.name}" not found`;
    throw new Error(`update of resource "${urn}" failed: ${why}\nunable to get cluster state: ${gone}`);
  }
}

/** A resource's state: the live object, and what the provider needs to know next time. */
function checkpoint(inputs: Props, live: KubernetesObject, fieldManager: string): Props {
  return { ...live, [INPUTS]: inputs, [INITIAL_API_VERSION]: inputs.apiVersion, [FIELD_MANAGER]: fieldManager };
}

function withoutStatus({ status: _, ...object }: KubernetesObject): KubernetesObject {
  return object;
}

function patchForce(inputs: Props, config: ProviderConfig): boolean {
  return annotation(inputs, "patchForce") === "true" || config.patchForce;
}

function timeoutSeconds(inputs: Props, context: Context): number {
  return context.timeoutSeconds ?? (Number(annotation(inputs, "timeoutSeconds")) || DEFAULT_TIMEOUT_SECONDS);
}

function propagationPolicy(inputs: Props): string {
  const policies: Record<string, string> = { orphan: "Orphan", background: "Background" };
  return policies[annotation(inputs, "deletionPropagation")?.toLowerCase() ?? ""] ?? "Foreground";
}

/**
 * Whether a dry run failed for a reason that says nothing about the update itself: then the preview goes by the inputs
 * alone. The namespace may be made in the same run, an object that exists may be the one to be replaced.
 */
function cannotPreview(error: unknown, context: Context): boolean {
  if (error instanceof Unreachable) context.log("warning", error.message);
  return (
    error instanceof Unreachable ||
    isRefusal(error, "Forbidden") ||
    isRefusal(error, "AlreadyExists") ||
    isNamespaceMissing(error)
  );
}
