// What the local Okta keeps: its records are these, in the words of Okta's API where it has them.

/** A user of the org. `password` is the throw-away plain password of the sandbox. */
export interface User {
  id: string;
  status: "STAGED" | "ACTIVE" | "SUSPENDED" | "DEPROVISIONED";
  profile: { login: string; email: string; firstName: string; lastName: string };
  emailVerified: boolean;
  password: string;
  groupIds: string[];
  created: string;
  lastUpdated: string;
}

/** A group of the org. Every user is in the one `BUILT_IN` group, Everyone. */
export interface Group {
  id: string;
  type: "OKTA_GROUP" | "BUILT_IN";
  /** With the attributes that the org has added to its groups' profiles. */
  profile: { name: string; description: string; [attribute: string]: string };
  created: string;
  lastUpdated: string;
  lastMembershipUpdated: string;
}

/** The OAuth client inside an OIDC app, in the wire format of Okta's Applications API. */
export interface OAuthClient {
  client_id: string;
  token_endpoint_auth_method: string;
  pkce_required: boolean;
  autoKeyRotation: boolean;
}

/** An app, in the wire format of Okta's Applications API less its links. */
export interface App {
  id: string;
  name: string;
  label: string;
  status: "ACTIVE" | "INACTIVE";
  signOnMode: "OPENID_CONNECT";
  created: string;
  lastUpdated: string;
  credentials: { oauthClient: OAuthClient; [key: string]: unknown };
  settings: {
    oauthClient: {
      application_type: "web" | "native" | "browser" | "service";
      grant_types: string[];
      response_types: string[];
      redirect_uris?: string[];
      post_logout_redirect_uris?: string[];
      wildcard_redirect?: "DISABLED" | "SUBDOMAIN";
      issuer_mode?: IssuerMode;
      consent_method?: string;
      refresh_token?: { rotation_type: "ROTATE" | "STATIC"; leeway: number };
      jwks?: { keys: Record<string, unknown>[] };
      [key: string]: unknown;
    };
    [key: string]: unknown;
  };
  /** The app-level groups claim that the org authorization server puts into ID tokens. */
  groupsClaim?: { name: string; valueType: "GROUPS" | "EXPRESSION"; groupFilterType?: GroupFilterType; value: string };
  /** Groups whose members may use the app. */
  groupIds: string[];
  /** People who may use it by themselves. */
  userIds?: string[];
  /** The Okta API scopes granted to a service app, such as `okta.apps.manage`. */
  grantedScopes: string[];
  /** The app sign-in policy (`ACCESS_POLICY`) that guards the app. */
  accessPolicyId: string;
  [key: string]: unknown;
}

export type IssuerMode = "ORG_URL" | "CUSTOM_URL" | "DYNAMIC";
export type GroupFilterType = "STARTS_WITH" | "EQUALS" | "CONTAINS" | "REGEX";
export type Status = "ACTIVE" | "INACTIVE";

/** A custom authorization server. */
export interface AuthorizationServer {
  /** The last segment of its issuer. */
  id: string;
  /** The ID that the server named default has in some orgs' answers. */
  alias?: string;
  name: string;
  description: string;
  audiences: string[];
  issuerMode: IssuerMode;
  status: Status;
  rotationMode: "AUTO" | "MANUAL";
  created: string;
  lastUpdated: string;
}

/** A scope of an authorization server. The standard OpenID scopes are stored too, with `system: true`. */
export interface Scope {
  id: string;
  serverId: string;
  name: string;
  description: string;
  displayName: string;
  consent: "IMPLICIT" | "REQUIRED" | "FLEXIBLE";
  metadataPublish: "ALL_CLIENTS" | "NO_CLIENTS";
  default: boolean;
  optional: boolean;
  system: boolean;
}

/** A claim of an authorization server. */
export interface Claim {
  id: string;
  serverId: string;
  name: string;
  status: Status;
  claimType: "IDENTITY" | "RESOURCE";
  valueType: "EXPRESSION" | "GROUPS" | "SYSTEM";
  value: string;
  group_filter_type?: GroupFilterType;
  alwaysIncludeInToken: boolean;
  conditions: { scopes: string[] };
  system: boolean;
}

/** An access policy of an authorization server: which clients its rules are for. */
export interface Policy {
  id: string;
  serverId: string;
  name: string;
  description: string;
  status: Status;
  priority: number;
  /** Client IDs, or the one word `ALL_CLIENTS`. */
  clients: string[];
  system: boolean;
  created: string;
  lastUpdated: string;
}

/** A rule of an access policy: who gets which scopes by which grant, and for how long. */
export interface Rule {
  id: string;
  policyId: string;
  name: string;
  status: Status;
  priority: number;
  grantTypes: string[];
  scopes: string[];
  /** Group IDs, or the one word `EVERYONE`. */
  groupIds: string[];
  userIds: string[];
  accessTokenLifetimeMinutes: number;
  refreshTokenLifetimeMinutes: number;
  refreshTokenWindowMinutes: number;
  system: boolean;
  created: string;
  lastUpdated: string;
}

/** A sign-in policy of apps (`ACCESS_POLICY`), in the wire format of Okta's Policies API less its links. */
export interface SignOnPolicy {
  id: string;
  type: "ACCESS_POLICY";
  name: string;
  description: string;
  status: Status;
  priority: number;
  /** Okta's own: apps that name no other are on it. */
  system: boolean;
  created: string;
  lastUpdated: string;
}

/** A rule of such a policy: whom it lets in to the apps. */
export interface SignOnRule {
  id: string;
  policyId: string;
  type: "ACCESS_POLICY";
  name: string;
  status: Status;
  priority: number;
  /** The rule for whom no other one is, which Okta makes in each policy. */
  system: boolean;
  conditions?: { people?: { groups: Included; users: Included }; [key: string]: unknown };
  actions: { appSignOn: { access: "ALLOW" | "DENY"; [key: string]: unknown } };
  created: string;
  lastUpdated: string;
}

interface Included {
  include: string[];
  exclude: string[];
}

/** A custom domain of the org. */
export interface Domain {
  id: string;
  domain: string;
  certificateSourceType: "MANUAL" | "OKTA_MANAGED";
  validationStatus: "NOT_STARTED" | "VERIFIED";
}

/** A client secret of an app. */
export interface ClientSecret {
  id: string;
  appId: string;
  client_secret: string;
  status: Status;
  created: string;
  lastUpdated: string;
}

/** An admin role of a service app. */
export interface ClientRole {
  id: string;
  clientId: string;
  type: string;
  created: string;
  lastUpdated: string;
}

/** The org itself, and the throw-away credentials by which its management API is used. */
export interface Org {
  id: string;
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
