import { z } from "zod";
import { invalid } from "../errors";
import { newId, now, select } from "../store";
import { findServer, onServer } from "./authorizationServers";
import { collection, lifecycleLinks } from "./collection";
import { byPriority, putAtPriority, removeFromPriorities } from "./priorities";
import type { Org, Route } from "./route";
import { ruleRoutes } from "./rules";

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
 * The access policies of the authorization servers, and their rules.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServerPolicies/
 */
export function policyRoutes(org: Org): Route[] {
  const { store, url } = org;

  const policies = collection(org, store.policies, {
    path: "/api/v1/authorizationServers/:serverId/policies",
    id: "policyId",
    scope: "okta.authorizationServers",
    type: "Policy",
    belongs: onServer(org),
    list: { order: byPriority },
    unique: { field: "name", of: ({ name }) => name },
    body,
    create: ({ priority = Infinity, ...wanted }, { params }) => {
      const time = now();
      const serverId = findServer(org, params.serverId!).id;
      const place = { id: newId("00p"), serverId, priority, system: false };
      return { ...settable(wanted), ...place, created: time, lastUpdated: time };
    },
    replace: (policy, { priority = policy.priority, ...wanted }) => ({
      ...policy,
      ...settable(wanted),
      priority,
      lastUpdated: now(),
    }),
    save: (policy, others) => putAtPriority(store.policies, policy, others),
    remove: (policy, others) => {
      for (const rule of select(store.rules, ({ policyId }) => policyId === policy.id))
        void store.rules.remove(rule.id);
      removeFromPriorities(store.policies, policy, others);
    },
    lifecycle: 204,
    render: ({ serverId, clients, ...policy }) => {
      const self = `${url}/api/v1/authorizationServers/${serverId}/policies/${policy.id}`;
      return {
        ...policy,
        type: "OAUTH_AUTHORIZATION_POLICY",
        conditions: { clients: { include: clients } },
        _links: { ...lifecycleLinks(self, policy), rules: { href: `${self}/rules` } },
      };
    },
  });
  return [...policies.routes, ...ruleRoutes(org, policies.find)];

  /** What a body sets, checked against the org's clients. */
  function settable({ conditions, name, description, status }: Omit<z.output<typeof body>, "priority">) {
    const clients = conditions.clients.include;
    const known = select(store.apps).map((app) => app.credentials.oauthClient.client_id);
    const unknown = clients.find((client) => client !== "ALL_CLIENTS" && !known.includes(client));
    if (unknown) throw invalid({ field: "conditions.clients.include", message: `No client has the ID ${unknown}` });
    return { name, description, status, clients };
  }
}
