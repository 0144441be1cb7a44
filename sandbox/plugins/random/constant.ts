import type { Props, Resource } from "../contract";
import { changes } from "../differences";
import { checkInputs, inputNames, secretNames, type Schema, type Validate } from "../schema";
import { plannedOutputs } from "../state";

/** A resource of the random provider: made once, then kept in the state alone; every input replaces it. */
export function constant(
  schema: Schema,
  /** Makes the outputs, the inputs aside, and the ID. */
  make: (inputs: Props) => Promise<{ id: string; outputs: Props }>,
  validate?: Validate,
): Resource {
  return {
    inputs: inputNames(schema),
    secretOutputs: secretNames(schema),
    check: (news, olds, { urn }) => Promise.resolve(checkInputs(schema, news, olds, urn, validate)),
    diff: (_id, _oldInputs, oldOutputs, newInputs) => ({ changes: changes(schema, oldOutputs, newInputs) }),
    create: async (inputs, { preview }) => {
      if (preview) return { id: "", outputs: plannedOutputs(schema, inputs) };
      const { id, outputs } = await make(inputs);
      return { id, outputs: { ...plannedOutputs(schema, inputs), ...outputs } };
    },
    read: (id, inputs, outputs) => {
      if (Object.keys(outputs).length === 0) throw new Error("The local random plugin cannot import a value.");
      return Promise.resolve({ id, inputs, outputs });
    },
    update: (_id, _oldInputs, oldOutputs, newInputs) =>
      Promise.resolve({ outputs: plannedOutputs(schema, newInputs, oldOutputs) }),
    delete: () => Promise.resolve(),
  };
}
