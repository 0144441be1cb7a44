import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "../../processes/wait";
import type { Context } from "../contract";
import { Connection } from "./connection";
import { Unreachable, inWords, isRefusal } from "./errors";
import { listPathOf, nameOf, pathOf, type Reference } from "./kinds";
import type { KubernetesObject, ManagedFieldsEntry } from "./objects";
import type { ProviderConfig } from "./config";

export interface ApplyOptions {
  fieldManager: string;
  /** Take over fields of other field managers. @default false */
  force?: boolean;
  /** Only say what would be. @default false */
  dryRun?: boolean;
}

/** Waits after each attempt, the last one too, to make an object that misses something, such as its namespace. */
const MISSING_DELAYS_MS = [1000, 2000, 4000, 8000, 16_000, 32_000];

/** Verbs of the Kubernetes API; each throws an ApiError or Unreachable. */
export class Cluster {
  readonly #connection: Connection;

  /** @param patience how much of the genuine provider's patience with what is missing it has */
  constructor(
    private readonly config: ProviderConfig,
    private readonly patience = 1,
  ) {
    this.#connection = new Connection(config);
  }

  /** The namespace of objects that name none; undefined if there is no kubeconfig that would say. */
  async defaultNamespace(): Promise<string | undefined> {
    if (this.config.namespace) return this.config.namespace;
    try {
      return (await this.#connection.namespace()) ?? "default";
    } catch (error) {
      if (error instanceof Unreachable) return undefined;
      throw error;
    }
  }

  /** The object, or undefined if there is none. */
  async get(reference: Reference, signal: AbortSignal): Promise<KubernetesObject | undefined> {
    try {
      return (await this.#connection.send({ method: "GET", path: pathOf(reference) }, signal)) as KubernetesObject;
    } catch (error) {
      if (isRefusal(error, "NotFound")) return undefined;
      throw error;
    }
  }

  /** The items of the list at an API path. */
  async list(path: string, signal: AbortSignal): Promise<KubernetesObject[]> {
    const list = await this.#connection.send({ method: "GET", path }, signal);
    return (list as { items: KubernetesObject[] }).items;
  }

  /** Creates an object that must not exist yet. */
  async create(
    reference: Reference,
    object: KubernetesObject,
    options: Omit<ApplyOptions, "force">,
    signal: AbortSignal,
  ): Promise<KubernetesObject> {
    const path = `${listPathOf(reference)}?${query(options)}`;
    return (await this.#connection.send({ method: "POST", path, body: object }, signal)) as KubernetesObject;
  }

  /** Makes an object by `work`, again and again while something that it needs is not found. */
  async patiently<T>(work: () => Promise<T>, context: Context): Promise<T> {
    const { signal } = context;
    for (let attempt = 0; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!isRefusal(error, "NotFound")) throw error;
        context.log("status", `Retry #${attempt}; creation failed: ${error.message}`);
        const delay = (MISSING_DELAYS_MS[attempt] as number) * this.patience;
        await sleep(delay, undefined, { signal }).catch(() => signal.throwIfAborted());
        if (attempt === MISSING_DELAYS_MS.length - 1) throw error;
      }
    }
  }

  /** Server-side apply: the object is made, or gets these fields, and loses those that the field manager owned before. */
  async apply(
    reference: Reference,
    object: KubernetesObject,
    { fieldManager, force = false, dryRun = false }: ApplyOptions,
    signal: AbortSignal,
  ): Promise<KubernetesObject> {
    const path = `${pathOf(reference)}?${query({ fieldManager, dryRun, force })}`;
    try {
      return (await this.#connection.send(
        // JSON is YAML.
        { method: "PATCH", path, body: object, contentType: "application/apply-patch+yaml" },
        signal,
      )) as KubernetesObject;
    } catch (error) {
      throw inWords(error, fieldManager);
    }
  }

  /** Gives up all fields of the field manager; those that nobody else owns go, or back to their defaults. */
  async relinquish(reference: Reference, fieldManager: string, signal: AbortSignal): Promise<void> {
    const { kind, name, namespace } = reference;
    const empty = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name, namespace } };
    await this.apply(reference, empty, { fieldManager }, signal);
  }

  /** Says anew who owns which fields. */
  async setManagedFields(
    reference: Reference,
    live: KubernetesObject,
    managedFields: ManagedFieldsEntry[],
    signal: AbortSignal,
  ): Promise<void> {
    // With its resourceVersion, or a change in between would lose its owner.
    const body = [
      { op: "replace", path: "/metadata/managedFields", value: managedFields },
      { op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
    ];
    const contentType = "application/json-patch+json";
    await this.#connection.send({ method: "PATCH", path: pathOf(reference), body, contentType }, signal);
  }

  /** Deletes the object and waits until it is gone, for so many seconds. */
  async delete(reference: Reference, propagationPolicy: string, seconds: number, signal: AbortSignal): Promise<void> {
    const live = await this.get(reference, signal);
    if (!live) return;
    const { uid } = live.metadata;
    // The API server refuses to delete a namespace that is being deleted.
    if (!live.metadata.deletionTimestamp) {
      const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy, preconditions: { uid } };
      try {
        await this.#connection.send({ method: "DELETE", path: pathOf(reference), body }, signal);
      } catch (error) {
        if (!isRefusal(error, "NotFound")) throw error;
      }
    }
    await waitFor(
      `${nameOf(reference)} to be gone`,
      async () => (await this.get(reference, signal))?.metadata.uid !== uid,
      { seconds, signal },
    );
  }
}

/** Strict: a field that the API server does not know is an error, not a warning. */
function query({ fieldManager, force, dryRun }: ApplyOptions): URLSearchParams {
  const parameters = new URLSearchParams({ fieldManager, fieldValidation: "Strict" });
  if (force !== undefined) parameters.set("force", String(force));
  if (dryRun) parameters.set("dryRun", "All");
  return parameters;
}
