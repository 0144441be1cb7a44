import type { Props } from "../contract";
import type { Validate } from "../schema";
import { step, unlessGone, type Words } from "./errors";
import { bodyOf, propsOf, type Fields, type Json } from "./fields";
import type { Definition } from "./resource";

/** What distinguishes the resource types of authorization servers from each other. */
interface Part {
  /** Its name in the genuine provider's messages; that provider has another one for it where it creates it. */
  noun: string;
  nounAtCreation?: string;
  /** Which of the genuine provider's clients it is made with. */
  words?: Words;
  fields: Fields;
  parents?: readonly string[];
  /** The path that it is made at, and that it has below it its ID. */
  collection(props: Props): string;
  /** What stands in each such object. */
  constant?: Json;
  validate?: Validate;
  /** An object that is gone already counts as deleted. */
  forgiving?: true;
}

/**
 * A resource that is one object of one collection of Okta's API: posted, read, put and deleted there; its status, if it has
 * one, changed by calls of its own.
 */
export function part({ noun, fields, parents, constant, words = "summary", validate, ...type }: Part): Definition {
  const pathOf = (props: Props, id: string) => `${type.collection(props)}/${id}`;
  const body = (inputs: Props) => bodyOf(fields, inputs, constant);
  return {
    fields,
    parents,
    validate,

    async create(okta, inputs, onCreated) {
      const creation = okta.saying(words).post(type.collection(inputs), body(inputs));
      const { id } = await step(`failed to create ${type.nounAtCreation ?? noun}`, creation);
      onCreated(id as string);
    },

    async find(okta, id, props) {
      const found = await step(`failed to get ${noun}`, unlessGone(okta.saying(words).get(pathOf(props, id))));
      return found && propsOf(fields, found);
    },

    async update(okta, id, outputs, inputs) {
      const path = pathOf(inputs, id);
      await step(`failed to update ${noun}`, okta.saying(words).put(path, body(inputs)));
      if (!fields.status || outputs.status === inputs.status) return;
      const verb = inputs.status === "ACTIVE" ? "activate" : "deactivate";
      await step(`failed to ${verb} ${noun}`, okta.post(`${path}/lifecycle/${verb}`));
    },

    async remove(okta, id, outputs) {
      const deletion = okta.saying(words).delete(pathOf(outputs, id));
      await step(`failed to delete ${noun}`, type.forgiving ? unlessGone(deletion) : deletion);
    },
  };
}
