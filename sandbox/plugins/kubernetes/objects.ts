import type { V1ManagedFieldsEntry, V1ObjectMeta } from "@kubernetes/client-node";
import { hasUnknown, isObject, type Props } from "../contract";

/** An object of the Kubernetes API, as its JSON. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: Omit<V1ObjectMeta, "managedFields"> & { managedFields?: ManagedFieldsEntry[] };
  [field: string]: unknown;
}

/** Which fields a field manager owns. https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
export interface ManagedFieldsEntry extends V1ManagedFieldsEntry {
  manager: string;
  operation: "Apply" | "Update";
  fieldsV1?: Record<string, unknown>;
}

/** The annotations that steer the provider. https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/ */
export const ANNOTATIONS = {
  autonamed: "pulumi.com/autonamed",
  deletionPropagation: "pulumi.com/deletionPropagationPolicy",
  patchFieldManager: "pulumi.com/patchFieldManager",
  patchForce: "pulumi.com/patchForce",
  skipAwait: "pulumi.com/skipAwait",
  timeoutSeconds: "pulumi.com/timeoutSeconds",
} as const;

/** An annotation's value among a resource's inputs. */
export function annotation(inputs: Props, name: keyof typeof ANNOTATIONS): string | undefined {
  const metadata = inputs.metadata;
  const annotations = isObject(metadata) ? metadata.annotations : undefined;
  const value = isObject(annotations) ? annotations[ANNOTATIONS[name]] : undefined;
  return typeof value === "string" && !hasUnknown(value) ? value : undefined;
}

/** The resource ID: `namespace/name`, or the name alone of a kind that has no namespaces. */
export function idOf({ namespace, name = "" }: Pick<V1ObjectMeta, "namespace" | "name">): string {
  return namespace ? `${namespace}/${name}` : name;
}

export function parseId(id: string): { namespace?: string; name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/** Metadata that only the API server writes. */
const READ_ONLY_METADATA = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

/** String maps that the API server leaves out when they are empty. */
const OMITTED_WHEN_EMPTY = new Set(["annotations", "labels", "data", "binaryData"]);

/**
 * Inputs in the form in which the API server gives them back, so that equal things compare equal: without nulls, empty
 * maps and read-only metadata, and a Secret's stringData as data. Inputs with an unknown in them keep their stringData.
 */
export function normalize(inputs: Props): Props {
  const normal = withoutNulls(inputs) as Props;
  if (isObject(normal.metadata)) {
    normal.metadata = Object.fromEntries(
      Object.entries(normal.metadata).filter(([key]) => !READ_ONLY_METADATA.includes(key)),
    );
  }
  return normal.kind === "Secret" && !hasUnknown(normal) ? normalizeSecret(normal) : normal;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== null && inner !== undefined)
    .map(([key, inner]) => [key, withoutNulls(inner)] as const)
    .filter(([key, inner]) => !(OMITTED_WHEN_EMPTY.has(key) && isObject(inner) && Object.keys(inner).length === 0));
  return Object.fromEntries(entries);
}

function normalizeSecret({ stringData, ...secret }: Props): Props {
  // The API server decodes base64 and encodes it again, which drops line breaks.
  const data = mapValues(secret.data, (text) => Buffer.from(text, "base64").toString("base64"));
  // stringData wins: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/
  const encoded = mapValues(stringData, (text) => Buffer.from(text).toString("base64"));
  const merged = { ...data, ...encoded };
  return Object.keys(merged).length > 0 ? { ...secret, data: merged } : secret;
}

function mapValues(map: unknown, change: (text: string) => string): Record<string, unknown> {
  if (!isObject(map)) return {};
  return Object.fromEntries(Object.entries(map).map(([key, v]) => [key, typeof v === "string" ? change(v) : v]));
}

/**
 * What `live` says about the fields that `shape` sets, and nothing else: fields that the API server or other field
 * managers set are no drift.
 */
export function prune(live: Props, shape: Props): Props {
  return Object.fromEntries(
    Object.entries(live)
      .filter(([key]) => shape[key] !== undefined)
      .map(([key, value]) => [key, pruneValue(value, shape[key])]),
  );
}

function pruneValue(value: unknown, shape: unknown): unknown {
  if (isObject(value) && isObject(shape)) return prune(value, shape);
  if (Array.isArray(value) && Array.isArray(shape)) {
    return value.slice(0, shape.length).map((item, index) => pruneValue(item, shape[index]));
  }
  return value;
}
