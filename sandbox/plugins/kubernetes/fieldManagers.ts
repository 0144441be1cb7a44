import { randomBytes } from "node:crypto";
import { isObject, type Props } from "../contract";
import { annotation, type KubernetesObject, type ManagedFieldsEntry } from "./objects";

/** The state's property that keeps a generated field manager. */
export const FIELD_MANAGER = "__fieldManager";

/** The manager that the genuine provider creates objects with, before they are any resource's. */
export const CREATOR = "pulumi-kubernetes";

/**
 * The field manager of a resource: the one that its annotation names, else the one in its state, else a new one, so
 * that two resources which patch one object do not undo each other.
 */
export function fieldManagerOf(inputs: Props, outputs: Props = {}): string {
  const kept = outputs[FIELD_MANAGER];
  return (
    annotation(inputs, "patchFieldManager") ||
    (typeof kept === "string" ? kept : `pulumi-kubernetes-${randomBytes(4).toString("hex")}`)
  );
}

/** Prefixes of field managers whose fields an update takes over, as the genuine provider does: kubectl's and Pulumi's. */
const TAKEN_OVER = {
  Update: ["kubectl", "before-first-apply", "pulumi-kubernetes", "pulumi-resource-kubernetes"],
  Apply: ["kubectl"],
};

/** Pulumi's managers that a dry run is forced for, since an update would take their fields over first. */
const PULUMIS = ["pulumi-resource-kubernetes", "pulumi-kubernetes", "pulumi-kubernetes.exe"];

/** Whether a dry run takes over the fields of others, even if the update itself would not. */
export function forcesDryRun(live: KubernetesObject): boolean {
  return (live.metadata.managedFields ?? []).some(
    ({ manager, operation }) => operation === "Update" && PULUMIS.includes(manager),
  );
}

/**
 * The object's managedFields with what was created, or edited with kubectl, in `manager`'s own Apply entry, or
 * undefined if there is nothing to take over. Only then can server-side apply change and remove those fields.
 */
export function takeOver(object: KubernetesObject, manager: string): ManagedFieldsEntry[] | undefined {
  const entries = object.metadata.managedFields ?? [];
  const taken = entries.filter(
    (entry) =>
      !(entry.manager === manager && entry.operation === "Apply") &&
      !entry.subresource &&
      TAKEN_OVER[entry.operation].some((name) => entry.manager.startsWith(name)),
  );
  const [first] = taken;
  if (!first) return undefined;
  const own = entries.find((entry) => entry.manager === manager && entry.operation === "Apply");
  const merged: ManagedFieldsEntry = {
    ...(own ?? { ...first, manager, operation: "Apply" }),
    fieldsV1: taken.reduce<Props>((union, { fieldsV1 = {} }) => merge(union, fieldsV1), own?.fieldsV1 ?? {}),
  };
  return [...entries.filter((entry) => entry !== own && !taken.includes(entry)), merged];
}

/** The union of two sets of fields: each field is a key of a tree. */
function merge(one: Props, other: Props): Props {
  const union = { ...one };
  for (const [field, inner] of Object.entries(other)) {
    const mine = union[field];
    union[field] = isObject(mine) && isObject(inner) ? merge(mine, inner) : inner;
  }
  return union;
}
