import { UNKNOWN, type Props } from "./contract";
import { isEmpty, matches } from "./differences";
import { inputNames, type Property, type Schema } from "./schema";

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

/**
 * The inputs that would make what is there: of those that there were, also of a list's elements, as the bridge has it; the
 * outputs show the rest. Without old inputs, as in an import, all that are neither defaults nor empty.
 */
export function inputsOf(schema: Schema, oldInputs: Props, fresh: Props): Props {
  const imported = Object.keys(oldInputs).length === 0;
  const inputs: Props = { ...oldInputs };
  for (const name of inputNames(schema).filter((each) => each in fresh)) {
    const property = schema[name] as Property;
    const [before, now] = [oldInputs[name], fresh[name] ?? undefined];
    if (before !== undefined) inputs[name] = matches(property, now, before) ? before : inFormOf(property, now, before);
    else if (imported && !isEmpty(property, now) && !isDefault(property, now)) inputs[name] = now;
  }
  return withoutUndefined(inputs);
}

function isDefault(property: Property, value: unknown): boolean {
  return property.default !== undefined && matches(property, value, property.default);
}

function inFormOf({ type, of }: Property, now: unknown, before: unknown): unknown {
  if (!Array.isArray(now) || !Array.isArray(before)) return now;
  if (type === "set") return before.filter((each) => now.includes(each));
  return now
    .slice(0, before.length)
    .map((each: unknown, index) =>
      of && matches({ type: "object", of }, each, before[index]) ? (before[index] as unknown) : each,
    );
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
