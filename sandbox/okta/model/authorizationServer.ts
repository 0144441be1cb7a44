import { z } from "zod";
import { isRegex } from "../regex";
import { BLANK, groupFilterType, ids, issuerMode, priority, status, text, type Status, type Times } from "./fields";

// A custom authorization server, and what it consists of.

export const serverBody = z.object({
  name: z.string().trim().min(1, BLANK).max(255),
  description: z.string().default(""),
  audiences: z.array(z.string().min(1, BLANK)).length(1, "Exactly one audience is supported"),
  issuerMode: issuerMode.default("ORG_URL"),
  credentials: z
    .object({ signing: z.object({ rotationMode: z.enum(["AUTO", "MANUAL"]).default("AUTO") }).prefault({}) })
    .prefault({}),
});

export interface AuthorizationServer extends z.output<typeof serverBody>, Times {
  /** The last segment of its issuer. */
  id: string;
  /** The ID that the server named default has in some orgs' answers. */
  alias?: string;
  status: Status;
}

export const scopeBody = z.object({
  // RFC 6749, section 3.3: what a scope is spelled with.
  name: z
    .string()
    .regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, "A scope has at least one character, and no space, quote or backslash"),
  description: z.string().default(""),
  displayName: z.string().default(""),
  consent: z.enum(["IMPLICIT", "REQUIRED", "FLEXIBLE"]).default("IMPLICIT"),
  metadataPublish: z.enum(["ALL_CLIENTS", "NO_CLIENTS"]).default("NO_CLIENTS"),
  default: z.boolean().default(false),
  optional: z.boolean().default(false),
});

/** A scope of an authorization server. The standard OpenID scopes are stored too, with `system: true`. */
export interface Scope extends z.output<typeof scopeBody> {
  id: string;
  serverId: string;
  system: boolean;
}

/** The claims of RFC 7519 and OpenID Connect Core that only the server itself may fill. */
const RESERVED = ["iss", "aud", "exp", "iat", "nbf", "jti", "nonce", "auth_time", "at_hash", "c_hash", "amr", "idp"];

export const claimBody = z
  .object({
    name: z
      .string()
      .min(1, BLANK)
      .refine((name) => !RESERVED.includes(name), "The name is reserved"),
    status,
    claimType: z.enum(["IDENTITY", "RESOURCE"]),
    valueType: z.enum(["EXPRESSION", "GROUPS", "SYSTEM"]).default("EXPRESSION"),
    value: z.string().min(1, BLANK),
    group_filter_type: groupFilterType.optional(),
    alwaysIncludeInToken: z.boolean().default(true),
    conditions: z.object({ scopes: ids.default([]) }).prefault({}),
  })
  .superRefine((claim, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: "custom", path: [field], message });
    if (claim.valueType === "GROUPS" && !claim.group_filter_type)
      refuse("group_filter_type", "The field cannot be left blank when valueType is GROUPS");
    if (claim.valueType !== "GROUPS" && claim.group_filter_type)
      refuse("group_filter_type", "The field is for the valueType GROUPS alone");
    if (claim.group_filter_type === "REGEX" && !isRegex(claim.value))
      refuse("value", `Invalid regular expression: ${claim.value}`);
    if (claim.claimType === "RESOURCE" && !claim.alwaysIncludeInToken)
      refuse("alwaysIncludeInToken", "A claim of the access token is always included");
  });

export interface Claim extends z.output<typeof claimBody> {
  id: string;
  serverId: string;
  system: boolean;
}

export const accessPolicyBody = z.object({
  type: z.literal("OAUTH_AUTHORIZATION_POLICY", { error: "The type must be OAUTH_AUTHORIZATION_POLICY" }),
  name: text(100),
  description: text(255),
  status,
  priority,
  // Client IDs, or the one word `ALL_CLIENTS`.
  conditions: z.object({ clients: z.object({ include: ids.min(1, BLANK) }) }),
});

/** An access policy of an authorization server: which clients its rules are for. */
export interface AccessPolicy extends z.output<typeof accessPolicyBody>, Times {
  id: string;
  serverId: string;
  system: boolean;
}

const ONE_DAY = 24 * 60;
/** As the API description gives it for refreshTokenWindowMinutes. */
const FIVE_YEARS = 2_628_000;

/** Nobody is excluded here: Okta shows the empty list all the same. */
const people = z
  .object({ include: ids.default([]) })
  .transform(({ include }) => ({ include, exclude: [] }))
  .prefault({});

export const accessRuleBody = z
  .object({
    type: z.literal("RESOURCE_ACCESS", { error: "The type must be RESOURCE_ACCESS" }),
    name: text(255),
    status,
    priority,
    conditions: z.object({
      grantTypes: z.object({ include: ids.min(1, BLANK) }),
      scopes: z.object({ include: ids.min(1, BLANK) }),
      // Group IDs, or the one word `EVERYONE`.
      people: z.object({ groups: people, users: people }).prefault({}),
    }),
    actions: z
      .object({
        token: z
          .object({
            accessTokenLifetimeMinutes: minutes(5, ONE_DAY).default(60),
            // 0 stands for unlimited.
            refreshTokenLifetimeMinutes: z.int().min(0).default(0),
            refreshTokenWindowMinutes: minutes(10, FIVE_YEARS).default(7 * ONE_DAY),
          })
          .prefault({}),
      })
      .prefault({}),
  })
  .superRefine(({ actions: { token } }, context) => {
    const { accessTokenLifetimeMinutes: access, refreshTokenWindowMinutes: window } = token;
    const { refreshTokenLifetimeMinutes: lifetime } = token;
    if (lifetime === 0) return;
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: ["actions", "token", field], message });
    if (lifetime < access)
      refuse("refreshTokenLifetimeMinutes", "The value must not be less than that of accessTokenLifetimeMinutes");
    if (window > lifetime)
      refuse("refreshTokenWindowMinutes", "The value must not be greater than that of refreshTokenLifetimeMinutes");
    if (window < access)
      refuse("refreshTokenWindowMinutes", "The value must not be less than that of accessTokenLifetimeMinutes");
  });

function minutes(least: number, most: number) {
  const message = `The value must be between ${least} and ${most} minutes`;
  return z.int().min(least, message).max(most, message);
}

/** A rule of an access policy: who gets which scopes by which grant, and for how long. */
export interface AccessRule extends z.output<typeof accessRuleBody>, Times {
  id: string;
  policyId: string;
  system: boolean;
}
