import { OVERLAY_FILE, ROLES_FILE } from "../../components/portal";
import { UNKNOWN } from "../preview";
import { isSignInApp, secretOf, TYPES } from "../resourceTypes";
import { type Overlay, readOverlay } from "./overlay";
import type { Resource, Resources } from "./resources";
import { permissionsIn } from "./roles";

/**
 * The sign-in that a stack makes, as far as it acts on people. A value that only an update will tell is `UNKNOWN`; one that
 * could not be seen is undefined.
 */
export interface SignIn {
  app?: App;
  /** The IDs of the groups whose members may enter; undefined where nobody says. */
  groups?: string[];
  /** The ID of the custom authorization server; undefined with the org server. */
  serverId?: string;
  /** Whether the server is the stack's own, so that nobody else's policies are on it. */
  ownServer: boolean;
  serverActive: boolean;
  issuer?: string;
  /** The scopes that the stack has made on the server. */
  scopes: string[];
  claim?: Claim;
  policy?: Policy;
  rule?: Rule;
  overlay?: Overlay;
  hasConfigMap: boolean;
  hasSecret: boolean;
  clientSecrets: OwnSecret[];
  /** Those by which the portal opens sessions. */
  sessionSecrets: OwnSecret[];
  rollout?: Rollout;
  /** What the members of each group may do, by the roles; undefined where there are none. */
  permissions?: Map<string, string[]>;
  /** The scopes of Okta's API and the admin roles that the stack's service app has. */
  apiRights: string[];
}

/** A secret that the stack has made. */
export interface OwnSecret {
  urn: string;
  isReplaced: boolean;
}

export interface App {
  id: string;
  /** The properties for which it is made anew, if it is. */
  replacedFor?: string[];
  clientId?: string;
  redirectUris: string[];
  signOutRedirectUris: string[];
  active: boolean;
  pkce: boolean;
  grantTypes: string[];
  responseTypes: string[];
  secretMethod?: string;
  wildcards: boolean;
  /** Whether everybody may enter, assigned or not: Okta's Federation Broker Mode. */
  implicitAssignment: boolean;
  /** Whether each refresh token works once. */
  rotation: boolean;
  authenticationPolicy?: string;
  protect: boolean;
}

export interface Claim {
  filterType?: string;
  value?: string;
  active: boolean;
}

export interface Policy {
  id: string;
  clients: string[];
  active: boolean;
}

export interface Rule {
  scopes: string[];
  grantTypes: string[];
  groups: string[];
  durationMinutes?: number;
  idleMinutes?: number;
  active: boolean;
}

export interface Rollout {
  deployment: string;
  /** What is set on its pods: with something else there, there are other pods. */
  template: unknown;
}

/** Reads the sign-in out of a stack's resources. */
export function signInOf(resources: Resources): SignIn {
  const one = (type: string) => [...resources.values()].find((resource) => resource.type === type);
  const [server, policy, rule, claim, scope] = [
    one(TYPES.server),
    one(TYPES.policy),
    one(TYPES.rule),
    one(TYPES.claim),
    one(TYPES.scope),
  ];
  const secrets = (kind: "client" | "session") =>
    [...resources.values()].filter((each) => secretOf(each) === kind).map(ownSecretOf);
  const configMap = one(TYPES.configMap);
  const files = (configMap?.inputs.data ?? {}) as Record<string, unknown>;
  return {
    app: map([...resources.values()].find(isSignInApp), appOf),
    groups: groupsOf([...resources.values()]),
    serverId: server
      ? server.id || UNKNOWN
      : map(policy ?? rule ?? claim ?? scope, ({ inputs }) => text(inputs.authServerId)),
    ownServer: server !== undefined,
    serverActive: server === undefined || isActive(server),
    issuer: text(one(TYPES.component)?.outputs.issuer),
    scopes: [...resources.values()].flatMap(({ type, inputs }) =>
      type === TYPES.scope ? (text(inputs.name) ?? []) : [],
    ),
    claim: map(claim, claimOf),
    policy: map(policy, policyOf),
    rule: map(rule, ruleOf),
    overlay: readOverlay(files[OVERLAY_FILE]),
    permissions: map(text(files[ROLES_FILE]), permissionsIn),
    apiRights: [
      ...(map(one(TYPES.apiScopes), (scopes) => strings(scopes, "scopes")) ?? []),
      ...(map(one(TYPES.adminRole), (role) => text(role.inputs.type) ?? []) ?? []),
    ],
    hasConfigMap: configMap !== undefined,
    hasSecret: one(TYPES.secret) !== undefined,
    clientSecrets: secrets("client"),
    sessionSecrets: secrets("session"),
    rollout: map(one(TYPES.deploymentPatch), rolloutOf),
  };
}

/** All of the app's groups, or those among them that the stack assigns one by one. */
function groupsOf(resources: Resource[]): string[] | undefined {
  const all = resources.find(({ type }) => type === TYPES.assignments);
  if (all) return (list(all, "groups") as { id: string }[]).map(({ id }) => id);
  const single = resources.filter(({ type }) => type === TYPES.assignment);
  return single.length > 0 ? single.map((each) => text(value(each, "groupId")) ?? UNKNOWN) : undefined;
}

function appOf(app: Resource): App {
  return {
    id: app.id,
    replacedFor: app.replacedFor,
    clientId: text(value(app, "clientId")),
    redirectUris: strings(app, "redirectUris"),
    signOutRedirectUris: strings(app, "postLogoutRedirectUris"),
    active: isActive(app),
    pkce: value(app, "pkceRequired") === true,
    grantTypes: strings(app, "grantTypes"),
    responseTypes: strings(app, "responseTypes"),
    secretMethod: text(value(app, "tokenEndpointAuthMethod")),
    wildcards: (value(app, "wildcardRedirect") ?? "DISABLED") !== "DISABLED",
    implicitAssignment: value(app, "implicitAssignment") === true,
    rotation: value(app, "refreshTokenRotation") === "ROTATE",
    authenticationPolicy: text(value(app, "authenticationPolicy")),
    protect: app.protect === true,
  };
}

const claimOf = (claim: Resource): Claim => ({
  filterType: text(value(claim, "groupFilterType")),
  value: text(value(claim, "value")),
  active: isActive(claim),
});

const policyOf = (policy: Resource): Policy => ({
  id: policy.id,
  clients: strings(policy, "clientWhitelists"),
  active: isActive(policy),
});

const ruleOf = (rule: Resource): Rule => ({
  scopes: strings(rule, "scopeWhitelists"),
  grantTypes: strings(rule, "grantTypeWhitelists"),
  groups: strings(rule, "groupWhitelists"),
  durationMinutes: lifetime(value(rule, "refreshTokenLifetimeMinutes")),
  idleMinutes: number(value(rule, "refreshTokenWindowMinutes")),
  active: isActive(rule),
});

/** Okta's word for a refresh token without end is 0. */
export const lifetime = (minutes: unknown) => (minutes === 0 ? Infinity : number(minutes));

const ownSecretOf = ({ urn, replacedFor }: Resource): OwnSecret => ({ urn, isReplaced: replacedFor !== undefined });

function rolloutOf({ inputs }: Resource): Rollout {
  const { metadata, spec } = inputs as { metadata?: { name?: string; namespace?: string }; spec?: unknown };
  return { deployment: `${metadata?.namespace}/${metadata?.name}`, template: spec };
}

/** Of an input that the program leaves out, what the provider makes of it. */
const value = ({ inputs, outputs }: Resource, key: string): unknown => inputs[key] ?? outputs[key];

const isActive = (resource: Resource) => (value(resource, "status") ?? "ACTIVE") === "ACTIVE";

/** A list that only an update will tell has one member that only an update will tell. */
function list(resource: Resource, key: string): unknown[] {
  const found = value(resource, key);
  return Array.isArray(found) ? found : found === UNKNOWN ? [UNKNOWN] : [];
}

const strings = (resource: Resource, key: string) =>
  list(resource, key).filter((item): item is string => typeof item === "string");
const text = (found: unknown) => (typeof found === "string" ? found : undefined);
const number = (found: unknown) => (typeof found === "number" ? found : undefined);
const map = <From, To>(from: From | undefined, to: (from: From) => To): To | undefined =>
  from === undefined ? undefined : to(from);
