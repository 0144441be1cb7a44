import { isObject, type Change, type Diff, type Props } from "../contract";
import type { Kind } from "./kinds";
import { annotation, normalize, prune, type KubernetesObject } from "./objects";
import type { ProviderConfig } from "./config";

type Path = readonly (string | number)[];

/** A field that differs: what it was and will be; undefined where there is none. */
interface FieldChange {
  path: Path;
  was: unknown;
  value: unknown;
}

/**
 * Compares the live object, as far as the old inputs set it, with the new inputs: so that both a changed Pulumi program
 * and drift found by a refresh are changes, and what others set on the object is none.
 */
export function diff(kind: Kind, config: ProviderConfig, oldInputs: Props, oldOutputs: Props, newInputs: Props): Diff {
  const news = inNamespace(kind, normalize(newInputs) as KubernetesObject);
  const live = inNamespace(kind, oldOutputs as KubernetesObject);
  const olds = inNamespace(kind, prune(oldOutputs, normalize(oldInputs)) as KubernetesObject);
  // A Pulumi program may come to spell out the name that the object has.
  if (news.metadata.name !== undefined) olds.metadata.name = live.metadata.name;

  const found = fieldChanges(olds, news);
  const replaceOn = ["metadata.name", "metadata.namespace", ...(kind.replaceOn?.(news, config) ?? [])];
  const changes = found.map((field) =>
    change(
      field,
      replaceOn.some((each) => touches(field, each.split("."))),
    ),
  );
  const sameName = news.metadata.name === live.metadata.name && news.metadata.namespace === live.metadata.namespace;
  return {
    changes,
    // Two objects cannot have one name.
    deleteBeforeReplace:
      sameName && annotation(news, "autonamed") !== "true" && changes.some(({ replaces }) => replaces),
  };
}

function change({ path, was, value }: FieldChange, replaces: boolean): Change {
  const kind = value === undefined ? "delete" : was === undefined ? "add" : "update";
  // What goes is looked up among the inputs: the live object may have got it from elsewhere, too.
  return { path: pathText(path), kind, replaces, ofInputs: kind === "delete" };
}

/** The object with its namespace spelled out, or without one if its kind has none. */
function inNamespace(kind: Kind, object: KubernetesObject): KubernetesObject {
  const { namespace = "default", ...metadata } = object.metadata ?? {};
  return { ...object, metadata: kind.namespaced ? { ...metadata, namespace } : metadata };
}

function fieldChanges(old: unknown, now: unknown, path: Path = []): FieldChange[] {
  if (isObject(old) && isObject(now)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
    return [...keys].flatMap((key) => fieldChanges(old[key], now[key], [...path, key]));
  }
  if (Array.isArray(old) && Array.isArray(now)) {
    const length = Math.max(old.length, now.length);
    return Array.from({ length }, (_, index) => index).flatMap((i) => fieldChanges(old[i], now[i], [...path, i]));
  }
  return old === now ? [] : [{ path, was: old, value: now }];
}

/** Whether the change is of this field: of something in it, or of something around it that has it. */
function touches({ path, value }: FieldChange, field: readonly string[]): boolean {
  const common = Math.min(path.length, field.length);
  if (!field.slice(0, common).every((key, index) => key === path[index])) return false;
  const inside = field.slice(common).reduce<unknown>((v, key) => (isObject(v) ? v[key] : undefined), value);
  return path.length >= field.length || inside !== undefined;
}

/** A property path in Pulumi's notation, such as `metadata.annotations["pulumi.com/patchForce"]`. */
function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (/[."[\]]/.test(key)) return `${text}["${key.replaceAll('"', '\\"')}"]`;
    return text ? `${text}.${key}` : key;
  }, "");
}
