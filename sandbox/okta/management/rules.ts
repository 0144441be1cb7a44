import { z } from "zod";
import { type Cause, invalid } from "../errors";
import type { Policy, Rule } from "../model";
import { newId, now, select } from "../store";
import { collection, lifecycleLinks } from "./collection";
import { byPriority, putAtPriority, removeFromPriorities } from "./priorities";
import type { Org, Route } from "./route";

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
const ONE_DAY = 24 * 60;
/** As the API description gives it for refreshTokenWindowMinutes. */
const FIVE_YEARS = 2_628_000;

const blank = "The field cannot be left blank";
const include = z.array(z.string());
const body = z
  .object({
    type: z.literal("RESOURCE_ACCESS", { error: "The type must be RESOURCE_ACCESS" }),
    name: z.string().min(1, blank).max(255),
    status: z.enum(["ACTIVE", "INACTIVE"]).default("ACTIVE"),
    priority: z.int().min(1).optional(),
    conditions: z.object({
      grantTypes: z.object({ include: include.min(1, blank) }),
      scopes: z.object({ include: include.min(1, blank) }),
      people: z
        .object({
          groups: z.object({ include: include.default([]) }).prefault({}),
          users: z.object({ include: include.default([]) }).prefault({}),
        })
        .prefault({}),
    }),
    actions: z
      .object({
        token: z
          .object({
            accessTokenLifetimeMinutes: minutes(5, ONE_DAY).default(60),
            // 0 stands for unlimited.
            refreshTokenLifetimeMinutes: z.int().min(0).default(0),
            refreshTokenWindowMinutes: minutes(10, FIVE_YEARS).default(7 * ONE_DAY),
          })
          .prefault({}),
      })
      .prefault({}),
  })
  .superRefine(({ actions: { token } }, context) => {
    const { refreshTokenLifetimeMinutes: lifetime } = token;
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: ["actions", "token", field], message });
    if (lifetime !== 0 && lifetime < token.accessTokenLifetimeMinutes)
      refuse("refreshTokenLifetimeMinutes", "The value must not be less than that of accessTokenLifetimeMinutes");
    if (lifetime !== 0 && token.refreshTokenWindowMinutes > lifetime)
      refuse("refreshTokenWindowMinutes", "The value must not be greater than that of refreshTokenLifetimeMinutes");
  });

/**
 * The rules of the authorization servers' access policies.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServerRules/
 */
export function ruleRoutes(org: Org, findPolicy: (params: Record<string, string>) => Policy): Route[] {
  const { store, url } = org;

  return collection(org, store.rules, {
    path: "/api/v1/authorizationServers/:serverId/policies/:policyId/rules",
    id: "ruleId",
    scope: "okta.authorizationServers",
    type: "PolicyRule",
    belongs: (params) => {
      const { id } = findPolicy(params);
      return ({ policyId }) => policyId === id;
    },
    list: { order: byPriority },
    unique: { field: "name", of: ({ name }) => name },
    body,
    create: ({ priority = Infinity, ...wanted }, { params }) => {
      const time = now();
      const policy = findPolicy(params);
      const place = { id: newId("0pr"), policyId: policy.id, priority, system: false };
      return { ...settable(org, policy, wanted), ...place, created: time, lastUpdated: time };
    },
    replace: (rule, { priority = rule.priority, ...wanted }, { params }) => ({
      ...rule,
      ...settable(org, findPolicy(params), wanted),
      priority,
      lastUpdated: now(),
    }),
    save: (rule, others) => putAtPriority(store.rules, rule, others),
    remove: (rule, others) => removeFromPriorities(store.rules, rule, others),
    lifecycle: 204,
    render: (rule, { params }) => {
      const self = `${url}/api/v1/authorizationServers/${params.serverId}/policies/${rule.policyId}/rules/${rule.id}`;
      return renderRule(rule, lifecycleLinks(self, rule));
    },
  }).routes;
}

/** What a body sets, checked against what else the org has. */
function settable(
  { store }: Org,
  { serverId: of }: Policy,
  { conditions, actions, name, status }: Omit<z.output<typeof body>, "priority">,
) {
  const grantTypes = conditions.grantTypes.include;
  const scopes = conditions.scopes.include;
  const groupIds = conditions.people.groups.include;
  const userIds = conditions.people.users.include;
  const scopeNames = select(store.scopes, ({ serverId }) => serverId === of).map(({ name }) => name);
  const causes: Cause[] = [
    ...unknown(grantTypes, GRANTS).map((value) => cause("grantTypes.include", `${value} is no grant type`)),
    ...unknown(scopes, ["*", ...scopeNames]).map((value) =>
      cause("scopes.include", `The server has no scope named ${value}`),
    ),
    ...groupIds
      .filter((id) => id !== "EVERYONE" && !store.groups.doesExist(id))
      .map((id) => cause("people.groups.include", `No group has the ID ${id}`)),
    ...userIds
      .filter((id) => !store.users.doesExist(id))
      .map((id) => cause("people.users.include", `No user has the ID ${id}`)),
  ];
  if (groupIds.length + userIds.length === 0 && grantTypes.some((grant) => GRANTS_BY_PEOPLE.includes(grant)))
    causes.push(
      cause(
        "people",
        "At least one of 'conditions.people.users.include' or 'conditions.people.groups.include' must contain a valid " +
          `user or group when 'conditions.grantTypes' contains one or more of [${GRANTS_BY_PEOPLE.join(", ")}].`,
      ),
    );
  const [first, ...others] = causes;
  if (first) throw invalid(first, ...others);
  return { name, status, grantTypes, scopes, groupIds, userIds, ...actions.token };
}

function minutes(least: number, most: number) {
  const message = `The value must be between ${least} and ${most} minutes`;
  return z.int().min(least, message).max(most, message);
}

function unknown(values: string[], known: string[]): string[] {
  return values.filter((value) => !known.includes(value));
}

function cause(condition: string, message: string): Cause {
  return { field: `conditions.${condition}`, message };
}

function renderRule(rule: Rule, _links: object) {
  return {
    id: rule.id,
    type: "RESOURCE_ACCESS",
    name: rule.name,
    status: rule.status,
    priority: rule.priority,
    system: rule.system,
    created: rule.created,
    lastUpdated: rule.lastUpdated,
    conditions: {
      grantTypes: { include: rule.grantTypes },
      scopes: { include: rule.scopes },
      people: {
        groups: { include: rule.groupIds, exclude: [] },
        users: { include: rule.userIds, exclude: [] },
      },
    },
    actions: {
      token: {
        accessTokenLifetimeMinutes: rule.accessTokenLifetimeMinutes,
        refreshTokenLifetimeMinutes: rule.refreshTokenLifetimeMinutes,
        refreshTokenWindowMinutes: rule.refreshTokenWindowMinutes,
      },
    },
    _links,
  };
}
