import type { Props, Resource } from "../contract";
import { changes } from "../differences";
import { checkInputs, inputNames, secretNames, type Schema } from "../schema";
import { plannedOutputs } from "../state";

/** A resource of the random provider: made once, then kept in the state alone; every input replaces it. */
export function constant(
  schema: Schema,
  /** Makes the outputs, the inputs aside, and the ID. */
  make: (inputs: Props) => Promise<{ id: string; outputs: Props }>,
  /** Takes up a value that exists already, which is what the ID of an import is. */
  take: (value: string) => Promise<{ id: string; inputs: Props; outputs: Props }>,
  validate: (inputs: Props) => { property: string; reason: string }[] = () => [],
): Resource {
  return {
    inputs: inputNames(schema),
    secretOutputs: secretNames(schema),
    check: (news, olds, { urn }) => {
      const { inputs, failures } = checkInputs(schema, news, olds, urn);
      return Promise.resolve({ inputs, failures: failures.length > 0 ? failures : validate(inputs) });
    },
    diff: (_id, _oldInputs, oldOutputs, newInputs) => ({ changes: changes(schema, oldOutputs, newInputs) }),
    create: async (inputs, { preview }) => {
      if (preview) return { id: "", outputs: plannedOutputs(schema, inputs) };
      const { id, outputs } = await make(inputs);
      return { id, outputs: { ...plannedOutputs(schema, inputs), ...outputs } };
    },
    read: (id, inputs, outputs) =>
      Object.keys(outputs).length > 0 ? Promise.resolve({ id, inputs, outputs }) : take(id),
    update: (_id, _oldInputs, oldOutputs, newInputs) =>
      Promise.resolve({ outputs: plannedOutputs(schema, newInputs, oldOutputs) }),
    delete: () => Promise.resolve(),
  };
}
