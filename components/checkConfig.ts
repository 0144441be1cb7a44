import type { z } from "zod";
import { resolverOptions } from "../backstage/auth/src/resolverOptions";
import { configKeys, type ConfigValues } from "./configSchema";
import type { SignInResolver } from "./configTypes";
import { catalogSyncMistakes } from "./checkCatalogSync";
import { isSecret, type Mistake } from "./mistakes";
import { optionMistakes, placeOf, variableMistakes } from "./optionMistakes";
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
    ...(checked.catalogSync
      ? catalogSyncMistakes(checked.catalogSync, checked.signInResolvers ?? [], isSecret("catalogSync"))
      : []),
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
  const ignored = "is ignored by Backstage's own module: set authModule to pkce, or leave it out";
  const mistakes = [
    ...variableMistakes(key, options),
    ...Object.entries(options)
      .filter(([option]) => authModule === "stock" && !STOCK_RESOLVERS[resolver]?.includes(option))
      .map(([option, value]) => ({ key: `${key}.${option}`, value, remedy: ignored })),
  ];
  const wrong = mistakes.map((mistake) => mistake.key);
  const given = Object.fromEntries(Object.entries(options).filter(([option]) => !wrong.includes(`${key}.${option}`)));
  const result = schema.safeParse(given);
  const refused = result.success ? [] : result.error.issues;
  const unknown = `is not an option of this resolver, whose options are ${Object.keys(schema.shape).join(", ")}`;
  return [...mistakes, ...refused.flatMap((issue) => optionMistakes(key, given, issue, unknown))];
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
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? issue.message;
  if (issue.code !== "invalid_union") return issue.message;
  const inner = issue.errors.flat().find(({ code }) => code !== "invalid_type" && code !== "invalid_value");
  return inner && issue.message === "Invalid input" ? remedyOf(inner) : (inner?.message ?? issue.message);
}
