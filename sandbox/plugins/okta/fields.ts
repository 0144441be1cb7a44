import { isObject, type Props } from "../contract";
import { isEmpty } from "../differences";
import { parse, type Property } from "../schema";

/** An object as Okta's API takes and gives it. */
export type Json = Record<string, unknown>;

/** A property of a resource, with its place in Okta's object. */
export interface Field extends Property {
  of?: Fields;
  /** Its path in Okta's object, with dots; null if it is not there but elsewhere. @default its name */
  at?: string | null;
  /** Sent to Okta even when it is empty. */
  always?: true;
  /** Some orgs leave it out of their answers, which then says nothing of it. */
  optional?: true;
  /** Sent to Okta, but never taken from its answers: Okta adds values of its own. */
  unread?: true;
  /** Taken from Okta's answers, but set by calls of its own. */
  unsent?: true;
  /** What the genuine provider makes of Okta's value, also where there is none. @default the value */
  read?(value: unknown): unknown;
  /** What stands beside the properties of each object in Okta's list. */
  beside?: Json;
}

export type Fields = Record<string, Field>;

/** What is switched on and off by calls of its own. */
export const STATUS: Field = { type: "string", default: "ACTIVE", values: ["ACTIVE", "INACTIVE"] };

const EMPTY: Partial<Record<Property["type"], unknown>> = { string: "", number: 0, boolean: false, list: [], set: [] };

/**
 * A resource's values as Okta's object.
 *
 * @param constant what stands in each such object
 */
export function bodyOf(fields: Fields, values: Props, constant: Json = {}): Json {
  const body = structuredClone(constant);
  for (const [name, field] of Object.entries(fields)) {
    if (field.at === null || field.output || field.unsent) continue;
    const value = toOkta(field, values[name]);
    if (value !== undefined) putAt(body, field.at ?? name, value);
  }
  return body;
}

function toOkta(field: Field, value: unknown): unknown {
  const { type, of, always, beside } = field;
  if (isEmpty(field, value)) return always ? EMPTY[type] : undefined;
  if (type === "json") return parse(value as string);
  if (!of) return value;
  return Array.isArray(value) ? value.map((each) => bodyOf(of, each as Props, beside)) : bodyOf(of, value as Props);
}

/** What Okta's object says of a resource. A name that is left out says nothing. */
export function propsOf(fields: Fields, found: Json): Props {
  const props: Props = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field.at === null || field.unread) continue;
    const told = fromOkta(field, getAt(found, field.at ?? name));
    const value = field.read ? field.read(told) : told;
    if (value !== undefined || !field.optional) props[name] = value;
  }
  return props;
}

/** What Okta's object says of a resource, with an empty value for what it leaves out. */
export function allPropsOf(fields: Fields, found: Json): Props {
  const props = propsOf(fields, found);
  for (const [name, { type, at }] of Object.entries(fields)) if (at !== null) props[name] ??= EMPTY[type];
  return props;
}

function fromOkta({ type, of }: Field, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (type === "json") return JSON.stringify(value);
  if (!of) return value;
  return Array.isArray(value) ? value.map((each) => propsOf(of, each as Json)) : propsOf(of, value as Json);
}

function getAt(object: Json, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), object);
}

/** Sets a value at a path, and makes the objects on the way to it. */
export function putAt(object: Json, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() as string;
  const parent = keys.reduce<Json>((inner, key) => (inner[key] ??= {}) as Json, object);
  parent[last] = value;
}
