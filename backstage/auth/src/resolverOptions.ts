import { z } from "zod/v3";

/** As the catalog has it for `metadata.name` and the name in an annotation's key. */
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const NAMESPACE = /^[a-z0-9]+(-+[a-z0-9]+)*$/;
const ANNOTATION = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const DOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i;

const entityName = z
  .string()
  .max(63)
  .regex(NAME, "is not a name for an entity: use letters, digits, - _ and ., with a letter or digit at both ends");

const annotation = z.string().regex(ANNOTATION, "is not the key of an annotation, such as okta.com/id");

const allowedDomains = z
  .array(z.string().regex(DOMAIN, "is not a domain, such as acme.example"), {
    required_error: "is missing: name the domains whose emails may sign in, such as [acme.example]",
  })
  .min(1, "is empty: name a domain, such as acme.example");

/** What all resolvers that go by the email have. */
const email = {
  /** The domains of the emails that may sign in, whatever their case; left out, all. */
  allowedDomains: allowedDomains.optional(),
  /** Whether an email is also looked for without its tag, `alice@acme.example` for `alice+x@acme.example`. */
  ignorePlusTag: z.boolean().default(false),
};

const emailOrNobody = {
  ...email,
  /** Whether a person may sign in whom the catalog does not have. */
  dangerouslyAllowSignInWithoutUserInCatalog: z.boolean().default(false),
};

/** How Okta's groups get their names in the catalog. */
const groupNames = {
  /** Taken off the front of a group's name. A group without it is left out. */
  stripPrefix: z.string().min(1).optional(),
  /** Whether names become lower case, as in every entity reference that Backstage makes. */
  lowerCase: z.boolean().default(true),
  /** Names of groups in Okta, each with the name to use for it, whatever the other rules say. */
  mapping: z
    .record(entityName)
    .refine(
      (names) => new Set(Object.values(names).map((name) => name.toLowerCase())).size === Object.keys(names).length,
      "has one name for two groups",
    )
    .default({}),
};

/**
 * The options of each sign-in resolver, beside its name in `signIn.resolvers`. What is not among them is refused.
 * This file is also what a config is checked with long before a portal starts, so it depends on nothing but zod.
 */
export const resolverOptions = {
  /** Finds the User whose `spec.profile.email` is the person's email. */
  emailMatchingUserEntityProfileEmail: z.object(emailOrNobody).strict(),

  /**
   * Finds the User whose name is the part of the person's email before the `@`. Without its domain an email is not one
   * person's, so the domains have to be named.
   */
  emailLocalPartMatchingUserEntityName: z.object({ ...emailOrNobody, allowedDomains }).strict(),

  /** Finds the User whose annotation `okta.com/email` is the person's email. */
  emailMatchingUserEntityAnnotation: z.object(emailOrNobody).strict(),

  /** Finds the User whose annotation is the ID of the person's user in Okta, which no one can change. */
  oktaUserId: z.object({ annotation: annotation.default("okta.com/id") }).strict(),

  /** Finds the User by the email, or by the ID where its annotation is named; the User owns through Okta groups as well. */
  oktaGroups: z
    .object({
      ...email,
      ...groupNames,
      /** The annotation with the ID of the User in Okta, to find the User by it and not by the email. */
      userIdAnnotation: annotation.optional(),
      /** The namespace of the Groups. */
      namespace: z.string().max(63).regex(NAMESPACE, "is not a namespace").default("default"),
      /** The only groups to use, by their names in Okta; left out, all of the claim's. */
      allowList: z.array(z.string().min(1)).min(1).optional(),
    })
    .strict(),
} satisfies Record<string, z.AnyZodObject>;

export type ResolverName = keyof typeof resolverOptions;
export type ResolverOptions<Name extends ResolverName> = z.output<(typeof resolverOptions)[Name]>;
