import type * as core from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { AuthorizationServerArgs } from "./authorizationServer";
import type { ExistingObjects } from "./cluster";
import type { CatalogSyncArgs } from "./catalogSync";
import type { AuthModule, CatalogSync, GroupsFilter, Prompt, Session, SignInResolver } from "./configTypes";
import type { CredentialsArgs } from "./credentials";
import type { AuthorizationServerChoice, IssuerMode } from "./lookups";
import type { OidcAppArgs } from "./oidcApp";
import type { OverlayArgs } from "./overlay";
import type { Role } from "./roles";
import type { RolloutArgs } from "./rollout";
import type { Transform } from "./transform";

export interface BackstageSsoArgs {
  /** The portal's public URL, Backstage's `app.baseUrl`, without a trailing slash. */
  portalUrl: pulumi.Input<string>;
  /**
   * Backstage's `backend.baseUrl`, where it differs.
   * @default portalUrl
   */
  backendUrl?: pulumi.Input<string>;
  /** The app's name in Okta. */
  label: pulumi.Input<string>;
  /** The org's URL or a custom domain of it, without a trailing slash. */
  oktaUrl: string;
  /**
   * `CUSTOM_URL` when `oktaUrl` is a custom domain of the org.
   * @default ORG_URL
   */
  issuerMode?: IssuerMode;
  /**
   * The client ID of an app that was there before, and is in the state by an import.
   * @default one that is made here
   */
  clientId?: string;
  /**
   * Further redirect URIs of the app, beside the one of `backendUrl`.
   * @default none
   */
  redirectUris?: pulumi.Input<string>[];
  /**
   * The key under `auth.providers.okta`, and the value of `auth.environment`.
   * @default production
   */
  environment?: string;
  /**
   * Which server issues the tokens.
   * @default one that is made for this portal
   */
  authorizationServer?: AuthorizationServerChoice;
  /**
   * With a shared server: whether its groups scope and claim are made here.
   * @default true
   */
  manageGroupsClaim?: boolean;
  /** The groups whose members may sign in, by their IDs. */
  allowedGroups: { id: pulumi.Input<string>; name?: pulumi.Input<string> }[];
  /**
   * Whether groups that somebody else has assigned stay.
   * @default false
   */
  keepAssignments?: boolean;
  /** Which of a user's groups go into the groups claim: those that the portal has a use for. */
  groupsFilter: GroupsFilter;
  /**
   * Backstage's sign-in resolvers, in order.
   * @default emailMatchingUserEntityProfileEmail
   */
  signInResolvers?: SignInResolver[];
  /**
   * Whether Okta has to have verified a person's email.
   * @default true
   */
  requireVerifiedEmail?: boolean;
  /**
   * `login` asks for the password at each sign-in.
   * @default auto
   */
  prompt?: Prompt;
  /**
   * Which backend module the portal runs.
   * @default pkce
   */
  authModule?: AuthModule;
  /**
   * The ID of the authentication policy that the app is held to.
   * @default whatever policy it has, which stays as it is
   */
  authenticationPolicy?: pulumi.Input<string>;
  /**
   * How long a sign-in lasts.
   * @default 12 hours
   */
  session?: Session;
  /**
   * What the portal's catalog reads from Okta, and as whom.
   * @default nothing
   */
  catalogSync?: CatalogSync;
  /**
   * What the members of groups may do in the portal. The groups' names are theirs alone if `mapping` gives them, in
   * `catalogSync` or in `oktaGroups`, so that nobody gets a role by a group that is called alike.
   * @default none: the portal's own permissions stay
   */
  roles?: Role[];
  namespace: pulumi.Input<string>;
  /** @default backstage-okta */
  secretName?: string;
  /** @default backstage-okta */
  configMapName?: string;
  /** @default false */
  createNamespace?: boolean;
  /**
   * Refuse to delete or replace the app: a new client ID ends every session.
   * @default false
   */
  protect?: boolean;
  /** @default false */
  dashboardTile?: boolean;
  /**
   * The portal's Deployment, restarted when the Secret or the ConfigMap changes.
   * @default none: nothing is restarted
   */
  deployment?: pulumi.Input<string>;
  /** @default 5 */
  rolloutTimeoutMinutes?: number;
  /**
   * Which client secret the app has: see {@link OidcAppArgs}.
   * @default 1
   */
  clientSecretVersion?: number;
  /**
   * Which session secret the portal has: see {@link CredentialsArgs}.
   * @default 1
   */
  sessionSecretVersion?: number;
  /**
   * What was in the cluster under these names before, as `lookAtCluster` finds it: what is somebody else's is refused.
   * @default nothing
   */
  existing?: ExistingObjects;
  /** Changes to the resources of each part, by the part's name. */
  transform?: {
    namespace?: Transform<core.NamespaceArgs>;
    oidcApp?: OidcAppArgs["transform"];
    authorizationServer?: AuthorizationServerArgs["transform"];
    credentials?: CredentialsArgs["transform"];
    overlay?: OverlayArgs["transform"];
    catalogSync?: CatalogSyncArgs["transform"];
    rollout?: RolloutArgs["transform"];
  };
}

/** The arguments, with the default of each that is left out. A part has the defaults of what it alone takes. */
export function withDefaults(args: BackstageSsoArgs) {
  return {
    ...args,
    backendUrl: args.backendUrl ?? args.portalUrl,
    issuerMode: args.issuerMode ?? "ORG_URL",
    redirectUris: args.redirectUris ?? [],
    environment: args.environment ?? "production",
    authorizationServer: args.authorizationServer ?? { kind: "dedicated" },
    manageGroupsClaim: args.manageGroupsClaim ?? true,
    keepAssignments: args.keepAssignments ?? false,
    signInResolvers: args.signInResolvers ?? [{ resolver: "emailMatchingUserEntityProfileEmail" }],
    requireVerifiedEmail: args.requireVerifiedEmail ?? true,
    prompt: args.prompt ?? "auto",
    authModule: args.authModule ?? "pkce",
    session: args.session ?? { durationMinutes: 720, idleMinutes: 720 },
    secretName: args.secretName ?? "backstage-okta",
    configMapName: args.configMapName ?? "backstage-okta",
    protect: args.protect ?? false,
    dashboardTile: args.dashboardTile ?? false,
    transform: args.transform ?? {},
  };
}
