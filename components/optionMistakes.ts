import type { Mistake } from "./mistakes";

// What a schema of the backend modules says of options, as mistakes of this config.

/** An issue of zod's, in the version that the modules use. */
interface OptionIssue {
  code: string;
  path: PropertyKey[];
  message: string;
  keys?: string[];
}

/** @param unknown what is wrong with an option that the schema does not have */
export function optionMistakes(key: string, options: object, issue: OptionIssue, unknown: string): Mistake[] {
  if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
    return (issue.keys ?? []).map((option) => ({ ...placeOf(key, options, [option]), remedy: unknown }));
  }
  // What zod itself says begins with a capital letter, and says nothing about the value.
  const remedy = /^[a-z]/.test(issue.message) ? issue.message : `is not valid: ${issue.message.toLowerCase()}`;
  return [{ ...placeOf(key, options, issue.path), remedy }];
}

/** The options in which Backstage would put the value of a variable. */
export function variableMistakes(key: string, options: object): Mistake[] {
  return Object.entries(options)
    .filter(([, value]) => JSON.stringify(value)?.includes("${"))
    .map(([option, value]) => ({
      key: `${key}.${option}`,
      value: value as unknown,
      remedy: "has ${, where Backstage would put a variable's value: leave it out",
    }));
}

/** A place inside a structured value, with what stands there. */
export function placeOf(key: string, value: unknown, path: PropertyKey[]): { key: string; value: unknown } {
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  const inside = path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown> | undefined)?.[step],
    value,
  );
  return { key: key + steps, value: inside };
}
