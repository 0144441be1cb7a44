import { z } from "zod";
import { checkPublicUrl, checkRedirectUri } from "./urls";

// What the values of the config can be; configSchema.ts says which key takes what.

const MINUTES = { m: 1, h: 60, d: 24 * 60, w: 7 * 24 * 60 };

export const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `is not one of ${values.join(", ")}` });

/** A structured value, which the engine hands over as JSON. */
export const json = <Schema extends z.ZodType>(schema: Schema) => z.string().transform(parseJson).pipe(schema);

// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
export const dnsLabel = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    "is not a valid Kubernetes name: use a-z, 0-9 and -, at most 63 characters",
  );

export const dnsSubdomain = z
  .string()
  .max(253, "is not a valid Kubernetes name: use at most 253 characters")
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "is not a valid Kubernetes name: use a-z, 0-9, - and . with a letter or digit first and last",
  );

/** The Backstage chart makes the ConfigMap's name the name of a volume too, which takes less. */
export const volumeName = z
  .string()
  .refine(
    (name) => !name.includes("."),
    "has a dot, which the name of a volume cannot have: the Backstage chart makes one of it",
  )
  .pipe(dnsLabel);

export const boolean = z.stringbool({ truthy: ["true"], falsy: ["false"], error: "is neither true nor false" });

export const days = z
  .string()
  .regex(/^[1-9]\d{0,4}$/, "is not a number of days: use a whole number from 1")
  .transform(Number);

/** Of something that is made anew with each. */
export const version = z
  .string()
  .regex(/^[1-9]\d*$/, "is not a version: use a whole number from 1")
  .transform(Number);

/** As {@link version}, where there is a way between two. */
export const halfVersion = z
  .string()
  .regex(/^[1-9]\d*(\.5)?$/, "is not a version: use a number from 1, whole or with .5")
  .transform(Number);

export const publicUrl = z.string().superRefine(checkPublicUrl);

export const redirectUri = z.string({ error: "is not a URL" }).superRefine(checkRedirectUri);

// Okta's API description.
export const clientId = z
  .string()
  .regex(/^[\w.-]{6,100}$/, "is not a valid client ID: copy it from the app's General tab in Okta");

export const duration = z
  .string({ error: "is not a duration such as 30m, 12h or 7d" })
  .regex(/^\d+[mhdw]$/, "is not a duration such as 30m, 12h or 7d")
  .transform((text) => Number(text.slice(0, -1)) * MINUTES[text.slice(-1) as keyof typeof MINUTES]);

// Okta's API description: the window of a refresh token is 10 minutes at the least and five years at the most.
const tokenLifetime = duration.refine(
  (minutes) => minutes >= 10 && minutes <= 2_628_000,
  "is outside Okta's limits: use 10m to 1825d",
);

export const session = z
  .strictObject(
    { duration: tokenLifetime.default(MINUTES.d / 2), idle: tokenLifetime.optional() },
    { error: "takes the keys duration and idle, and no other" },
  )
  .transform(({ duration, idle }) => ({ durationMinutes: duration, idleMinutes: idle ?? duration }))
  .refine(({ durationMinutes, idleMinutes }) => idleMinutes <= durationMinutes, {
    path: ["idle"],
    error: "is longer than session.duration: make it equal or shorter",
  });

export const groupsFilter = z
  .strictObject(
    {
      type: oneOf(["STARTS_WITH", "EQUALS", "CONTAINS", "REGEX"]),
      value: z.string({ error: "is missing: name what to filter by" }).min(1, "is empty: name what to filter by"),
    },
    { error: "takes the keys type and value, and no other" },
  )
  .refine(({ type, value }) => type !== "REGEX" || javaRegExp(value) !== undefined, {
    path: ["value"],
    error: "is not a valid regular expression: correct it, or use another type of filter",
  });

export const allowedGroup = z.union(
  [
    z.strictObject({ id: z.string().regex(/^00g\w+$/, "is not the ID of a group, which begins with 00g") }),
    z.string().min(1, "is empty: name the group"),
  ],
  { error: "is neither a group's name nor {id: 00g…}" },
);

/** A structured value that may be left out, as `{}` in Pulumi.yaml. */
export const optionalObject = <Schema extends z.ZodType>(schema: Schema) =>
  json(z.preprocess((value) => (isEmptyObject(value) ? undefined : value), schema.optional()));

const isEmptyObject = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

export const signInResolver = z.union(
  [z.string().transform((resolver) => ({ resolver })), z.looseObject({ resolver: z.string() })],
  { error: "is neither a resolver's name nor an object with the key resolver" },
);

const NO_VERSION = "is not a whole number from 1";

/** What is not about the credentials is checked by the backend module's own schema. */
export const catalogSync = z.looseObject(
  {
    credentials: oneOf(["own", "existing", "token"]).default("own"),
    keyVersion: z.number({ error: NO_VERSION }).int(NO_VERSION).min(1, NO_VERSION).default(1),
  },
  { error: "is not an object, such as {groups: {prefix: backstage-}}" },
);

const ACTIONS = ["create", "read", "update", "delete", "use"] as const;
const PERMISSION = /^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$/;
const permissionName = z.string().regex(PERMISSION, "is not a permission, such as catalog.entity.read");

/** The action that a permission's name ends with, in most of Backstage's own. */
const namedAction = (permission: string) => ACTIONS.find((action) => permission.endsWith(`.${action}`));

const permission = z.union(
  [
    permissionName
      .refine(
        namedAction,
        "does not name its action: write {permission: NAME, action: create | read | update | delete | use}",
      )
      .transform((permission) => ({ permission, action: namedAction(permission)! })),
    z.strictObject({ permission: permissionName, action: oneOf(ACTIONS) }),
  ],
  { error: "is neither a permission's name nor {permission: NAME, action: create | read | update | delete | use}" },
);

const roleName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]+([-_.][a-z0-9]+)*$/, "is not a name for a role: use a-z, 0-9, -, _ and ., at most 63 characters")
  .refine((name) => name !== "rbac_admin", "is the RBAC plugin's own role: choose another name");

export const roles = z.record(
  roleName,
  z.strictObject(
    {
      groups: z.array(allowedGroup, { error: "is not a list of group names" }).min(1, "is empty: name a group"),
      permissions: z.array(permission, { error: "is not a list of permissions" }).min(1, "is empty: name a permission"),
    },
    { error: "takes the keys groups and permissions, and no other" },
  ),
  { error: "is not an object, such as {admin: {groups: [...], permissions: [...]}}" },
);

export const authModule = oneOf(["pkce", "stock"]);
export const prompt = oneOf(["auto", "login"]);

/** Which backend module the portal runs. */
export type AuthModule = z.output<typeof authModule>;

/** Whether Okta may use the session that a person has there already, or asks for the password each time. */
export type Prompt = z.output<typeof prompt>;

/** How long a sign-in lasts, at the most and without use. */
export type Session = z.output<typeof session>;

/** Which of a user's groups go into the groups claim, in the terms of Okta's API. */
export type GroupsFilter = z.output<typeof groupsFilter>;

/** What the portal's catalog reads from Okta, and as whom. The rest is what the backend module's entry has. */
export type CatalogSync = z.output<typeof catalogSync>;

/** What the members of groups may do in the portal, by the roles' names. */
export type Roles = z.output<typeof roles>;

/** A permission of Backstage's, and what may be done by it. */
export type Permission = z.output<typeof permission>;

/** A group of the org, by its name or its ID. */
export type AllowedGroup = z.output<typeof allowedGroup>;

/** One entry of Backstage's `signIn.resolvers`: the resolver's name, and its options beside it. */
export interface SignInResolver {
  resolver: string;
  [option: string]: unknown;
}

function parseJson(text: string, context: z.RefinementCtx<string>): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "is not a structured value: set it with pulumi config set --path" });
    return z.NEVER;
  }
}

/**
 * A regular expression of Java's, which is what Okta reads, as one of JavaScript's. What Java has beyond that is taken to
 * be right: inline flags, possessive quantifiers, atomic groups, and quotation.
 *
 * @returns undefined for what is not a regular expression
 */
export function javaRegExp(text: string): RegExp | undefined {
  const plain = text
    .replace(/\\Q(.*?)(?:\\E|$)/gs, (_, quoted: string) => quoted.replace(/\W/g, "\\$&"))
    .replace(/\(\?[a-zA-Z]*(-[a-zA-Z]+)?\)/g, "")
    .replace(/\(\?([a-zA-Z]+(-[a-zA-Z]+)?:|>)/g, "(?:")
    .replace(/([*+?}])\+/g, "$1");
  try {
    return new RegExp(plain, /\(\?[a-zA-Z]*i/.test(text) ? "i" : "");
  } catch {
    return undefined;
  }
}
