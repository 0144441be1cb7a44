import { z } from "zod";
import {
  allowedGroup,
  authModule,
  boolean,
  catalogSync,
  days,
  clientId,
  dnsLabel,
  dnsSubdomain,
  duration,
  groupsFilter,
  json,
  oneOf,
  optionalObject,
  prompt,
  halfVersion,
  publicUrl,
  redirectUri,
  roles,
  session,
  signInResolver,
  version,
  volumeName,
} from "./configTypes";
import { checkOktaUrl } from "./urls";

// The one place that says what the config is: what each key takes, what it is for, and its default. The engine needs the
// defaults and descriptions in Pulumi.yaml, people need them in docs/configuration.md: a test compares both with this.

/** One key of the config. */
export interface ConfigKey {
  /** What it takes, in a few words. */
  type: string;
  description: string;
  /** As in Pulumi.yaml. The empty value of its kind where there is no default, or another key's value is the default. */
  default: unknown;
  /** How a person would write the default that is not a value of its own. */
  defaultText?: string;
  /** Whether there has to be a value. */
  required?: boolean;
  example?: string;
  schema: z.ZodType;
}

/** Every key, by its name without the project's namespace. */
export const configKeys = {
  portalUrl: {
    type: "URL",
    description:
      "The portal's public URL (app.baseUrl of Backstage): https, no trailing slash, query or fragment; http for localhost and 127.0.0.1 alone",
    default: "",
    required: true,
    example: "https://backstage.acme.example",
    schema: z.string().min(1, "is missing: set it to the portal's public URL").pipe(publicUrl),
  },
  backendUrl: {
    type: "URL",
    description: "Backstage's backend.baseUrl where it differs from portalUrl: the redirect URI is built on it",
    default: "",
    defaultText: "portalUrl",
    schema: z.union([z.literal(""), publicUrl]),
  },
  oktaUrl: {
    type: "URL",
    description: "The Okta org's URL, or a custom domain that Okta itself says is the org's",
    default: "",
    required: true,
    example: "https://acme.okta.com",
    schema: z
      .string()
      .min(1, "is missing: set it to the org's URL, such as https://acme.okta.com")
      .pipe(publicUrl)
      .pipe(z.string().superRefine(checkOktaUrl)),
  },
  purpose: {
    type: "production | development | local",
    description: "How strict the policies are with this stack, whatever it is called",
    default: "production",
    schema: oneOf(["production", "development", "local"]),
  },
  label: {
    type: "text",
    description: "The app's name in Okta",
    default: "",
    defaultText: "Backstage (<stack>)",
    schema: z.string().max(100, "is longer than Okta's limit of 100 characters"),
  },
  clientId: {
    type: "text",
    description: "The client ID of an app that was there before and was taken over. Left out, the stack makes one",
    default: "",
    defaultText: "none",
    example: "0oa1abcd2EFGH3ijkl4",
    schema: z.union([z.literal(""), clientId]),
  },
  redirectUris: {
    type: "list of URLs",
    description:
      "Further redirect URIs of the app, beside the one of backendUrl: while a portal moves, or for what else signs in by it",
    default: [],
    example: "[https://old.acme.example/api/auth/okta/handler/frame]",
    schema: json(z.array(redirectUri, { error: "is not a list of URLs" })),
  },
  environment: {
    type: "text",
    description: "The key under auth.providers.okta, and the value of auth.environment",
    default: "production",
    schema: z.string().regex(/^[A-Za-z0-9_-]+$/, "is not a valid key: use letters, digits, - and _"),
  },
  authorizationServer: {
    type: "dedicated | org | name",
    description:
      "Which server issues the tokens: dedicated (made for this portal), org (for orgs without API Access Management), or the name of an existing custom server such as default",
    default: "dedicated",
    schema: z.string().min(1, "is empty: use dedicated, org, or the name of an existing custom server"),
  },
  manageGroupsClaim: {
    type: "boolean",
    description: "With an existing server: whether this stack makes its groups scope and claim, or something else has",
    default: true,
    schema: boolean,
  },
  allowedGroups: {
    type: "list of names or {id: 00g…}",
    description: "The Okta groups whose members may sign in",
    default: [],
    required: true,
    example: "[backstage-users, {id: 00g1abcd2EFGH3ijkl4}]",
    schema: json(
      z
        .array(allowedGroup, { error: "is not a list of group names" })
        .min(1, "is empty, so nobody could sign in: name at least one Okta group"),
    ),
  },
  keepAssignments: {
    type: "boolean",
    description:
      "Whether groups that somebody else has assigned to the app stay. false takes away all but allowedGroups. People who are assigned one by one stay in any case",
    default: false,
    schema: boolean,
  },
  groupsFilter: {
    type: "{type: STARTS_WITH | EQUALS | CONTAINS | REGEX, value}",
    description:
      "Which of a user's groups go into the groups claim. REGEX as Okta reads it, which is Java's. Left out, the groups that this config names: those of allowedGroups and roles, and what oktaGroups takes by stripPrefix, allowList or mapping",
    default: {},
    defaultText: "the groups in use",
    example: "{type: STARTS_WITH, value: backstage-}",
    schema: optionalObject(groupsFilter),
  },
  signInResolvers: {
    type: "list of names or {resolver, ...options}",
    description: "Backstage's sign-in resolvers, in order: the first that finds a user decides",
    default: ["emailMatchingUserEntityProfileEmail"],
    example: "[oktaUserId, {resolver: oktaGroups, stripPrefix: backstage-}]",
    schema: json(z.array(signInResolver, { error: "is not a list of resolvers" }).min(1, "is empty: name one")),
  },
  requireVerifiedEmail: {
    type: "boolean",
    description:
      "Whether Okta has to have verified a person's email. false where the directory owns the addresses and Okta never verifies them",
    default: true,
    schema: boolean,
  },
  prompt: {
    type: "auto | login",
    description: "login asks for the password at each sign-in, so that a person can choose another account",
    default: "auto",
    schema: prompt,
  },
  authModule: {
    type: "pkce | stock",
    description:
      "The backend module that the portal runs: pkce (this project's), or stock (Backstage's okta module, which cannot send PKCE)",
    default: "pkce",
    schema: authModule,
  },
  authenticationPolicy: {
    type: "name",
    description:
      "An existing authentication policy of the org, which the app is held to. Left out, the stack never touches the app's policy",
    default: "",
    defaultText: "none",
    example: "Any two factors",
    schema: z.string(),
  },
  session: {
    type: "{duration, idle}",
    description:
      "How long a sign-in lasts, in Okta and Backstage alike, in m, h, d or w. idle is how long without use, and defaults to duration",
    default: {},
    defaultText: "{duration: 12h}",
    example: "{duration: 12h, idle: 2h}",
    schema: json(session),
  },
  catalogSync: {
    type: "{groups, schedule, naming, credentials: own | existing | token, ...}",
    description:
      "Reads the org's people and groups into the portal's catalog, by this project's catalog module, whose options these are (docs/people.md). As whom: own (a service app that this stack makes), existing (one made elsewhere, in oauth), or token (an API token, in token)",
    default: {},
    defaultText: "none",
    example: "{groups: {prefix: backstage-}, schedule: {frequency: 30m}}",
    schema: optionalObject(catalogSync),
  },
  roles: {
    type: "{<role>: {groups, permissions}}",
    description:
      "What the members of Okta groups may do in the portal, by the community's RBAC plugin (docs/people.md). Whoever has no role for something may not do it",
    default: {},
    defaultText: "none",
    example: "{admin: {groups: [backstage-admins], permissions: [catalog.entity.read, catalog.entity.create]}}",
    schema: optionalObject(roles),
  },
  namespace: {
    type: "name",
    description: "The portal's Kubernetes namespace",
    default: "backstage",
    schema: dnsLabel,
  },
  secretName: {
    type: "name",
    description: "The Secret that holds the credentials",
    default: "backstage-okta",
    schema: dnsSubdomain,
  },
  configMapName: {
    type: "name",
    description: "The ConfigMap that holds app-config.okta.yaml",
    default: "backstage-okta",
    schema: volumeName,
  },
  createNamespace: {
    type: "boolean",
    description: "Whether this stack makes the namespace",
    default: false,
    schema: boolean,
  },
  protect: {
    type: "boolean",
    description: "Refuse to delete or replace the Okta app: a new client ID ends every session",
    default: false,
    schema: boolean,
  },
  dashboardTile: {
    type: "boolean",
    description: "Show a tile on the Okta dashboard that opens the portal",
    default: false,
    schema: boolean,
  },
  deployment: {
    type: "name",
    description:
      "The portal's Deployment, restarted when the Secret or the ConfigMap changes. Left out, nothing is restarted",
    default: "",
    defaultText: "none",
    example: "backstage",
    schema: z.union([z.literal(""), dnsSubdomain]),
  },
  rolloutTimeout: {
    type: "duration",
    description: "How long pulumi up waits for the restarted portal to be ready, in m or h",
    default: "5m",
    schema: duration.refine((minutes) => minutes >= 1 && minutes <= 24 * 60, "is outside the limits: use 1m to 24h"),
  },
  clientSecretVersion: {
    type: "number",
    description:
      "Which client secret the app has: npm run rotate raises it. A lower one than the portal has is refused",
    default: 1,
    schema: version,
  },
  sessionSecretVersion: {
    type: "number",
    description:
      "Which session secret the portal has: npm run rotate raises it. A lower one than the portal has is refused. 1.5 is half-way: the portal opens sessions of the second one, but seals none yet",
    default: 1,
    schema: halfVersion,
  },
  maxSecretAgeDays: {
    type: "days",
    description: "After how many days npm run verify and npm run drift warn that a secret has not been rotated",
    default: 180,
    schema: days,
  },
} satisfies Record<string, ConfigKey>;

export type ConfigName = keyof typeof configKeys;

/** The values of the keys that are right, in the form in which the program uses them. */
export type ConfigValues = { [Key in ConfigName]?: z.output<(typeof configKeys)[Key]["schema"]> };
