import type { Props } from "../contract";
import type { Json } from "./okta";
import { STATUS } from "./authorizationServer";
import { setStatus, type Definition } from "./resource";

/*
 * The parts of an authorization server. As in the genuine provider, none of them is replaced when authServerId or policyId
 * changes: Okta is then asked to update it under its new parent, and does not find it there. A program that can replace
 * the parent must say replaceOnChanges.
 */

function collection(props: Props, kind: string): string {
  return `/api/v1/authorizationServers/${props.authServerId as string}/${kind}`;
}

/** okta.auth.ServerScope */
export const scope: Definition = {
  noun: "scope",
  parents: ["authServerId"],
  schema: {
    authServerId: { type: "string", required: true },
    name: { type: "string", autoname: true },
    description: { type: "string" },
    displayName: { type: "string" },
    consent: { type: "string", default: "IMPLICIT" },
    metadataPublish: { type: "string", default: "ALL_CLIENTS" },
    default: { type: "boolean", default: false },
    optional: { type: "boolean" },
    system: { type: "boolean", output: true },
  },

  async create(okta, inputs, made) {
    made(((await okta.create(collection(inputs, "scopes"), scopeBody(inputs))) as { id: string }).id);
  },
  async find(okta, id, props) {
    const found = await okta.find(`${collection(props, "scopes")}/${id}`);
    return (
      found && {
        name: found.name,
        description: found.description,
        displayName: found.displayName,
        metadataPublish: found.metadataPublish,
        default: found.default,
        optional: found.optional,
        system: found.system ?? false,
        // Orgs without this feature leave it out, which says nothing.
        ...(found.consent ? { consent: found.consent } : {}),
      }
    );
  },
  async update(okta, id, _outputs, inputs) {
    await okta.put(`${collection(inputs, "scopes")}/${id}`, scopeBody(inputs));
  },
  remove: (okta, id, outputs) => okta.delete(`${collection(outputs, "scopes")}/${id}`),
};

function scopeBody({ name, description, displayName, consent, metadataPublish, ...rest }: Props): Json {
  return {
    name,
    description: description ?? "",
    displayName: displayName ?? "",
    consent,
    metadataPublish,
    default: rest.default,
    optional: rest.optional ?? false,
  };
}

/** okta.auth.ServerClaim */
export const claim: Definition = {
  noun: "claim",
  parents: ["authServerId"],
  schema: {
    authServerId: { type: "string", required: true },
    name: { type: "string", autoname: true },
    status: STATUS,
    claimType: { type: "string", required: true },
    valueType: { type: "string", default: "EXPRESSION" },
    value: { type: "string", required: true },
    groupFilterType: { type: "string" },
    scopes: { type: "set" },
    alwaysIncludeInToken: { type: "boolean", default: true },
  },

  async create(okta, inputs, made) {
    made(((await okta.create(collection(inputs, "claims"), claimBody(inputs))) as { id: string }).id);
  },
  async find(okta, id, props) {
    const found = await okta.find(`${collection(props, "claims")}/${id}`);
    return (
      found && {
        name: found.name,
        status: found.status,
        claimType: found.claimType,
        valueType: found.valueType,
        value: found.value,
        groupFilterType: found.group_filter_type,
        scopes: (found.conditions as Json | undefined)?.scopes,
        alwaysIncludeInToken: found.alwaysIncludeInToken,
      }
    );
  },
  async update(okta, id, _outputs, inputs) {
    await okta.put(`${collection(inputs, "claims")}/${id}`, claimBody(inputs));
  },
  async remove(okta, id, outputs) {
    // Okta's own claims cannot be deleted.
    if (outputs.valueType === "SYSTEM" && outputs.alwaysIncludeInToken) return;
    await okta.delete(`${collection(outputs, "claims")}/${id}`);
  },
};

function claimBody({ name, status, claimType, valueType, value, ...rest }: Props): Json {
  const scopes = rest.scopes as string[] | undefined;
  return {
    name,
    status,
    claimType,
    valueType,
    value,
    alwaysIncludeInToken: rest.alwaysIncludeInToken,
    group_filter_type: rest.groupFilterType,
    conditions: scopes?.length ? { scopes } : {},
  };
}

/** okta.auth.ServerPolicy */
export const policy: Definition = {
  noun: "access policy",
  parents: ["authServerId"],
  schema: {
    authServerId: { type: "string", required: true },
    name: { type: "string", autoname: true },
    description: { type: "string", required: true },
    status: STATUS,
    priority: { type: "number", required: true },
    clientWhitelists: { type: "set", required: true },
  },
  validate: ({ status }, created) =>
    created && status === "INACTIVE"
      ? [{ property: "status", reason: "a new policy cannot be INACTIVE; only one that exists can be deactivated" }]
      : [],

  async create(okta, inputs, made) {
    made(((await okta.create(collection(inputs, "policies"), policyBody(inputs))) as { id: string }).id);
  },
  async find(okta, id, props) {
    const found = await okta.find(`${collection(props, "policies")}/${id}`);
    const conditions = found?.conditions as { clients?: { include?: string[] } } | undefined;
    return (
      found && {
        name: found.name,
        description: found.description,
        status: found.status,
        priority: found.priority,
        clientWhitelists: conditions?.clients?.include,
      }
    );
  },
  async update(okta, id, outputs, inputs) {
    const path = `${collection(inputs, "policies")}/${id}`;
    await okta.put(path, policyBody(inputs));
    if (outputs.status !== inputs.status) await setStatus(okta, path, inputs.status);
  },
  remove: (okta, id, outputs) => okta.delete(`${collection(outputs, "policies")}/${id}`),
};

function policyBody({ name, description, status, priority, clientWhitelists }: Props): Json {
  return {
    type: "OAUTH_AUTHORIZATION_POLICY",
    name,
    description,
    status,
    priority,
    conditions: { clients: { include: clientWhitelists } },
  };
}
