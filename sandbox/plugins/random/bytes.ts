import { randomBytes as generate } from "node:crypto";
import type { Schema } from "../schema";
import { constant } from "./constant";

const schema: Schema = {
  keepers: { type: "map", forceNew: true },
  length: { type: "number", required: true, minimum: 1, forceNew: true },
  base64: { type: "string", output: true, secret: true },
  hex: { type: "string", output: true, secret: true },
};

function outputs(bytes: Buffer) {
  return { base64: bytes.toString("base64"), hex: bytes.toString("hex") };
}

/**
 * random.RandomBytes. As in the genuine provider the ID is the secret itself, in plain text in the state:
 * https://github.com/pulumi/pulumi-random/blob/master/provider/resources.go (computeRandomBytesID)
 */
export const randomBytes = constant(
  schema,
  ({ length }) => {
    const bytes = generate(length as number);
    return Promise.resolve({ id: bytes.toString("base64"), outputs: outputs(bytes) });
  },
  (base64) => {
    const bytes = Buffer.from(base64, "base64");
    const inputs = { length: bytes.length };
    return Promise.resolve({ id: base64, inputs, outputs: { ...inputs, ...outputs(bytes) } });
  },
);
