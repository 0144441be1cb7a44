import { createPrivateKey, type JsonWebKey } from "node:crypto";
import { z } from "zod/v3";
import { groupNaming, namespaceName, userNaming } from "../../naming/options";

const UNITS = ["years", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds"] as const;

const NO_DURATION = "is not a duration, such as 30m, PT30M or {minutes: 30}";

const duration = z.union(
  [z.string().regex(/^(P\w+|\d+(\.\d+)?\s*[a-z]+)$/i, NO_DURATION), z.record(z.enum(UNITS), z.number().min(0))],
  { errorMap: () => ({ message: NO_DURATION }) },
);

/** As everywhere in Backstage, but for the scope, which is the module's to choose. */
const schedule = z
  .object({
    frequency: z.union(
      [duration, z.object({ cron: z.string().min(1) }).strict(), z.object({ trigger: z.literal("manual") }).strict()],
      { errorMap: () => ({ message: `${NO_DURATION}, nor {cron: ...} or {trigger: manual}` }) },
    ),
    /** When a run is given up. */
    timeout: duration.default({ minutes: 20 }),
    /** How long after the start of the backend. */
    initialDelay: duration.default({ seconds: 0 }),
  })
  .strict();

const isManual = (frequency: object | string) => typeof frequency === "object" && "trigger" in frequency;

/** A PEM that came through an environment variable often has `\n` for its line breaks. */
const privateKey = z
  .string()
  .transform((key) => key.replaceAll("\\n", "\n"))
  // Before the portal starts there is the variable's name alone.
  .refine((key) => /^\$\{\w+\}$/.test(key) || isPrivateKey(key), "is neither a private key in PEM nor a JWK as JSON");

function isPrivateKey(key: string): boolean {
  try {
    createPrivateKey(key.startsWith("{") ? { key: JSON.parse(key) as JsonWebKey, format: "jwk" } : key);
    return true;
  } catch {
    return false;
  }
}

/**
 * One entry of `catalog.providers.okta`: an org, and what of it is read. This file is also what a config is checked with
 * long before a portal starts, so it depends on zod and Node.js alone.
 */
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
        privateKey,
      })
      .strict()
      .optional(),
    /** The groups by their names in Okta, or by how their names begin; without `groupFilter` either, all. */
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
    namespace: namespaceName.default("default"),
    naming: z
      .object({
        groups: z.object(groupNaming).strict().default({}),
        users: z.object(userNaming).strict().default({}),
      })
      .strict()
      .default({}),
    /** A run that would remove more of what is there changes nothing; three may go of any number, as long as most stay. */
    maxRemovedPercent: z.number().min(0).max(100).default(20),
    /** Lets runs remove whatever is not in Okta any more, as long as there is something left. */
    allowRemoval: z.boolean().default(false),
    /** How many calls to Okta are under way at once. */
    concurrency: z.number().int().min(1).max(35).default(5),
    /** After how many seconds a call is given up. A rate limit is waited for besides, and no longer than that. */
    callTimeoutSeconds: z.number().int().min(1).default(120),
    /** When all is read. */
    schedule: schedule.default({ frequency: { minutes: 30 } }),
    /** When only what has changed is read; left out, never. */
    deltaSchedule: schedule.optional(),
  })
  .strict()
  .refine(({ token, oauth }) => !token !== !oauth, "needs either token or oauth")
  .refine(({ groups, groupFilter }) => !groups || !groupFilter, "has both groups and groupFilter: use one of them")
  .refine(
    ({ schedule, deltaSchedule }) =>
      !deltaSchedule || ![schedule, deltaSchedule].some(({ frequency }) => isManual(frequency)),
    "has a deltaSchedule, with which {trigger: manual} does not work in Backstage",
  );

export type ProviderOptions = z.output<typeof providerOptions>;
