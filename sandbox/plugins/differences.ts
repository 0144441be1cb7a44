import { isDeepStrictEqual } from "node:util";
import { UNKNOWN, type Change, type Props } from "./contract";
import { inputNames, parse, type Property, type Schema } from "./schema";

/** What has to change for what is there (the outputs) to be what is wanted (the inputs). */
export function changes(schema: Schema, outputs: Props, inputs: Props): Change[] {
  return inputNames(schema).flatMap((name) => {
    const property = schema[name] as Property;
    if (property.writeOnly) return [];
    const found = differences(property, outputs[name], inputs[name], name);
    return property.forceNew ? found.map((change) => ({ ...change, replaces: true })) : found;
  });
}

/** Whether what is there is what is wanted. */
export function matches(property: Property, there: unknown, wanted: unknown): boolean {
  return differences(property, there, wanted, "").length === 0;
}

/** Whether a value is what Terraform's state holds where nothing is given: "", 0, false, an empty list. */
export function isEmpty({ type }: Property, value: unknown): boolean {
  if (type === "json") return isDeepStrictEqual(parse((value as string | undefined) || "{}"), {});
  if (type === "map") return Object.keys(value ?? {}).length === 0;
  return Array.isArray(value) ? value.length === 0 : !value;
}

/** The changes of one property, each with its path, in lists and sets that of the element: as in bridged providers. */
function differences(property: Property, there: unknown, wanted: unknown, path: string): Change[] {
  const { type, of, computed } = property;
  if (wanted === undefined && computed) return [];
  if (isEmpty(property, there) && isEmpty(property, wanted)) return [];
  if (there === undefined || wanted === undefined || wanted === UNKNOWN) return [change(path, there, wanted)];
  switch (type) {
    case "json":
      return isDeepStrictEqual(parse(there as string), parse(wanted as string)) ? [] : [change(path, there, wanted)];
    case "set":
      return elementChanges(path, setEdits(there as unknown[], wanted as unknown[]));
    case "list":
      if (!of) return elementChanges(path, listEdits(there as unknown[], wanted as unknown[]));
      return indices(there as unknown[], wanted as unknown[]).flatMap((index) =>
        differences(
          { type: "object", of },
          (there as unknown[])[index],
          (wanted as unknown[])[index],
          `${path}[${index}]`,
        ),
      );
    case "map":
      return [...new Set([...Object.keys(there as Props), ...Object.keys(wanted as Props)])].flatMap((key) =>
        differences({ type: "string" }, (there as Props)[key], (wanted as Props)[key], `${path}.${key}`),
      );
    case "object":
      return Object.entries(of ?? {}).flatMap(([name, inner]) =>
        inner.output ? [] : differences(inner, (there as Props)[name], (wanted as Props)[name], `${path}.${name}`),
      );
    default:
      return there === wanted ? [] : [change(path, there, wanted)];
  }
}

function change(path: string, there: unknown, wanted: unknown): Change {
  if (there === undefined) return { path, kind: "add" };
  return { path, kind: wanted === undefined ? "delete" : "update" };
}

/** Which elements go, by their index in the old list, and which come, by their index in the new one. */
interface Edits {
  removed: number[];
  added: number[];
}

function elementChanges(path: string, { removed, added }: Edits): Change[] {
  return [...new Set([...removed, ...added])]
    .sort((a, b) => a - b)
    .map((index) =>
      change(`${path}[${index}]`, removed.includes(index) || undefined, added.includes(index) || undefined),
    );
}

function setEdits(old: unknown[], now: unknown[]): Edits {
  return {
    removed: indicesOf(old, (each) => !now.includes(each)),
    added: indicesOf(now, (each) => !old.includes(each)),
  };
}

/** The edits that leave a longest common subsequence where it is. */
function listEdits(old: unknown[], now: unknown[]): Edits {
  // common[i][j]: how many elements old.slice(i) and now.slice(j) have in common, in this order.
  const common = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      (common[i] as number[])[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const edits: Edits = { removed: [], added: [] };
  for (let i = 0, j = 0; i < old.length || j < now.length;) {
    if (i < old.length && j < now.length && old[i] === now[j]) [i, j] = [i + 1, j + 1];
    else if (i < old.length && at(i + 1, j) >= at(i, j + 1)) edits.removed.push(i++);
    else edits.added.push(j++);
  }
  return edits;
}

function indices(...lists: unknown[][]): number[] {
  return Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, index) => index);
}

function indicesOf(list: unknown[], condition: (element: unknown) => boolean): number[] {
  return indices(list).filter((index) => condition(list[index]));
}
