import { InitializationFailed, type Context, type Props, type Resource } from "../contract";
import { changes } from "../differences";
import { checkInputs, inputNames, secretNames, type Validate } from "../schema";
import { inputsOf, outputsOf, plannedOutputs } from "../state";
import type { Connection } from "./connection";
import { bridged } from "./errors";
import type { Fields } from "./fields";
import { Okta } from "./okta";

/** Records that the object exists from now on, with the outputs that only its creation tells. */
export type OnCreated = (id: string, outputs?: Props) => void;

/** A resource type of the Okta provider. The props of `find`, `update` and `remove` name its parents. */
export interface Definition {
  fields: Fields;
  /** The properties that stand before the ID in an import ID, separated by slashes. */
  parents?: readonly string[];
  validate?: Validate;
  create(okta: Okta, inputs: Props, onCreated: OnCreated): Promise<void>;
  /** What Okta says of it, under the names of the fields; undefined if it is gone. A name left out says nothing. */
  find(okta: Okta, id: string, props: Props): Promise<Props | undefined>;
  /** Gives the outputs that only the update tells. */
  update(okta: Okta, id: string, outputs: Props, inputs: Props): Promise<Props | void>;
  remove(okta: Okta, id: string, outputs: Props): Promise<void>;
  /** In place of the fields' own, where a change of one value decides. */
  replaces?(outputs: Props, inputs: Props): string[];
}

/** A resource for the engine. The connection is there once the plugin is configured. */
export class OktaResource implements Resource {
  readonly inputs: readonly string[];
  readonly secretOutputs: readonly string[];

  constructor(
    private readonly definition: Definition,
    private readonly connection: () => Connection,
  ) {
    this.inputs = inputNames(definition.fields);
    this.secretOutputs = secretNames(definition.fields);
  }

  check(news: Props, olds: Props | undefined, { urn }: Context) {
    const { fields, validate } = this.definition;
    return Promise.resolve(checkInputs(fields, news, olds, urn, validate));
  }

  diff(_id: string, _oldInputs: Props, outputs: Props, inputs: Props) {
    const replaces = this.definition.replaces?.(outputs, inputs) ?? [];
    return {
      changes: changes(this.definition.fields, outputs, inputs).map((change) =>
        replaces.includes(change.path) ? { ...change, replaces: true } : change,
      ),
    };
  }

  async create(inputs: Props, context: Context) {
    const { fields } = this.definition;
    if (context.preview) return { id: "", outputs: plannedOutputs(fields, inputs) };
    const okta = this.okta(context);
    let created: { id: string; outputs: Props } | undefined;
    try {
      await this.definition.create(okta, inputs, (id, outputs) => (created = { id, outputs: outputs ?? {} }));
      const { id, outputs } = created as unknown as { id: string; outputs: Props };
      const found = await this.definition.find(okta, id, inputs);
      return { id, outputs: outputsOf(fields, { ...inputs, ...outputs }, found ?? {}) };
    } catch (error) {
      if (!created) throw bridged(error);
      // It exists: unless the engine remembers that, the next run makes a second one instead of finishing this one.
      const outputs = { ...plannedOutputs(fields, inputs, {}), ...created.outputs };
      throw new InitializationFailed(created.id, inputs, outputs, [bridged(error, "creating", context.urn).message]);
    }
  }

  async read(id: string, inputs: Props, outputs: Props, context: Context) {
    const { fields, parents = [] } = this.definition;
    const known = Object.keys(outputs).length > 0 ? { id, props: outputs } : fromImportId(this.definition, id);
    const found = await this.definition.find(this.okta(context), known.id, known.props).catch((error: unknown) => {
      throw bridged(error, "refreshing", context.urn);
    });
    if (!found) return undefined;
    const fresh = { ...Object.fromEntries(parents.map((parent) => [parent, known.props[parent]])), ...found };
    return { id: known.id, inputs: inputsOf(fields, inputs, fresh), outputs: outputsOf(fields, outputs, fresh) };
  }

  async update(id: string, _oldInputs: Props, oldOutputs: Props, inputs: Props, context: Context) {
    const { fields } = this.definition;
    const planned = plannedOutputs(fields, inputs, oldOutputs);
    if (context.preview) return { outputs: planned };
    const okta = this.okta(context);
    try {
      const told = await this.definition.update(okta, id, oldOutputs, inputs);
      const found = await this.definition.find(okta, id, inputs);
      return { outputs: outputsOf(fields, { ...planned, ...told }, found ?? {}) };
    } catch (error) {
      throw new InitializationFailed(id, inputs, oldOutputs, [bridged(error, "updating", context.urn).message]);
    }
  }

  async delete(id: string, outputs: Props, context: Context) {
    await this.definition.remove(this.okta(context), id, outputs).catch((error: unknown) => {
      throw bridged(error, "deleting", context.urn);
    });
  }

  private okta(context: Context): Okta {
    return new Okta(this.connection(), context);
  }
}

function fromImportId({ parents = [] }: Definition, importId: string): { id: string; props: Props } {
  const ids = importId.split("/");
  if (ids.length !== parents.length + 1) {
    const form = [...parents, "id"].join("/");
    throw new Error(`expected ${parents.length + 1} import fields "${form}", got ${ids.length} fields "${importId}"`);
  }
  const props = Object.fromEntries(parents.map((parent, index) => [parent, ids[index]]));
  return { id: ids.pop() as string, props };
}
