import { z } from "zod/v3";
import { groupNaming, namespaceName } from "../../naming/options";

const ANNOTATION = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const DOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i;

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

/**
 * The options of each sign-in resolver, beside its name in `signIn.resolvers`. What is not among them is refused.
 * This file is also what a config is checked with long before a portal starts, so it depends on zod
 * alone.
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
      ...groupNaming,
      /** The annotation with the ID of the User in Okta, to find the User by it and not by the email. */
      userIdAnnotation: annotation.optional(),
      /** The namespace of the Groups. */
      namespace: namespaceName.default("default"),
      /** The only groups to use, by their names in Okta; left out, all of the claim's. */
      allowList: z.array(z.string().min(1)).min(1).optional(),
      /**
       * Whether a group counts only where the catalog has it, read from Okta under this very name; one under `mapping`
       * always does.
       */
      onlyGroupsInCatalog: z.boolean().default(false),
    })
    .strict(),
} satisfies Record<string, z.AnyZodObject>;

export type ResolverName = keyof typeof resolverOptions;
export type ResolverOptions<Name extends ResolverName> = z.output<(typeof resolverOptions)[Name]>;
