import type { z } from "zod";
import { resolverOptions } from "../backstage/auth/src/resolverOptions";
import { configKeys, type ConfigValues } from "./configSchema";
import type { SignInResolver } from "./configTypes";
import type { Mistake } from "./mistakes";
import { CALLBACK_PATH } from "./urls";

/** The resolvers that Backstage's own okta module has, with the options that act there; it ignores all others. */
const STOCK_RESOLVERS: Record<string, string[]> = {
  emailMatchingUserEntityProfileEmail: ["dangerouslyAllowSignInWithoutUserInCatalog"],
  emailLocalPartMatchingUserEntityName: ["allowedDomains", "dangerouslyAllowSignInWithoutUserInCatalog"],
  emailMatchingUserEntityAnnotation: ["dangerouslyAllowSignInWithoutUserInCatalog"],
};

/**
 * Checks the project's config.
 *
 * @param config the values as text, by key without the namespace; structured ones as JSON
 */
export function checkConfig(config: Record<string, string>): { values: ConfigValues; mistakes: Mistake[] } {
  const values: Record<string, unknown> = {};
  const mistakes: Mistake[] = [];
  for (const [key, { schema }] of Object.entries(configKeys)) {
    const result = schema.safeParse(config[key]);
    if (result.success) values[key] = result.data;
    else mistakes.push(...result.error.issues.map((issue) => mistakeAt(key, config[key], issue)));
  }
  const checked = values as ConfigValues;
  mistakes.push(
    ...unknownKeys(config),
    ...groupsNamedTwice(checked),
    ...redirectUrisNamedTwice(checked),
    ...(checked.signInResolvers ?? []).flatMap((resolver, index) =>
      resolverMistakes(`signInResolvers[${index}]`, resolver, checked.authModule),
    ),
    ...stockMistakes(checked),
  );
  return { values: checked, mistakes };
}

function unknownKeys(config: Record<string, string>): Mistake[] {
  const known = Object.keys(configKeys);
  const remedy = `is not a key of this project, whose keys are ${known.join(", ")}`;
  return Object.keys(config)
    .filter((key) => !known.includes(key))
    .map((key) => ({ key, value: config[key], remedy }));
}

function groupsNamedTwice({ allowedGroups = [] }: ConfigValues): Mistake[] {
  const texts = allowedGroups.map((group) => JSON.stringify(group));
  return allowedGroups
    .map((value, index) => ({ key: `allowedGroups[${index}]`, value, remedy: "is named twice: leave one out" }))
    .filter((_, index) => texts.indexOf(texts[index]!) < index);
}

function redirectUrisNamedTwice({ redirectUris = [], portalUrl, backendUrl }: ConfigValues): Mistake[] {
  const own = (backendUrl || portalUrl) + CALLBACK_PATH;
  return redirectUris.flatMap((value, index): Mistake[] => {
    const at = { key: `redirectUris[${index}]`, value };
    if (value === own) return [{ ...at, remedy: "is the portal's own, which the app has anyway: leave it out" }];
    return redirectUris.indexOf(value) < index ? [{ ...at, remedy: "is named twice: leave one out" }] : [];
  });
}

/** What the module would refuse at the portal's start, after everything was changed. */
function resolverMistakes(key: string, { resolver, ...options }: SignInResolver, authModule?: string): Mistake[] {
  const schema = (resolverOptions as Record<string, (typeof resolverOptions)[keyof typeof resolverOptions]>)[resolver];
  if (!schema) return [{ key, value: resolver, remedy: `is not one of ${Object.keys(resolverOptions).join(", ")}` }];
  if (authModule === "stock" && !STOCK_RESOLVERS[resolver]) {
    const remedy = "is a resolver of this project's module: set authModule to pkce, or use another resolver";
    return [{ key, value: resolver, remedy }];
  }
  const given = { ...options };
  const mistakes = Object.entries(options).flatMap(([option, value]): Mistake[] => {
    const at = { key: `${key}.${option}`, value };
    if (JSON.stringify(value)?.includes("${")) {
      delete given[option];
      return [{ ...at, remedy: "has ${, where Backstage would put a variable's value: leave it out" }];
    }
    if (authModule === "stock" && !STOCK_RESOLVERS[resolver]?.includes(option)) {
      delete given[option];
      return [{ ...at, remedy: "is ignored by Backstage's own module: set authModule to pkce, or leave it out" }];
    }
    return [];
  });
  const result = schema.safeParse(given);
  const refused = result.success ? [] : result.error.issues;
  return [...mistakes, ...refused.flatMap((issue) => optionMistakes(key, given, issue, Object.keys(schema.shape)))];
}

interface OptionIssue {
  code: string;
  path: (string | number)[];
  message: string;
  keys?: string[];
}

function optionMistakes(key: string, options: object, issue: OptionIssue, known: string[]): Mistake[] {
  if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
    const remedy = `is not an option of this resolver, whose options are ${known.join(", ")}`;
    return (issue.keys ?? []).map((option) => ({ ...placeOf(key, options, [option]), remedy }));
  }
  // What zod itself says begins with a capital letter, and says nothing about the value.
  const remedy = /^[a-z]/.test(issue.message) ? issue.message : `is not valid: ${issue.message.toLowerCase()}`;
  return [{ ...placeOf(key, options, issue.path), remedy }];
}

function stockMistakes({ authModule, prompt }: ConfigValues): Mistake[] {
  if (authModule !== "stock" || prompt !== "login") return [];
  const remedy = "is ignored by Backstage's own module: set authModule to pkce, or prompt to auto";
  return [{ key: "prompt", value: prompt, remedy }];
}

/** A mistake at the place inside a structured value that the issue is about. */
function mistakeAt(key: string, text: string | undefined, issue: z.core.$ZodIssue): Mistake {
  const whole: unknown = issue.path.length > 0 && text ? JSON.parse(text) : text;
  return { ...placeOf(key, whole, issue.path), remedy: remedyOf(issue) };
}

/** A union reports what each of its members said; the one that has something to say of a right kind of value is meant. */
function remedyOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_union") return issue.message;
  const inner = issue.errors.flat().find(({ code }) => code !== "invalid_type" && code !== "invalid_value");
  return inner && issue.message === "Invalid input" ? remedyOf(inner) : (inner?.message ?? issue.message);
}

function placeOf(key: string, value: unknown, path: PropertyKey[]): { key: string; value: unknown } {
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  const inside = path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown> | undefined)?.[step],
    value,
  );
  return { key: key + steps, value: inside };
}
