import { InitializationFailed, type CheckFailure, type Props, type Resource } from "../contract";
import { changes } from "../differences";
import { checkInputs, inputNames, secretNames, type Schema } from "../schema";
import { inputsOf, outputsOf, plannedOutputs } from "../state";
import { type Connection } from "./connection";
import { Okta } from "./okta";

/** Records that the object exists from now on, with the outputs that only its creation tells. */
export type Made = (id: string, outputs?: Props) => void;

/** A resource type of the Okta provider. The props of `find`, `update` and `remove` name its parents. */
export interface Definition {
  /** What to call it in a message. */
  noun: string;
  schema: Schema;
  /** The properties that stand before the ID in an import ID, separated by slashes. */
  parents?: readonly string[];
  /** What is wrong with inputs that are right one by one; `created` is true for a resource that is not there yet. */
  validate?(inputs: Props, created: boolean): CheckFailure[];
  create(okta: Okta, inputs: Props, made: Made): Promise<void>;
  /** What Okta says of it, under the names of the schema; undefined if it is gone. A name left out says nothing. */
  find(okta: Okta, id: string, props: Props): Promise<Props | undefined>;
  /** Gives the outputs that only the update tells. */
  update(okta: Okta, id: string, outputs: Props, inputs: Props): Promise<Props | void>;
  remove(okta: Okta, id: string, outputs: Props): Promise<void>;
  /** In place of the schema's own, where a change of one value decides. */
  replaces?(outputs: Props, inputs: Props): string[];
}

/** A resource for the engine. The connection is there once the plugin is configured. */
export function oktaResource(definition: Definition, connection: () => Connection): Resource {
  const { noun, schema, parents = [] } = definition;

  async function doing<T>(what: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw new Error(`could not ${what} the ${noun}: ${(error as Error).message}`, { cause: error });
    }
  }

  return {
    inputs: inputNames(schema),
    secretOutputs: secretNames(schema),

    check(news, olds, { urn }) {
      const { inputs, failures } = checkInputs(schema, news, olds, urn);
      if (failures.length === 0) failures.push(...(definition.validate?.(inputs, olds === undefined) ?? []));
      return Promise.resolve({ inputs, failures });
    },

    diff(_id, _oldInputs, outputs, inputs) {
      const replaces = definition.replaces?.(outputs, inputs) ?? [];
      return {
        changes: changes(schema, outputs, inputs).map((change) =>
          replaces.includes(change.path) ? { ...change, replaces: true } : change,
        ),
      };
    },

    async create(inputs, context) {
      if (context.preview) return { id: "", outputs: plannedOutputs(schema, inputs) };
      const okta = new Okta(connection(), context);
      let made: { id: string; outputs: Props } | undefined;
      try {
        await definition.create(okta, inputs, (id, outputs) => (made = { id, outputs: outputs ?? {} }));
        const { id, outputs } = made as unknown as { id: string; outputs: Props };
        const found = await definition.find(okta, id, inputs);
        return { id, outputs: outputsOf(schema, { ...inputs, ...outputs }, found ?? {}) };
      } catch (error) {
        const message = `could not create the ${noun}: ${(error as Error).message}`;
        if (!made) throw new Error(message, { cause: error });
        // It exists: unless the engine remembers that, the next run makes a second one instead of finishing this one.
        throw new InitializationFailed(made.id, inputs, { ...plannedOutputs(schema, inputs, {}), ...made.outputs }, [
          message,
        ]);
      }
    },

    async read(id, inputs, outputs, context) {
      const okta = new Okta(connection(), context);
      const known = Object.keys(outputs).length > 0 ? { id, props: outputs } : fromImportId(definition, id);
      const found = await doing("read", definition.find(okta, known.id, known.props));
      if (!found) return undefined;
      const fresh = { ...Object.fromEntries(parents.map((parent) => [parent, known.props[parent]])), ...found };
      return { id: known.id, inputs: inputsOf(schema, inputs, fresh), outputs: outputsOf(schema, outputs, fresh) };
    },

    async update(id, _oldInputs, oldOutputs, inputs, context) {
      const planned = plannedOutputs(schema, inputs, oldOutputs);
      if (context.preview) return { outputs: planned };
      const okta = new Okta(connection(), context);
      const told = await doing("update", definition.update(okta, id, oldOutputs, inputs));
      const found = await doing("read", definition.find(okta, id, inputs));
      return { outputs: outputsOf(schema, { ...planned, ...told }, found ?? {}) };
    },

    async delete(id, outputs, context) {
      await doing("delete", definition.remove(new Okta(connection(), context), id, outputs));
    },
  };
}

function fromImportId({ noun, parents = [] }: Definition, importId: string): { id: string; props: Props } {
  const ids = importId.split("/");
  if (ids.length !== parents.length + 1) {
    const form = [...parents, "id"].join("/");
    throw new Error(`"${importId}" cannot be the import ID of the ${noun}: it has the form ${form}.`);
  }
  return { id: ids.pop() as string, props: Object.fromEntries(parents.map((parent, index) => [parent, ids[index]])) };
}

/** For resources that are switched on and off by calls of their own: does that, if it is not so already. */
export async function setStatus(okta: Okta, path: string, wanted: unknown): Promise<void> {
  if ((await okta.find(path))?.status === wanted) return;
  await okta.post(`${path}/lifecycle/${wanted === "ACTIVE" ? "activate" : "deactivate"}`);
}
