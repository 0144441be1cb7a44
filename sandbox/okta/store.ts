import { randomBytes } from "node:crypto";
import { type Database, open } from "lmdb";

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
  profile: { name: string; description: string };
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
  /** The Okta API scopes granted to a service app, such as `okta.apps.manage`. */
  grantedScopes: string[];
  /** The app sign-in policy (`ACCESS_POLICY`) that guards the app. */
  accessPolicyId: string;
  [key: string]: unknown;
}

export type IssuerMode = "ORG_URL" | "CUSTOM_URL" | "DYNAMIC";
export type GroupFilterType = "STARTS_WITH" | "EQUALS" | "CONTAINS" | "REGEX";
type Status = "ACTIVE" | "INACTIVE";

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

/**
 * What the local Okta knows, on disk: what its management API writes is what its sign-in reads.
 * Every write is durable when the call returns, so that a killed process loses nothing.
 */
export class Store {
  readonly org: Database<Org, "org">;
  readonly users: Database<User, string>;
  readonly groups: Database<Group, string>;
  readonly apps: Database<App, string>;
  readonly servers: Database<AuthorizationServer, string>;
  readonly scopes: Database<Scope, string>;
  readonly claims: Database<Claim, string>;
  readonly policies: Database<Policy, string>;
  readonly rules: Database<Rule, string>;
  readonly signOnPolicies: Database<SignOnPolicy, string>;
  readonly signOnRules: Database<SignOnRule, string>;
  readonly domains: Database<Domain, string>;
  readonly secrets: Database<ClientSecret, string>;
  readonly clientRoles: Database<ClientRole, string>;
  readonly artifacts: Database<Artifact, string>;
  private readonly root;

  /** @param file path of the database; made when it is missing. */
  constructor(file: string) {
    this.root = open({ path: file, maxDbs: 32 });
    this.org = this.root.openDB({ name: "org" });
    this.users = this.root.openDB({ name: "users" });
    this.groups = this.root.openDB({ name: "groups" });
    this.apps = this.root.openDB({ name: "apps" });
    this.servers = this.root.openDB({ name: "servers" });
    this.scopes = this.root.openDB({ name: "scopes" });
    this.claims = this.root.openDB({ name: "claims" });
    this.policies = this.root.openDB({ name: "policies" });
    this.rules = this.root.openDB({ name: "rules" });
    this.signOnPolicies = this.root.openDB({ name: "signOnPolicies" });
    this.signOnRules = this.root.openDB({ name: "signOnRules" });
    this.domains = this.root.openDB({ name: "domains" });
    this.secrets = this.root.openDB({ name: "secrets" });
    this.clientRoles = this.root.openDB({ name: "clientRoles" });
    this.artifacts = this.root.openDB({ name: "artifacts" });
  }

  /** Runs `action` as one write: no other write comes between, and none of it stays when it throws. */
  transaction<T>(action: () => T): T {
    return this.root.transactionSync(action);
  }

  close(): Promise<void> {
    return this.root.close();
  }
}

/** All values of a collection that match. */
export function select<T>(collection: Database<T, string>, matches: (value: T) => boolean = () => true): T[] {
  return [...collection.getRange()].map(({ value }) => value).filter(matches);
}

/** A custom authorization server, by the ID that its issuer ends in or by the one that the API may give it besides. */
export function findServer({ servers }: Store, id: string): AuthorizationServer | undefined {
  return servers.get(id) ?? select(servers, ({ alias }) => alias === id)[0];
}

/** The client secrets of an app, active or not. */
export function secretsOf({ secrets }: Store, of: string): ClientSecret[] {
  return select(secrets, ({ appId }) => appId === of);
}

/** The admin roles of a client. */
export function clientRolesOf({ clientRoles }: Store, of: string): ClientRole[] {
  return select(clientRoles, ({ clientId }) => clientId === of);
}

/** An ID in Okta's form: a prefix that tells the kind, such as `0oa` for an app, and 20 characters in all. */
export function newId(prefix: string): string {
  const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const random = [...randomBytes(20 - prefix.length)].map((byte) => alphabet[byte % alphabet.length]);
  return prefix + random.join("");
}

/** The org's time, as Okta writes timestamps. */
export function now(): string {
  return new Date().toISOString();
}
