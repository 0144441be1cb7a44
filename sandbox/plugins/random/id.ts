import { randomBytes } from "node:crypto";
import type { Props } from "../contract";
import type { Schema } from "../schema";
import { constant } from "./constant";

const schema: Schema = {
  keepers: { type: "map", forceNew: true },
  byteLength: { type: "number", required: true, minimum: 1, forceNew: true },
  prefix: { type: "string", forceNew: true },
  b64Std: { type: "string", output: true },
  b64Url: { type: "string", output: true },
  hex: { type: "string", output: true },
  dec: { type: "string", output: true },
};

function outputs(bytes: Buffer, prefix: string) {
  const forms = {
    b64Std: bytes.toString("base64"),
    b64Url: bytes.toString("base64url"),
    hex: bytes.toString("hex"),
    dec: BigInt(`0x${bytes.toString("hex")}`).toString(),
  };
  return Object.fromEntries(Object.entries(forms).map(([form, text]) => [form, prefix + text]));
}

/** random.RandomId, whose ID is its bytes in base64url. */
export const randomId = constant(schema, ({ byteLength, prefix = "" }: Props) => {
  const bytes = randomBytes(byteLength as number);
  return Promise.resolve({ id: bytes.toString("base64url"), outputs: outputs(bytes, prefix as string) });
});
