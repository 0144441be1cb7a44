import { z } from "zod";
import { clientSecret } from "./app";
import { status, type Status, type Times } from "./fields";

// The local Okta keeps what the bodies of its API set, in the words of that API, and beside it what Okta assigns.

const name = z.string().min(1).max(50);
const profile = z.object({
  login: z.email({ error: "Username must be in the form of an email address" }).min(5).max(100),
  email: z.email({ error: "Does not match required pattern" }).min(5).max(100),
  firstName: name,
  lastName: name,
});
const password = z.object({ password: z.object({ value: z.string().min(8).max(72) }) });

export const newUserBody = z.object({
  profile,
  credentials: password.optional(),
  groupIds: z.array(z.string()).default([]),
});
export const userBody = z.object({ profile: profile.partial().default({}), credentials: password.optional() });

/** A user of the org. `password` is the throw-away plain password of the sandbox. */
export interface User extends Times {
  id: string;
  status: "STAGED" | "ACTIVE" | "SUSPENDED" | "DEPROVISIONED";
  profile: z.output<typeof profile>;
  emailVerified: boolean;
  password: string;
  groupIds: string[];
}

export const groupBody = z.object({
  profile: z
    .object({ name: z.string().trim().min(1).max(255), description: z.string().max(1024).default("") })
    // With the attributes that the org has added to its groups' profiles.
    .catchall(z.string()),
});

/** A group of the org. Every user is in the one `BUILT_IN` group, Everyone. */
export interface Group extends z.output<typeof groupBody>, Times {
  id: string;
  type: "OKTA_GROUP" | "BUILT_IN";
  lastMembershipUpdated: string;
}

export const domainBody = z.object({
  domain: z.hostname().toLowerCase(),
  certificateSourceType: z.enum(["MANUAL", "OKTA_MANAGED"]),
});

export interface Domain extends z.output<typeof domainBody> {
  id: string;
  validationStatus: "NOT_STARTED" | "VERIFIED";
}

export const secretBody = z.object({ client_secret: clientSecret.optional(), status });

export interface ClientSecret extends Times {
  id: string;
  appId: string;
  client_secret: string;
  status: Status;
}

export const grantBody = z.object({
  scopeId: z
    .string()
    .min(1)
    .regex(/^okta\.[\w.]+\.(read|manage|self)$/, { error: ({ input }) => `${String(input)} is not an Okta API scope` }),
  issuer: z.string().min(1),
});

/** A scope of Okta's API that a service app was granted, such as `okta.apps.manage`. */
export interface Grant extends Times {
  id: string;
  appId: string;
  scopeId: string;
}

/** Okta's standard roles that a client can have, by their names in the Admin Console. */
export const ROLE_LABELS = {
  API_ACCESS_MANAGEMENT_ADMIN: "API Access Management Administrator",
  APP_ADMIN: "Application Administrator",
  GROUP_MEMBERSHIP_ADMIN: "Group Membership Administrator",
  HELP_DESK_ADMIN: "Help Desk Administrator",
  ORG_ADMIN: "Organizational Administrator",
  READ_ONLY_ADMIN: "Read-only Administrator",
  REPORT_ADMIN: "Report Administrator",
  SUPER_ADMIN: "Super Administrator",
  USER_ADMIN: "Group Administrator",
} as const;
export type RoleType = keyof typeof ROLE_LABELS;
export const roleBody = z.object({ type: z.enum(Object.keys(ROLE_LABELS) as [RoleType, ...RoleType[]]) });

export interface ClientRole extends z.output<typeof roleBody>, Times {
  id: string;
  clientId: string;
}

/** The org itself, and the throw-away credentials by which its management API is used. */
export interface OrgRecord {
  id: string;
  /** Which form its records have on disk. */
  format: number;
  created: string;
  apiToken: string;
  /** The user whose API token that is. */
  adminId: string;
  /** The app sign-in policy that Okta made: "Any two factors". */
  accessPolicyId: string;
  /** Keys that sign the tokens of every server of the org, as private JWKs. */
  signingKeys: Record<string, unknown>[];
}

/** A code, token, session or grant of the OAuth side, as `oidc-provider` hands it to its adapter. */
export interface Artifact {
  payload: Record<string, unknown>;
  /** When it is void, in seconds since the epoch. */
  expiresAt?: number;
}
