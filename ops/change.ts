import { changedProperties, resourceName, type StepEventMetadata, UNKNOWN } from "./preview";
import { valueAt } from "./propertyPath";

/** A resource that changes, for people to read. */
export interface Change {
  resource: string;
  operation: string;
  properties: Property[];
}

/** A property that changes, with its values if they are short and plain. */
export interface Property {
  path: string;
  from?: unknown;
  to?: unknown;
}

const LONGEST = 100;
/** What the engine shows in place of a secret. */
const SECRET = "[secret]";

export function describeChange(step: StepEventMetadata): Change {
  const paths = step.old && step.new ? changedProperties(step) : [];
  return {
    resource: resourceName(step.urn),
    operation: step.op,
    properties: paths.map((path) => {
      const [from, to] = [valueIn(step.old, path), valueIn(step.new, path)];
      const shown = isPlain(from) && isPlain(to) && !(from === SECRET && to === SECRET);
      return shown && (from !== undefined || to !== undefined) ? { path, from, to } : { path };
    }),
  };
}

/** The program says what it cares about; of the rest the provider tells. */
const valueIn = (state: StepEventMetadata["old"], path: string): unknown =>
  valueAt(state?.inputs, path) ?? valueAt(state?.outputs, path);

/** Whether a value fits into a line: no object, nothing that only an update will tell. */
function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  if (typeof value === "string") return value.length <= LONGEST && value !== UNKNOWN;
  return value === undefined || typeof value === "number" || typeof value === "boolean";
}
