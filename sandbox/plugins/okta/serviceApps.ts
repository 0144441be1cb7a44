import type { Props } from "../contract";
import { step, unlessGone } from "./errors";
import { propsOf, type Fields, type Json } from "./fields";
import type { Okta } from "./okta";
import type { Definition } from "./resource";

// What a service app may do: the scopes of Okta's API that it was granted, and its admin roles.

const scopeFields: Fields = {
  appId: { type: "string", required: true, forceNew: true },
  issuer: { type: "string", required: true },
  scopes: { type: "set", required: true },
};

const grantsPath = (appId: unknown) => `/api/v1/apps/${appId as string}/grants`;
const scopesOf = ({ scopes }: Props) => (scopes ?? []) as string[];

/** okta.AppOauthApiScope: all scopes of an app, also those that somebody granted by hand. */
export const apiScopes: Definition = {
  fields: scopeFields,

  async create(okta, inputs, onCreated) {
    await step("failed to create application scope consent grant", grant(okta, inputs, scopesOf(inputs)));
    onCreated(inputs.appId as string);
  },

  async find(okta, id) {
    const grants = await step("failed to get application scope consent grants", okta.list(grantsPath(id)));
    return { appId: id, scopes: grants.map(({ scopeId }) => scopeId) };
  },

  async update(okta, id, _outputs, inputs) {
    const current = await step("failed to get application scope consent grants", okta.list(grantsPath(id)));
    const [has, wanted] = [current.map(({ scopeId }) => scopeId as string), scopesOf(inputs)];
    const added = wanted.filter((scope) => !has.includes(scope));
    await step("failed to create application scope consent grant", grant(okta, inputs, added));
    const gone = has.filter((scope) => !wanted.includes(scope));
    await step("failed to revoke application scope consent grant", revoke(okta, id, gone));
  },

  async remove(okta, id, outputs) {
    await step("failed to revoke application scope consent grant", revoke(okta, id, scopesOf(outputs)));
  },
};

async function grant(okta: Okta, { appId, issuer }: Props, scopes: string[]): Promise<void> {
  for (const scopeId of scopes) {
    await step("failed to grant application api scope", okta.post(grantsPath(appId), { scopeId, issuer }));
  }
}

/** Okta knows a grant by an ID that nobody keeps. What is gone already is fine. */
async function revoke(okta: Okta, appId: string, scopes: string[]): Promise<void> {
  const grants = (await unlessGone(okta.list(grantsPath(appId)))) ?? [];
  for (const { id } of grants.filter(({ scopeId }) => scopes.includes(scopeId as string))) {
    const revocation = unlessGone(okta.delete(`${grantsPath(appId)}/${id as string}`));
    await step("failed to revoke application api scope", revocation);
  }
}

const roleFields: Fields = {
  clientId: { type: "string", required: true, forceNew: true, at: null },
  type: { type: "string", required: true, forceNew: true },
  resourceSet: { type: "string", forceNew: true, at: "resource-set" },
  role: { type: "string", forceNew: true },
  status: { type: "string", output: true },
  label: { type: "string", output: true },
};

const rolesPath = ({ clientId }: Props) => `/oauth2/v1/clients/${clientId as string}/roles`;

/** okta.app.OauthRoleAssignment: an admin role of a service app. Any change is another assignment. */
export const roleAssignment: Definition = {
  fields: roleFields,
  parents: ["clientId"],
  validate: ({ type, resourceSet, role }) =>
    type === "CUSTOM" && (!resourceSet || !role)
      ? [{ property: "type", reason: "resourceSet and role are required when type is CUSTOM" }]
      : [],

  async create(okta, inputs, onCreated) {
    const { type, resourceSet, role } = inputs;
    const body: Json = { type, ...(resourceSet !== undefined && { "resource-set": resourceSet }), role };
    const { id } = await step("Unable to assign role to client", okta.post(rolesPath(inputs), body));
    onCreated(id as string);
  },

  async find(okta, id, props) {
    const found = await step("Unable to read role assignment", unlessGone(okta.get(`${rolesPath(props)}/${id}`)));
    return found && propsOf(roleFields, found);
  },

  update: () => Promise.reject(new Error("OAuth Role Assignments cannot be updated")),

  async remove(okta, id, outputs) {
    await step("Unable to delete role assignment", unlessGone(okta.delete(`${rolesPath(outputs)}/${id}`)));
  },
};
