import { z } from "zod/v3";

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** As the catalog has it for `metadata.name`. */
export const entityName = z
  .string()
  .max(63)
  .regex(NAME, "is not a name for an entity: use letters, digits, - _ and ., with a letter or digit at both ends");

/** As the catalog has it for `metadata.namespace`. */
export const namespaceName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]+(-+[a-z0-9]+)*$/, "is not a namespace: use lower-case letters, digits and -");

/** How Okta's groups get their names in the catalog: for those who sign in and for what is read from Okta alike. */
export const groupNaming = {
  /** Taken off the front of a group's name. A group without it is left out. */
  stripPrefix: z.string().min(1).optional(),
  /** Whether names become lower case, as in every entity reference that Backstage makes. */
  lowerCase: z.boolean().default(true),
  /** Whether `-` stands for blanks and other signs of ASCII that no name may have. */
  slug: z.boolean().default(false),
  /** Names of groups in Okta, each with the name to use for it alone, whatever the other rules say. */
  mapping: z
    .record(entityName)
    .refine(
      (names) => new Set(Object.values(names).map((name) => name.toLowerCase())).size === Object.keys(names).length,
      "has one name for two groups",
    )
    .default({}),
};

export type GroupNaming = z.output<z.ZodObject<typeof groupNaming>>;

/** How Okta's people get their names in the catalog, likewise. */
export const userNaming = {
  /** The login's part before the `@`, the login with `_` for the `@`, or the ID. */
  from: z.enum(["localPart", "login", "id"]).default("localPart"),
  /** Logins, each with the name to use for it alone, whatever the other rule says. */
  mapping: z.record(entityName).default({}),
};

export type UserNaming = z.output<z.ZodObject<typeof userNaming>>;
