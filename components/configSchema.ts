import { z } from "zod";
import { checkOktaUrl, checkPublicUrl } from "./urls";

/** Something in the config that cannot work: where, the value as given, and what is wrong with it and what to do. */
export interface Mistake {
  /** The key as `pulumi config set --path` takes it, without the project's namespace. */
  key: string;
  value: unknown;
  remedy: string;
  /** Whether it is only that Okta did not answer, so that nobody knows if the value is right. */
  unanswered?: true;
}

/** The resolvers of Backstage's okta module, and the one that this project's module adds. */
const RESOLVERS = [
  "emailMatchingUserEntityProfileEmail",
  "emailLocalPartMatchingUserEntityName",
  "emailMatchingUserEntityAnnotation",
  "oktaGroups",
];

const MINUTES = { m: 1, h: 60, d: 24 * 60, w: 7 * 24 * 60 };

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `is not one of ${values.join(", ")}` });

/** A structured value, which the engine hands over as JSON. */
const json = <Schema extends z.ZodType>(schema: Schema) => z.string().transform(parseJson).pipe(schema);

// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
const dnsLabel = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    "is no name for Kubernetes: use a-z, 0-9 and -, at most 63 characters",
  );

const dnsSubdomain = z
  .string()
  .max(253, "is no name for Kubernetes: use at most 253 characters")
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "is no name for Kubernetes: use a-z, 0-9, - and . with a letter or digit first and last",
  );

const boolean = z.stringbool({ truthy: ["true"], falsy: ["false"], error: "is neither true nor false" });

const publicUrl = z.string().superRefine(checkPublicUrl);

// Okta's API description: the window of a refresh token is 10 minutes at the least and five years at the most.
const duration = z
  .string({ error: "is not a duration such as 30m, 12h or 7d" })
  .regex(/^\d+[mhdw]$/, "is not a duration such as 30m, 12h or 7d")
  .transform((text) => Number(text.slice(0, -1)) * MINUTES[text.slice(-1) as keyof typeof MINUTES])
  .refine((minutes) => minutes >= 10 && minutes <= 2_628_000, "is outside Okta's limits: use 10m to 1825d");

const session = z
  .strictObject(
    { duration: duration.default(MINUTES.d / 2), idle: duration.optional() },
    { error: "takes the keys duration and idle, and no other" },
  )
  .transform(({ duration, idle }) => ({ durationMinutes: duration, idleMinutes: idle ?? duration }))
  .refine(({ durationMinutes, idleMinutes }) => idleMinutes <= durationMinutes, {
    path: ["idle"],
    error: "is longer than session.duration: make it equal or shorter",
  });

const groupsFilter = z
  .strictObject(
    {
      type: oneOf(["STARTS_WITH", "EQUALS", "CONTAINS", "REGEX"]),
      value: z.string({ error: "is missing: name what to filter by" }).min(1, "is empty: name what to filter by"),
    },
    { error: "takes the keys type and value, and no other" },
  )
  .refine(({ type, value }) => type !== "REGEX" || isRegularExpression(value), {
    path: ["value"],
    error: "is not a valid regular expression: correct it, or use another type of filter",
  });

const signInResolver = z
  .union([z.string().transform((resolver) => ({ resolver })), z.looseObject({ resolver: z.string() })], {
    error: "is neither a resolver's name nor an object with the key resolver",
  })
  .refine(({ resolver }) => RESOLVERS.includes(resolver), `is not one of ${RESOLVERS.join(", ")}`);

const allowedGroups = z
  .array(z.string().min(1, "is empty: name the group"), { error: "is not a list of group names" })
  .min(1, "is empty, so nobody could sign in: name at least one Okta group");

/** What each key must be. Pulumi.yaml describes the keys and holds their defaults. */
const schemas = {
  portalUrl: z.string().min(1, "is missing: set it to the portal's public URL").pipe(publicUrl),
  backendUrl: z.union([z.literal(""), publicUrl]),
  label: z.string().max(100, "is longer than Okta's limit of 100 characters"),
  oktaUrl: z
    .string()
    .min(1, "is missing: set it to the org's URL, such as https://acme.okta.com")
    .pipe(publicUrl)
    .pipe(z.string().superRefine(checkOktaUrl)),
  environment: z.string().regex(/^[A-Za-z0-9_-]+$/, "is no key for YAML: use letters, digits, - and _"),
  authorizationServer: z.string().min(1, "is empty: use dedicated, org, or the name of an existing custom server"),
  manageGroupsClaim: boolean,
  allowedGroups: json(allowedGroups),
  groupsFilter: json(groupsFilter),
  signInResolvers: json(z.array(signInResolver, { error: "is not a list of resolvers" }).min(1, "is empty: name one")),
  authModule: oneOf(["pkce", "stock"]),
  session: json(session),
  namespace: dnsLabel,
  secretName: dnsSubdomain,
  configMapName: dnsSubdomain,
  createNamespace: boolean,
  protect: boolean,
  dashboardTile: boolean,
  deployment: z.union([z.literal(""), dnsSubdomain]),
};

/** The values of the keys that are right. */
export type ConfigValues = { [Key in keyof typeof schemas]?: z.output<(typeof schemas)[Key]> };

/**
 * Checks the project's config.
 *
 * @param config the values as text, by key without the namespace; structured ones as JSON
 */
export function checkConfig(config: Record<string, string>): { values: ConfigValues; mistakes: Mistake[] } {
  const values: Record<string, unknown> = {};
  const mistakes: Mistake[] = [];
  for (const [key, schema] of Object.entries(schemas)) {
    const result = schema.safeParse(config[key]);
    if (result.success) values[key] = result.data;
    else mistakes.push(...result.error.issues.map((issue) => mistakeAt(key, config[key], issue)));
  }
  const known = Object.keys(schemas);
  for (const key of Object.keys(config).filter((key) => !known.includes(key))) {
    mistakes.push({
      key,
      value: config[key],
      remedy: `is not a key of this project, whose keys are ${known.join(", ")}`,
    });
  }
  const { allowedGroups = [], authModule, signInResolvers } = values as ConfigValues;
  for (const [index, name] of allowedGroups.entries()) {
    if (allowedGroups.indexOf(name) < index) {
      mistakes.push({ key: `allowedGroups[${index}]`, value: name, remedy: "is named twice: leave one out" });
    }
  }
  if (authModule === "stock" && signInResolvers?.some(({ resolver }) => resolver === "oktaGroups")) {
    mistakes.push({
      key: "signInResolvers",
      value: "oktaGroups",
      remedy: "is a resolver of this project's module: set authModule to pkce, or use another resolver",
    });
  }
  return { values: values, mistakes };
}

/** A mistake at the place inside a structured value that the issue is about. */
function mistakeAt(key: string, text: string | undefined, issue: z.core.$ZodIssue): Mistake {
  // A union reports what each of its members said; the last member is the one that the key is for.
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const [inner] = issue.errors.at(-1) ?? [];
    if (inner && issue.path.length === 0) return mistakeAt(key, text, inner);
  }
  const path = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  const value = issue.path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown> | undefined)?.[step],
    issue.path.length > 0 && text ? JSON.parse(text) : text,
  );
  return { key: key + path, value, remedy: issue.message };
}

function parseJson(text: string, context: z.RefinementCtx<string>): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "is not a structured value: set it with pulumi config set --path" });
    return z.NEVER;
  }
}

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
