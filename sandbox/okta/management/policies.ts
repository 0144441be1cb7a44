import { z } from "zod";
import { alreadyExists, invalid, notFound, parse } from "../errors";
import { newId, now, type Policy, select } from "../store";
import { findServer } from "./authorizationServers";
import { putAtPriority, removeFromPriorities } from "./priorities";
import { created, noContent, ok, type Org, type Route } from "./route";

const blank = "The field cannot be left blank";
const body = z.object({
  type: z.literal("OAUTH_AUTHORIZATION_POLICY", { error: "The type must be OAUTH_AUTHORIZATION_POLICY" }),
  name: z.string().min(1, blank).max(100),
  description: z.string().min(1, blank).max(255),
  status: z.enum(["ACTIVE", "INACTIVE"]).default("ACTIVE"),
  priority: z.int().min(1).optional(),
  conditions: z.object({ clients: z.object({ include: z.array(z.string()).min(1, blank) }) }),
});

/**
 * The access policies of the authorization servers.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServerPolicies/
 */
export function policyRoutes(org: Org): Route[] {
  const { store } = org;
  const collection = "/api/v1/authorizationServers/:serverId/policies";

  return [
    {
      method: "GET",
      path: collection,
      access: "okta.authorizationServers.read",
      handle: ({ params }) => {
        const { id } = findServer(org, params.serverId!);
        return ok(
          policiesOf(id)
            .sort((a, b) => a.priority - b.priority)
            .map((policy) => renderPolicy(org, policy)),
        );
      },
    },
    {
      method: "POST",
      path: collection,
      access: "okta.authorizationServers.manage",
      handle: ({ params, body: json }) => {
        const { id: serverId } = findServer(org, params.serverId!);
        const siblings = policiesOf(serverId);
        const { priority = siblings.length + 1, ...wanted } = read(json, siblings);
        const time = now();
        const id = newId("00p");
        const policy = { ...wanted, id, serverId, priority, system: false, created: time, lastUpdated: time };
        return created(renderPolicy(org, putAtPriority(store.policies, policy, siblings)));
      },
    },
    {
      method: "GET",
      path: `${collection}/:policyId`,
      access: "okta.authorizationServers.read",
      handle: ({ params }) => ok(renderPolicy(org, findPolicy(org, params))),
    },
    {
      method: "PUT",
      path: `${collection}/:policyId`,
      access: "okta.authorizationServers.manage",
      handle: ({ params, body: json }) => {
        const old = findPolicy(org, params);
        const siblings = policiesOf(old.serverId).filter(({ id }) => id !== old.id);
        const { priority = old.priority, ...wanted } = read(json, siblings);
        const policy = { ...old, ...wanted, priority, lastUpdated: now() };
        return ok(renderPolicy(org, putAtPriority(store.policies, policy, siblings)));
      },
    },
    {
      method: "DELETE",
      path: `${collection}/:policyId`,
      access: "okta.authorizationServers.manage",
      handle: ({ params }) => {
        const policy = findPolicy(org, params);
        for (const rule of select(store.rules, ({ policyId }) => policyId === policy.id))
          void store.rules.remove(rule.id);
        removeFromPriorities(
          store.policies,
          policy,
          policiesOf(policy.serverId).filter(({ id }) => id !== policy.id),
        );
        return noContent();
      },
    },
    ...(["activate", "deactivate"] as const).map((operation): Route => ({
      method: "POST",
      path: `${collection}/:policyId/lifecycle/${operation}`,
      access: "okta.authorizationServers.manage",
      handle: ({ params }) => {
        const policy = findPolicy(org, params);
        const status = operation === "activate" ? "ACTIVE" : "INACTIVE";
        void store.policies.put(policy.id, { ...policy, status, lastUpdated: now() });
        return noContent();
      },
    })),
  ];

  function policiesOf(id: string): Policy[] {
    return select(store.policies, ({ serverId }) => serverId === id);
  }

  /** The settable part of a policy, checked against its siblings and the org's clients. */
  function read(json: unknown, siblings: Policy[]) {
    const { conditions, name, description, status, priority } = parse(body, json);
    if (siblings.some((sibling) => sibling.name === name)) throw alreadyExists("name");
    const clients = conditions.clients.include;
    const known = select(store.apps).map((app) => app.credentials.oauthClient.client_id);
    const unknown = clients.find((client) => client !== "ALL_CLIENTS" && !known.includes(client));
    if (unknown) throw invalid({ field: "conditions.clients.include", message: `No client has the ID ${unknown}` });
    return { name, description, status, priority, clients };
  }
}

/** @throws OktaError E0000007 when there is no such server, or no such policy on it */
export function findPolicy(org: Org, { serverId, policyId }: Record<string, string>): Policy {
  const { id } = findServer(org, serverId!);
  const found = org.store.policies.get(policyId!);
  if (found?.serverId !== id) throw notFound(policyId!, "Policy");
  return found;
}

function renderPolicy({ url }: Org, { serverId, clients, ...policy }: Policy) {
  const self = `${url}/api/v1/authorizationServers/${serverId}/policies/${policy.id}`;
  const operation = policy.status === "ACTIVE" ? "deactivate" : "activate";
  return {
    ...policy,
    type: "OAUTH_AUTHORIZATION_POLICY",
    conditions: { clients: { include: clients } },
    _links: {
      self: { href: self },
      [operation]: { href: `${self}/lifecycle/${operation}` },
      rules: { href: `${self}/rules` },
    },
  };
}
