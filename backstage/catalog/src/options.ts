import { z } from "zod/v3";
import { entityName, groupNaming } from "../../naming/options";

const PERCENT = z.number().min(0).max(100);

/** One entry of `catalog.providers.okta`, beside its schedules: an org, and what of it is read. */
export const providerOptions = z
  .object({
    orgUrl: z
      .string()
      .regex(
        /^(https:\/\/[^/@?#]+|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)$/,
        "is not an org's URL, such as https://acme.okta.com",
      ),
    /** An API token of a read-only administrator. */
    token: z.string().min(1).optional(),
    /** A service app with okta.users.read and okta.groups.read: better than a token, which is a person's. */
    oauth: z
      .object({
        clientId: z.string().min(1),
        keyId: z.string().min(1).optional(),
        /** A PEM, or a JWK as JSON. */
        privateKey: z.string().min(1),
      })
      .strict()
      .optional(),
    /** The groups by their names in Okta, or by how their names begin. */
    groups: z
      .union([
        z.object({ names: z.array(z.string().min(1)).min(1) }).strict(),
        z.object({ prefix: z.string().min(1) }).strict(),
      ])
      .optional(),
    /** The groups by a search expression of Okta's. */
    groupFilter: z.string().min(1).optional(),
    /** The people by a search expression of Okta's; left out, the members of the groups. */
    userFilter: z.string().min(1).optional(),
    /** The attribute of a group's profile that has the name of its parent group in Okta. */
    parentAttribute: z.string().min(1).optional(),
    namespace: z.string().min(1).max(63).default("default"),
    naming: z
      .object({
        groups: z.object(groupNaming).strict().default({}),
        users: z
          .object({
            /** The login's part before the `@`, the login with `_` for the `@`, or the ID. */
            from: z.enum(["localPart", "login", "id"]).default("localPart"),
            /** Logins, each with the name to use for it. */
            mapping: z.record(entityName).default({}),
          })
          .strict()
          .default({}),
      })
      .strict()
      .default({}),
    /** A run that would remove more of what is there changes nothing. */
    maxRemovedPercent: PERCENT.default(20),
    /** Lets runs remove whatever is not in Okta any more. */
    allowRemoval: z.boolean().default(false),
    /** How many calls to Okta are under way at once. */
    concurrency: z.number().int().min(1).max(35).default(5),
    /** After how many seconds a call is given up, waiting for a rate limit included. */
    callTimeoutSeconds: z.number().int().min(1).default(120),
  })
  .strict()
  .refine(({ token, oauth }) => !token !== !oauth, "needs either token or oauth")
  .refine(({ groups, groupFilter }) => !groups !== !groupFilter, "needs either groups or groupFilter");

export type ProviderOptions = z.output<typeof providerOptions>;
