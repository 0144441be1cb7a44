import { invalid } from "../errors";
import { accessPolicyBody } from "../model/authorizationServer";
import { newTimes, removeAll, select } from "../store";
import { accessRuleRoutes } from "./accessRules";
import { withinServer } from "./authorizationServers";
import { collection } from "./collection";
import type { Org, Route } from "./route";

/**
 * The access policies of the authorization servers, and their rules.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServerPolicies/
 */
export function accessPolicyRoutes(org: Org): Route[] {
  const { store } = org;

  const policies = collection(org, store.policies, {
    path: "/api/v1/authorizationServers/:serverId/policies",
    id: "policyId",
    idPrefix: "00p",
    access: "okta.authorizationServers",
    type: "Policy",
    within: withinServer(org),
    list: {},
    unique: { field: "name", of: ({ name }) => name },
    numbered: () => true,
    body: accessPolicyBody,
    check: ({ conditions }) => {
      const known = select(store.apps).map((app) => app.credentials.oauthClient.client_id);
      const unknown = conditions.clients.include.find((client) => client !== "ALL_CLIENTS" && !known.includes(client));
      if (unknown) throw invalid({ field: "conditions.clients.include", message: `No client has the ID ${unknown}` });
    },
    create: (wanted) => ({ ...wanted, system: false, ...newTimes() }),
    replace: true,
    remove: ({ id }) => removeAll(store.rules, ({ policyId }) => policyId === id),
    lifecycle: 204,
    links: (self) => ({ rules: { href: `${self}/rules` } }),
  });
  return [...policies.routes, ...accessRuleRoutes(org, policies.find)];
}
