import type { Props } from "../contract";
import { STATUS, type Field, type Fields } from "./fields";
import { part } from "./part";
import type { Definition } from "./resource";

/*
 * The parts of an authorization server. As in the genuine provider, none of them is replaced when authServerId or policyId
 * changes: Okta is then asked to update it under its new parent, and does not find it there. A Pulumi program that can
 * replace the parent must say replaceOnChanges.
 */

/** Whether Okta made it itself, which Okta leaves out where it did not. */
const SYSTEM: Field = { type: "boolean", output: true, read: (value) => value ?? false };

const collection = (kind: string) => (props: Props) => {
  return `/api/v1/authorizationServers/${props.authServerId as string}/${kind}`;
};

/** okta.auth.ServerScope */
export const scope = part({
  noun: "auth server scope",
  words: "status",
  parents: ["authServerId"],
  collection: collection("scopes"),
  forgiving: true,
  fields: {
    authServerId: { type: "string", required: true, at: null },
    name: { type: "string", autoname: true },
    description: { type: "string", always: true },
    displayName: { type: "string", always: true },
    consent: { type: "string", default: "IMPLICIT", optional: true },
    metadataPublish: { type: "string", default: "ALL_CLIENTS" },
    default: { type: "boolean", default: false, always: true },
    optional: { type: "boolean", always: true },
    system: SYSTEM,
  },
});

const claimFields: Fields = {
  authServerId: { type: "string", required: true, at: null },
  name: { type: "string", autoname: true },
  status: STATUS,
  claimType: { type: "string", required: true },
  valueType: { type: "string", default: "EXPRESSION" },
  value: { type: "string", required: true },
  groupFilterType: { type: "string", at: "group_filter_type" },
  scopes: { type: "set", at: "conditions.scopes", optional: true },
  alwaysIncludeInToken: { type: "boolean", default: true, always: true },
};

const anyClaim = part({
  noun: "auth server claim",
  parents: ["authServerId"],
  collection: collection("claims"),
  constant: { conditions: {} },
  fields: claimFields,
});

/** okta.auth.ServerClaim */
export const claim: Definition = {
  ...anyClaim,
  async remove(okta, id, outputs) {
    // Okta's own claims cannot be deleted.
    if (outputs.valueType === "SYSTEM" && outputs.alwaysIncludeInToken) return;
    await anyClaim.remove(okta, id, outputs);
  },
};

/** okta.auth.ServerPolicy */
export const policy = part({
  noun: "auth server policy",
  nounAtCreation: "authorization server policy",
  parents: ["authServerId"],
  collection: collection("policies"),
  constant: { type: "OAUTH_AUTHORIZATION_POLICY" },
  fields: {
    authServerId: { type: "string", required: true, at: null },
    name: { type: "string", autoname: true },
    description: { type: "string", required: true },
    status: STATUS,
    priority: { type: "number", required: true },
    clientWhitelists: { type: "set", required: true, at: "conditions.clients.include" },
  },
  validate: ({ status }, created) =>
    created && status === "INACTIVE"
      ? [{ property: "status", reason: "a new policy cannot be INACTIVE; only one that exists can be deactivated" }]
      : [],
});

const people = (key: string) => ({ at: `conditions.people.${key}` });
const token = (key: string) => ({ at: `actions.token.${key}` });

/** okta.auth.ServerPolicyRule: which grants, scopes and people an access policy allows, and how long tokens live. */
export const policyRule = part({
  noun: "auth server policy rule",
  parents: ["authServerId", "policyId"],
  collection: ({ authServerId, policyId }) =>
    `/api/v1/authorizationServers/${authServerId as string}/policies/${policyId as string}/rules`,
  constant: { conditions: { people: { groups: {}, users: {} } } },
  fields: {
    authServerId: { type: "string", required: true, at: null },
    policyId: { type: "string", required: true, at: null },
    name: { type: "string", autoname: true },
    type: { type: "string", default: "RESOURCE_ACCESS" },
    status: STATUS,
    priority: { type: "number", required: true },
    grantTypeWhitelists: { type: "set", required: true, at: "conditions.grantTypes.include" },
    scopeWhitelists: { type: "set", at: "conditions.scopes.include" },
    groupWhitelists: { type: "set", ...people("groups.include") },
    groupBlacklists: { type: "set", ...people("groups.exclude") },
    userWhitelists: { type: "set", ...people("users.include") },
    userBlacklists: { type: "set", ...people("users.exclude") },
    accessTokenLifetimeMinutes: { type: "number", default: 60, ...token("accessTokenLifetimeMinutes") },
    // 0 is for ever, as far as the window allows.
    refreshTokenLifetimeMinutes: { type: "number", always: true, ...token("refreshTokenLifetimeMinutes") },
    refreshTokenWindowMinutes: { type: "number", default: 10080, ...token("refreshTokenWindowMinutes") },
    inlineHookId: { type: "string", ...token("inlineHook.id") },
    system: SYSTEM,
  },
});
