import { randomBytes } from "node:crypto";
import type { Props } from "../contract";
import { annotation, isMap, type KubernetesObject, type ManagedFieldsEntry } from "./objects";

/** The state's property that keeps a generated field manager. */
export const FIELD_MANAGER = "__fieldManager";

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

/** Whether the field manager made, changed or applied the object. */
export function manages(object: KubernetesObject, manager: string): boolean {
  return (object.metadata.managedFields ?? []).some((entry) => entry.manager === manager);
}

/** Prefixes of field managers whose fields an update takes over, as the genuine provider does: kubectl's and Pulumi's. */
const TAKEN_OVER = ["kubectl", "before-first-apply", "pulumi-kubernetes", "pulumi-resource-kubernetes"];

/**
 * The object's managedFields with what was created, or edited with kubectl, in `manager`'s own Apply entry, or
 * undefined if there is nothing to take over. Only then can server-side apply change and remove those fields.
 */
export function takeOver(object: KubernetesObject, manager: string): ManagedFieldsEntry[] | undefined {
  const entries = object.metadata.managedFields ?? [];
  const taken = entries.filter(
    (entry) =>
      entry.operation === "Update" && !entry.subresource && TAKEN_OVER.some((name) => entry.manager.startsWith(name)),
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
    union[field] = isMap(mine) && isMap(inner) ? merge(mine, inner) : inner;
  }
  return union;
}
