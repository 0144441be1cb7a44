import { z } from "zod";
import { alreadyExists, type Cause, invalid, notFound, parse } from "../errors";
import { newId, now, type Policy, type Rule, select } from "../store";
import { findPolicy } from "./policies";
import { putAtPriority, removeFromPriorities } from "./priorities";
import { created, noContent, ok, type Org, type Route } from "./route";

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
export function ruleRoutes(org: Org): Route[] {
  const { store } = org;
  const collection = "/api/v1/authorizationServers/:serverId/policies/:policyId/rules";

  return [
    {
      method: "GET",
      path: collection,
      access: "okta.authorizationServers.read",
      handle: ({ params }) => {
        const policy = findPolicy(org, params);
        return ok(
          rulesOf(policy)
            .sort((a, b) => a.priority - b.priority)
            .map((rule) => renderRule(org, policy, rule)),
        );
      },
    },
    {
      method: "POST",
      path: collection,
      access: "okta.authorizationServers.manage",
      handle: ({ params, body: json }) => {
        const policy = findPolicy(org, params);
        const siblings = rulesOf(policy);
        const { priority = siblings.length + 1, ...wanted } = read(json, policy, siblings);
        const time = now();
        const ids = { id: newId("0pr"), policyId: policy.id };
        const rule = { ...wanted, ...ids, priority, system: false, created: time, lastUpdated: time };
        return created(renderRule(org, policy, putAtPriority(store.rules, rule, siblings)));
      },
    },
    {
      method: "GET",
      path: `${collection}/:ruleId`,
      access: "okta.authorizationServers.read",
      handle: ({ params }) => {
        const policy = findPolicy(org, params);
        return ok(renderRule(org, policy, findRule(policy, params.ruleId!)));
      },
    },
    {
      method: "PUT",
      path: `${collection}/:ruleId`,
      access: "okta.authorizationServers.manage",
      handle: ({ params, body: json }) => {
        const policy = findPolicy(org, params);
        const old = findRule(policy, params.ruleId!);
        const siblings = rulesOf(policy).filter(({ id }) => id !== old.id);
        const { priority = old.priority, ...wanted } = read(json, policy, siblings);
        const rule = { ...old, ...wanted, priority, lastUpdated: now() };
        return ok(renderRule(org, policy, putAtPriority(store.rules, rule, siblings)));
      },
    },
    {
      method: "DELETE",
      path: `${collection}/:ruleId`,
      access: "okta.authorizationServers.manage",
      handle: ({ params }) => {
        const policy = findPolicy(org, params);
        const rule = findRule(policy, params.ruleId!);
        removeFromPriorities(
          store.rules,
          rule,
          rulesOf(policy).filter(({ id }) => id !== rule.id),
        );
        return noContent();
      },
    },
    ...(["activate", "deactivate"] as const).map((operation): Route => ({
      method: "POST",
      path: `${collection}/:ruleId/lifecycle/${operation}`,
      access: "okta.authorizationServers.manage",
      handle: ({ params }) => {
        const rule = findRule(findPolicy(org, params), params.ruleId!);
        const status = operation === "activate" ? "ACTIVE" : "INACTIVE";
        void store.rules.put(rule.id, { ...rule, status, lastUpdated: now() });
        return noContent();
      },
    })),
  ];

  function rulesOf(policy: Policy): Rule[] {
    return select(store.rules, ({ policyId }) => policyId === policy.id);
  }

  function findRule(policy: Policy, id: string): Rule {
    const found = store.rules.get(id);
    if (found?.policyId !== policy.id) throw notFound(id, "PolicyRule");
    return found;
  }

  /** The settable part of a rule, checked against its siblings and what else the org has. */
  function read(json: unknown, policy: Policy, siblings: Rule[]) {
    const { conditions, actions, name, status, priority } = parse(body, json);
    if (siblings.some((sibling) => sibling.name === name)) throw alreadyExists("name");

    const grantTypes = conditions.grantTypes.include;
    const scopes = conditions.scopes.include;
    const groupIds = conditions.people.groups.include;
    const userIds = conditions.people.users.include;
    const scopeNames = select(store.scopes, ({ serverId }) => serverId === policy.serverId).map(({ name }) => name);
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
    return { name, status, priority, grantTypes, scopes, groupIds, userIds, ...actions.token };
  }
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

function renderRule({ url }: Org, { serverId, id: policyId }: Policy, rule: Rule) {
  const self = `${url}/api/v1/authorizationServers/${serverId}/policies/${policyId}/rules/${rule.id}`;
  const operation = rule.status === "ACTIVE" ? "deactivate" : "activate";
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
    _links: { self: { href: self }, [operation]: { href: `${self}/lifecycle/${operation}` } },
  };
}
