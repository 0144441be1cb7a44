import { InitializationFailed, hasUnknown, type Context, type Props, type Resource } from "../contract";
import { diff } from "./changes";
import type { ApplyOptions, Cluster } from "./cluster";
import { ApiError, Unreachable, isNamespaceMissing, isRefusal } from "./errors";
import { FIELD_MANAGER, fieldManagerOf, manages, takeOver } from "./fieldManagers";
import { checkInputs, importInputs } from "./inputs";
import { nameOf, type Kind, type Reference } from "./kinds";
import { annotation, idOf, isMap, normalize, parseId, prune, type KubernetesObject } from "./objects";
import { reasonsOfPods } from "./pods";
import { progressOf, waitForRollout } from "./rollout";
import type { Settings } from "./settings";

/** What a plugin's resources share; there is a cluster only after configuration. */
export interface Configured {
  cluster: Cluster;
  settings: Settings;
}

/** customTimeouts left out: how long to wait for a rollout, or for an object to be gone. */
const DEFAULT_TIMEOUT_SECONDS = 600;

const INPUTS = "__inputs";
const INITIAL_API_VERSION = "__initialApiVersion";

/** The lifecycle of a Kubernetes object as a Pulumi resource, as the genuine provider does it with server-side apply. */
export function resourceOf(kind: Kind, configured: () => Configured): Resource {
  const reference = (metadata: { namespace?: string; name?: string }): Reference => ({
    kind,
    namespace: kind.namespaced ? (metadata.namespace ?? "default") : undefined,
    name: metadata.name ?? "",
  });
  const awaited = (inputs: Props) => kind.kind === "Deployment" && annotation(inputs, "skipAwait") !== "true";

  return {
    inputs: kind.inputs,
    // __inputs holds every input once more.
    secretOutputs: [...(kind.secrets ?? []), INPUTS],

    check: (news, olds, context) =>
      checkInputs(kind, news, olds, context.urn, () => configured().cluster.defaultNamespace()),

    diff: (_id, oldInputs, oldOutputs, newInputs) =>
      diff(kind, configured().settings, oldInputs, oldOutputs, newInputs),

    async create(inputs, context) {
      const { cluster, settings } = configured();
      if (context.preview && (hasUnknown(inputs) || kind.patch)) return { id: "", outputs: inputs };
      const object = normalize(inputs) as KubernetesObject;
      const target = reference(object.metadata);
      const fieldManager = fieldManagerOf(inputs);
      const options: ApplyOptions = { fieldManager, dryRun: context.preview };
      let made: KubernetesObject;
      try {
        if (kind.patch || settings.upsertExistingObjects) {
          const force = context.preview || patchForce(inputs, settings);
          made = await cluster.apply(target, object, { ...options, force }, context.signal);
        } else {
          made = await cluster.create(target, object, options, context);
        }
      } catch (error) {
        if (context.preview && cannotPreview(error, context)) return { id: "", outputs: inputs };
        if (kind.patch && isRefusal(error, "Invalid") && !(await cluster.get(target, context.signal))) {
          throw new Error(
            `${nameOf(target)} does not exist: a ${kind.kind}Patch changes an object that something else makes. ` +
              `Create it first, or correct metadata.name and metadata.namespace.`,
            { cause: error },
          );
        }
        throw error;
      }
      if (context.preview) return { id: "", outputs: checkpoint(inputs, withoutStatus(made), fieldManager) };
      const id = idOf(made.metadata);
      return { id, outputs: await settle(id, inputs, made, fieldManager, context) };
    },

    async read(id, inputs, outputs, context) {
      const { cluster } = configured();
      const target = reference(parseId(id));
      const live = await cluster.get(target, context.signal);
      if (!live) return undefined;
      const imported = Object.keys(inputs).length === 0;
      const found = imported ? importInputs(kind, live) : prune(live, normalize(inputs));
      const state = checkpoint(found, live, fieldManagerOf(inputs, outputs));
      if (!imported && awaited(inputs)) {
        const progress = progressOf(live);
        if (progress.state !== "done") {
          const pods = await reasonsOfPods(cluster, target, context.signal);
          const reasons = [`${nameOf(target)} is not ready.`, progress.message, ...pods];
          throw new InitializationFailed(id, found, state, reasons);
        }
      }
      return { id, inputs: found, outputs: state };
    },

    async update(id, oldInputs, oldOutputs, newInputs, context) {
      const { cluster, settings } = configured();
      if (context.preview && hasUnknown(newInputs)) return { outputs: newInputs };
      const object = normalize(newInputs) as KubernetesObject;
      const target = reference(parseId(id));
      const fieldManager = fieldManagerOf(newInputs, oldOutputs);
      let force = patchForce(newInputs, settings);
      try {
        const live = await cluster.get(target, context.signal);
        if (!live) throw new Error(`${nameOf(target)} is gone: run pulumi refresh, then this again.`);
        const managedFields = kind.patch ? undefined : takeOver(live, fieldManager);
        // A preview changes nothing, so there the fields to be taken over are still somebody else's.
        if (managedFields && context.preview) force = true;
        else if (managedFields) await cluster.setManagedFields(target, live, managedFields, context.signal);
        const options: ApplyOptions = { fieldManager, force, dryRun: context.preview };
        const updated = await cluster.apply(target, object, options, context.signal);
        if (context.preview) return { outputs: checkpoint(newInputs, updated, fieldManager) };
        const oldManager = fieldManagerOf(oldInputs, oldOutputs);
        if (oldManager !== fieldManager) await cluster.relinquish(target, oldManager, context.signal);
        return { outputs: await settle(id, newInputs, updated, fieldManager, context) };
      } catch (error) {
        if (context.preview && cannotPreview(error, context)) return { outputs: newInputs };
        throw error;
      }
    },

    async delete(id, outputs, context) {
      const { cluster } = configured();
      const target = reference(parseId(id));
      const inputs = isMap(outputs[INPUTS]) ? outputs[INPUTS] : {};
      if (!kind.patch) {
        const seconds = timeoutSeconds(inputs, context);
        await cluster.delete(target, propagationPolicy(inputs), seconds, context.signal);
        return;
      }
      const fieldManager = fieldManagerOf(inputs, outputs);
      const live = await cluster.get(target, context.signal);
      if (!live || !manages(live, fieldManager)) return;
      try {
        await cluster.relinquish(target, fieldManager, context.signal);
      } catch (error) {
        const required =
          error instanceof ApiError
            ? error.status.details?.causes?.find(({ reason }) => reason === "FieldValueRequired")
            : undefined;
        if (!required) throw error;
        throw new Error(
          `${nameOf(target)} needs the field ${required.field}, which only this Patch sets. Set the resource option ` +
            `retainOnDelete, or let something else own the field first.`,
          { cause: error },
        );
      }
    },
  };

  /** The resource's state once the object is ready. */
  async function settle(
    id: string,
    inputs: Props,
    made: KubernetesObject,
    fieldManager: string,
    context: Context,
  ): Promise<Props> {
    if (!awaited(inputs)) return checkpoint(inputs, made, fieldManager);
    const { cluster } = configured();
    const target = reference(made.metadata);
    const failed = await waitForRollout(cluster, target, timeoutSeconds(inputs, context), context);
    // Read again for what came of it; a failure to read must not lose an object that was made.
    const live = (await cluster.get(target, context.signal).catch(() => undefined)) ?? made;
    const outputs = checkpoint(inputs, live, fieldManager);
    if (failed) {
      const reasons = [`The rollout of ${nameOf(target)} failed.`, ...failed];
      throw new InitializationFailed(id, inputs, outputs, reasons);
    }
    return outputs;
  }
}

/** A resource's state: the live object, and what the provider needs to know next time. */
function checkpoint(inputs: Props, live: KubernetesObject, fieldManager: string): Props {
  return { ...live, [INPUTS]: inputs, [INITIAL_API_VERSION]: inputs.apiVersion, [FIELD_MANAGER]: fieldManager };
}

function withoutStatus({ status: _, ...object }: KubernetesObject): KubernetesObject {
  return object;
}

function patchForce(inputs: Props, settings: Settings): boolean {
  return annotation(inputs, "patchForce") === "true" || settings.patchForce;
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
