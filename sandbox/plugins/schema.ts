import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { UNKNOWN, hasUnknown, type CheckFailure, type Diff, type Props } from "./server";

/**
 * One property of a resource, with the vocabulary of Terraform's schemas, since the genuine providers are bridged from
 * Terraform: https://developer.hashicorp.com/terraform/plugin/sdkv2/schemas/schema-behaviors
 */
export interface Property {
  /** A `set` compares without regard to order; `json` is a string that compares as the value it stands for. */
  type: "string" | "boolean" | "number" | "list" | "set" | "map" | "object" | "json";
  /** The properties of an object, or of each object in a list. */
  of?: Schema;
  required?: true;
  /** Filled in where the program says nothing. */
  default?: unknown;
  /** Named after the resource, with a random suffix, where the program says nothing. */
  autoname?: true;
  /** Left out by the program, it is whatever the service makes it, and never a change. */
  computed?: true;
  /** Never an input. */
  output?: true;
  /** A change needs a new resource. */
  forceNew?: true;
  secret?: true;
  /** Sent, but neither kept among the outputs nor compared. */
  writeOnly?: true;
  /** The only values allowed, in a list or set for each element. */
  values?: readonly string[];
  /** The smallest number allowed. */
  minimum?: number;
  /** The most characters allowed. */
  maxLength?: number;
}

export type Schema = Record<string, Property>;

/** The names of the inputs. */
export function inputNames(schema: Schema): string[] {
  return Object.keys(schema).filter((name) => !schema[name]?.output);
}

/** The names of the properties that are secret whatever the program says. */
export function secretNames(schema: Schema): string[] {
  return Object.keys(schema).filter((name) => schema[name]?.secret);
}

/**
 * Inputs with defaults and autonames filled in, and what is wrong with them. As in bridged providers, `__defaults` keeps
 * the names of what was filled in, so that an autoname stays, while a name that the program no longer gives does not.
 */
export function checkInputs(
  schema: Schema,
  news: Props,
  olds: Props | undefined,
  urn: string,
): { inputs: Props; failures: CheckFailure[] } {
  const inputs = withDefaults(schema, news);
  for (const name of Object.keys(schema)) {
    if (!schema[name]?.autoname || inputs[name] !== undefined) continue;
    const kept = (olds?.__defaults as string[] | undefined)?.includes(name) ? olds?.[name] : undefined;
    inputs[name] = kept ?? `${urn.split("::").pop()}-${randomBytes(4).toString("hex").slice(0, 7)}`;
  }
  const filledIn = Object.keys(inputs).filter((name) => news[name] === undefined);
  return { inputs: { ...inputs, __defaults: filledIn.sort() }, failures: failuresOf(schema, inputs, "") };
}

function withDefaults(schema: Schema, given: Props): Props {
  const filled: Props = { ...given };
  for (const [name, property] of Object.entries(schema)) {
    const { of } = property;
    const value = filled[name];
    if (value === undefined && property.default !== undefined) filled[name] = property.default;
    if (of && Array.isArray(value))
      filled[name] = value.map((each: unknown) => (isObject(each) ? withDefaults(of, each) : each));
    if (of && isObject(value)) filled[name] = withDefaults(of, value);
  }
  return filled;
}

function isObject(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function failuresOf(schema: Schema, values: Props, prefix: string): CheckFailure[] {
  const strangers = Object.keys(values)
    .filter((name) => !schema[name] || schema[name].output)
    .map((name) => ({ property: prefix + name, reason: `is not known; known are ${inputNames(schema).join(", ")}` }));
  const wrong = inputNames(schema).flatMap((name) => {
    const property = schema[name] as Property;
    const value = values[name];
    if (value === undefined) {
      return property.required ? [{ property: prefix + name, reason: "is required, and missing" }] : [];
    }
    return failuresOfValue(property, value, prefix + name);
  });
  return [...strangers, ...wrong];
}

function failuresOfValue(property: Property, value: unknown, path: string): CheckFailure[] {
  if (value === UNKNOWN) return [];
  const { type, of, values, minimum, maxLength } = property;
  const refuse = (reason: string) => [{ property: path, reason }];
  if (type === "list" || type === "set") {
    if (!Array.isArray(value)) return refuse(`must be a list, but is a ${typeof value}`);
    const each: Property = of ? { type: "object", of } : { type: "string", values };
    return value.flatMap((element, index) => failuresOfValue(each, element, `${path}[${index}]`));
  }
  if (type === "object" || type === "map") {
    if (!isObject(value)) return refuse(`must be an object, but is a ${Array.isArray(value) ? "list" : typeof value}`);
    return of ? failuresOf(of, value, `${path}.`) : [];
  }
  const wanted = type === "json" ? "string" : type;
  if (typeof value !== wanted) return refuse(`must be a ${wanted}, but is a ${typeof value}`);
  if (type === "json" && parse(value as string) === undefined) return refuse("must be JSON");
  if (values && !values.includes(value as string)) {
    return refuse(`must be one of ${values.join(", ")}, but is "${String(value)}"`);
  }
  if (minimum !== undefined && (value as number) < minimum) {
    return refuse(`must be at least ${minimum}, but is ${String(value)}`);
  }
  if (maxLength !== undefined && (value as string).length > maxLength) {
    return refuse(`must be at most ${maxLength} characters long, but has ${(value as string).length}`);
  }
  return [];
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** What has to change for what is there (the outputs) to be what is wanted (the inputs). */
export function changes(schema: Schema, outputs: Props, inputs: Props): Required<Pick<Diff, "changed" | "replaces">> {
  const changed = inputNames(schema).filter((name) => {
    const property = schema[name] as Property;
    return !property.writeOnly && !matches(property, outputs[name], inputs[name]);
  });
  return { changed, replaces: changed.filter((name) => schema[name]?.forceNew) };
}

/** Whether what is there is what is wanted. Left out, empty, zero and false are the same, as in Terraform's state. */
export function matches(property: Property, there: unknown, wanted: unknown): boolean {
  const { type, of, computed } = property;
  if (hasUnknown(wanted)) return false;
  if (wanted === undefined && computed) return true;
  switch (type) {
    case "string":
      return (there ?? "") === (wanted ?? "");
    case "boolean":
      return (there ?? false) === (wanted ?? false);
    case "number":
      return (there ?? 0) === (wanted ?? 0);
    case "json":
      return isDeepStrictEqual(parse((there as string) || "{}"), parse((wanted as string) || "{}"));
    case "set":
      return isDeepStrictEqual(sorted(there), sorted(wanted));
    case "map":
      return isDeepStrictEqual(there ?? {}, wanted ?? {});
    case "list": {
      const [a, b] = [(there ?? []) as unknown[], (wanted ?? []) as unknown[]];
      const each: Property = of ? { type: "object", of } : { type: "string" };
      return a.length === b.length && a.every((element, index) => matches(each, element, b[index]));
    }
    case "object": {
      if (there === undefined || wanted === undefined) return there === wanted;
      return Object.entries(of ?? {}).every(
        ([name, inner]) => inner.output || matches(inner, (there as Props)[name], (wanted as Props)[name]),
      );
    }
  }
}

function sorted(set: unknown): unknown[] {
  return [...((set ?? []) as unknown[])].sort();
}

function isEmpty(property: Property, value: unknown): boolean {
  return value === undefined || value === null || matches({ ...property, computed: undefined }, value, undefined);
}

/**
 * The outputs after a read: `fresh` is what the service says, and what it says nothing about (a name that `fresh` does
 * not have) stays as it was. A value that means the same as before keeps its form, so that a refresh shows drift alone.
 */
export function outputsOf(schema: Schema, previous: Props, fresh: Props): Props {
  const outputs: Props = {};
  for (const [name, property] of Object.entries(schema)) {
    if (property.writeOnly) continue;
    const before = previous[name];
    const now = fresh[name] ?? undefined;
    if (!(name in fresh)) outputs[name] = before;
    else if (before !== undefined && matches({ ...property, of: comparable(property.of) }, now, before)) {
      outputs[name] = before;
    } else if (property.computed || property.output || !isEmpty(property, now)) outputs[name] = now;
  }
  return withoutUndefined(outputs);
}

/** A list's or object's computed parts are told by the service too: as outputs they count. */
function comparable(of: Schema | undefined): Schema | undefined {
  return (
    of && Object.fromEntries(Object.entries(of).map(([n, p]) => [n, { ...p, computed: undefined, output: undefined }]))
  );
}

/** The inputs that would make just what is there; without old inputs, as in an import, all that are not defaults. */
export function inputsOf(schema: Schema, oldInputs: Props, fresh: Props): Props {
  const imported = Object.keys(oldInputs).length === 0;
  const inputs: Props = { ...oldInputs };
  for (const name of inputNames(schema)) {
    const property = schema[name] as Property;
    const now = fresh[name] ?? undefined;
    if (!(name in fresh)) continue;
    if (oldInputs[name] !== undefined) {
      if (!matches(property, now, oldInputs[name])) inputs[name] = inFormOf(property, now, oldInputs[name]);
    } else if (!isEmpty(property, now) && (property.computed ? imported : !matches(property, now, property.default))) {
      inputs[name] = now;
    }
  }
  return withoutUndefined(inputs);
}

/** A list of objects has those elements that mean the same as before in the form that they had. */
function inFormOf({ type, of }: Property, now: unknown, before: unknown): unknown {
  if (type !== "list" || !of || !Array.isArray(now)) return now;
  const elements = before as unknown[];
  return now.map((each: unknown) => elements.find((old) => matches({ type: "object", of }, each, old)) ?? each);
}

/** What a preview says of the outputs: what is wanted, and of the rest what is there or, in a new resource, UNKNOWN. */
export function plannedOutputs(schema: Schema, inputs: Props, oldOutputs?: Props): Props {
  const outputs: Props = {};
  for (const [name, property] of Object.entries(schema)) {
    if (property.writeOnly) continue;
    outputs[name] = inputs[name];
    if (inputs[name] === undefined && (property.computed || property.output)) {
      outputs[name] = oldOutputs ? oldOutputs[name] : UNKNOWN;
    }
  }
  return withoutUndefined(outputs);
}

function withoutUndefined(props: Props): Props {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined));
}
