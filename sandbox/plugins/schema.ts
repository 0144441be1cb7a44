import { randomBytes } from "node:crypto";
import { UNKNOWN, isObject, type CheckFailure, type Props } from "./contract";

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
  /** Filled in where the Pulumi program says nothing. */
  default?: unknown;
  /** Named after the resource, with a random suffix, where the Pulumi program says nothing. */
  autoname?: true;
  /** Left out by the Pulumi program, it is whatever the service makes it, and never a change. */
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

/** What is wrong with inputs that are right one by one; `created` is true for a resource that is not there yet. */
export type Validate = (inputs: Props, created: boolean) => CheckFailure[];

/** The names of the inputs. */
export function inputNames(schema: Schema): string[] {
  return Object.keys(schema).filter((name) => !schema[name]?.output);
}

/** The names of the properties that are secret whatever the Pulumi program says. */
export function secretNames(schema: Schema): string[] {
  return Object.keys(schema).filter((name) => schema[name]?.secret);
}

/**
 * Inputs with defaults and autonames filled in, and what is wrong with them. As in bridged providers, `__defaults` keeps
 * the names of what was filled in, so that an autoname stays, while a name that the Pulumi program no longer gives does
 * not.
 */
export function checkInputs(
  schema: Schema,
  news: Props,
  olds: Props | undefined,
  urn: string,
  validate: Validate = () => [],
): { inputs: Props; failures: CheckFailure[] } {
  const inputs = withDefaults(schema, news);
  for (const name of Object.keys(schema)) {
    if (!schema[name]?.autoname || inputs[name] !== undefined) continue;
    const kept = (olds?.__defaults as string[] | undefined)?.includes(name) ? olds?.[name] : undefined;
    inputs[name] = kept ?? `${urn.split("::").pop()}-${randomBytes(4).toString("hex").slice(0, 7)}`;
  }
  const filledIn = Object.keys(inputs).filter((name) => news[name] === undefined);
  const failures = failuresOf(schema, inputs, "");
  if (failures.length === 0) failures.push(...validate(inputs, olds === undefined));
  return { inputs: { ...inputs, __defaults: filledIn.sort() }, failures };
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

/** What JSON stands for; undefined where it is none. */
export function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
