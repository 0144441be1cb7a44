import { changedProperties, resourceName, type StepEventMetadata } from "./preview";

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
/** The engine's word for a string that only an update will tell. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function describeChange(step: StepEventMetadata): Change {
  const paths = step.old && step.new ? changedProperties(step) : [];
  return {
    resource: resourceName(step.urn),
    operation: step.op,
    properties: paths.map((path) => {
      const [from, to] = [step.old?.inputs[path] as unknown, step.new?.inputs[path] as unknown];
      return isPlain(from) && isPlain(to) ? { path, from, to } : { path };
    }),
  };
}

/** Whether a value fits into a line: no object, no secret, nothing that only an update will tell. */
function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  if (typeof value === "string") return value.length <= LONGEST && value !== UNKNOWN;
  return value === undefined || typeof value === "number" || typeof value === "boolean";
}
