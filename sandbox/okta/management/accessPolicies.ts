import type { z } from "zod";
import { type Cause, invalid } from "../errors";
import { type AccessPolicy, accessPolicyBody, accessRuleBody } from "../model/authorizationServer";
import { newTimes, removeAll, select } from "../store";
import { withinServer } from "./authorizationServers";
import { collection } from "./collection";
import type { Org, Params, Route } from "./route";

const GRANTS_BY_PEOPLE = ["authorization_code", "implicit", "password"];
const GRANTS = [
  ...GRANTS_BY_PEOPLE,
  "client_credentials",
  "interaction_code",
  "urn:ietf:params:oauth:grant-type:device_code",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
  "urn:ietf:params:oauth:grant-type:saml2-bearer",
  "urn:ietf:params:oauth:grant-type:token-exchange",
  "urn:openid:params:grant-type:ciba",
];

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

/**
 * The rules of the authorization servers' access policies.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServerRules/
 */
function accessRuleRoutes(org: Org, findPolicy: (params: Params) => AccessPolicy): Route[] {
  return collection(org, org.store.rules, {
    path: "/api/v1/authorizationServers/:serverId/policies/:policyId/rules",
    id: "ruleId",
    idPrefix: "0pr",
    access: "okta.authorizationServers",
    type: "PolicyRule",
    within: (params) => ({ policyId: findPolicy(params).id }),
    list: {},
    unique: { field: "name", of: ({ name }) => name },
    numbered: () => true,
    body: accessRuleBody,
    check: (wanted, params) => refuseUnknown(org, findPolicy(params), wanted),
    create: (wanted) => ({ ...wanted, system: false, ...newTimes() }),
    replace: true,
    remove: true,
    lifecycle: 204,
  }).routes;
}

/** Checks the conditions of a rule against what else the org has. */
function refuseUnknown(
  { store }: Org,
  { serverId: of }: AccessPolicy,
  { conditions: { grantTypes, scopes, people } }: z.output<typeof accessRuleBody>,
): void {
  const scopeNames = select(store.scopes, ({ serverId }) => serverId === of).map(({ name }) => name);
  const groups = people.groups.include.filter((id) => id !== "EVERYONE" && !store.groups.doesExist(id));
  const users = people.users.include.filter((id) => !store.users.doesExist(id));
  const causes = [
    ...causesOf("grantTypes.include", unknown(grantTypes.include, GRANTS), (value) => `${value} is no grant type`),
    ...causesOf(
      "scopes.include",
      unknown(scopes.include, ["*", ...scopeNames]),
      (value) => `The server has no scope named ${value}`,
    ),
    ...causesOf("people.groups.include", groups, (id) => `No group has the ID ${id}`),
    ...causesOf("people.users.include", users, (id) => `No user has the ID ${id}`),
  ];
  const isForNobody = people.groups.include.length + people.users.include.length === 0;
  if (isForNobody && grantTypes.include.some((grant) => GRANTS_BY_PEOPLE.includes(grant)))
    causes.push({
      field: "conditions.people",
      message:
        "At least one of 'conditions.people.users.include' or 'conditions.people.groups.include' must contain a valid " +
        `user or group when 'conditions.grantTypes' contains one or more of [${GRANTS_BY_PEOPLE.join(", ")}].`,
    });
  const [first, ...others] = causes;
  if (first) throw invalid(first, ...others);
}

function unknown(values: string[], known: string[]): string[] {
  return values.filter((value) => !known.includes(value));
}

function causesOf(condition: string, wrong: string[], message: (value: string) => string): Cause[] {
  return wrong.map((value) => ({ field: `conditions.${condition}`, message: message(value) }));
}
