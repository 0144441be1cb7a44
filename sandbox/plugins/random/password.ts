import { randomInt } from "node:crypto";
import type { CheckFailure, Props } from "../contract";
import type { Schema } from "../schema";
import { constant } from "./constant";

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

const schema: Schema = {
  keepers: { type: "map", forceNew: true },
  length: { type: "number", required: true, minimum: 1, forceNew: true },
  special: { type: "boolean", default: true, forceNew: true },
  upper: { type: "boolean", default: true, forceNew: true },
  lower: { type: "boolean", default: true, forceNew: true },
  number: { type: "boolean", computed: true, forceNew: true },
  numeric: { type: "boolean", computed: true, forceNew: true },
  minNumeric: { type: "number", default: 0, minimum: 0, forceNew: true },
  minUpper: { type: "number", default: 0, minimum: 0, forceNew: true },
  minLower: { type: "number", default: 0, minimum: 0, forceNew: true },
  minSpecial: { type: "number", default: 0, minimum: 0, forceNew: true },
  overrideSpecial: { type: "string", forceNew: true },
  result: { type: "string", output: true, secret: true },
  bcryptHash: { type: "string", output: true, secret: true },
};

/** The character sets that a password draws from, each with how many of it there are at least. */
function classes(inputs: Props): { characters: string; used: boolean; minimum: number }[] {
  // `number` is the old name of `numeric`.
  const numeric = inputs.numeric ?? inputs.number ?? true;
  return [
    { characters: DIGITS, used: numeric as boolean, minimum: inputs.minNumeric as number },
    { characters: LOWER, used: inputs.lower as boolean, minimum: inputs.minLower as number },
    { characters: UPPER, used: inputs.upper as boolean, minimum: inputs.minUpper as number },
    {
      characters: (inputs.overrideSpecial as string | undefined) || SPECIAL,
      used: inputs.special as boolean,
      minimum: inputs.minSpecial as number,
    },
  ];
}

function draw(characters: string, count: number): string[] {
  return Array.from({ length: count }, () => characters[randomInt(characters.length)] as string);
}

/** A password with the minimum of each class, filled up from all that are used, in random order. */
export function generatePassword(inputs: Props): string {
  const all = classes(inputs);
  const drawn = all.flatMap(({ characters, minimum }) => draw(characters, minimum));
  const alphabet = all.flatMap(({ characters, used }) => (used ? [characters] : [])).join("");
  drawn.push(...draw(alphabet, (inputs.length as number) - drawn.length));
  for (let last = drawn.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [drawn[last], drawn[other]] = [drawn[other] as string, drawn[last] as string];
  }
  return drawn.join("");
}

/** What no password can satisfy. */
export function impossible(inputs: Props): CheckFailure[] {
  if (typeof inputs.length !== "number") return [];
  const all = classes(inputs);
  const least = all.reduce((sum, { minimum }) => sum + minimum, 0);
  if (inputs.length < least) {
    return [
      { property: "length", reason: `must be at least ${least}, the sum of the minimums, but is ${inputs.length}` },
    ];
  }
  if (!all.some(({ used }) => used)) {
    return [{ property: "upper", reason: "one of upper, lower, numeric and special must be true" }];
  }
  return [];
}

export const randomPassword = constant(
  schema,
  async (inputs) => {
    const bcrypt = await import("bcryptjs");
    const numeric = inputs.numeric ?? inputs.number ?? true;
    const result = generatePassword(inputs);
    return { id: "none", outputs: { numeric, number: numeric, result, bcryptHash: await bcrypt.hash(result, 10) } };
  },
  impossible,
);
