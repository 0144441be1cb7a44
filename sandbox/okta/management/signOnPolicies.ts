import { z } from "zod";
import { invalid, OktaError, permissionMissing } from "../errors";
import type { SignOnPolicy } from "../model";
import { newId, now, select, type Store } from "../store";
import { collection, lifecycleLinks } from "./collection";
import { byPriority, putAtPriority, removeFromPriorities } from "./priorities";
import type { Org, Route } from "./route";

const PATH = "/api/v1/policies";

const name = z.string().min(1, "The field cannot be left blank").max(255);
const status = z.enum(["ACTIVE", "INACTIVE"]).default("ACTIVE");
const policyBody = z.object({
  type: z.literal("ACCESS_POLICY", { error: "The local Okta has policies of the type ACCESS_POLICY only" }),
  name,
  description: z.string().max(1024).default(""),
  priority: z.int().min(1).optional(),
});
const people = z.object({ include: z.array(z.string()).default([]), exclude: z.array(z.string()).default([]) });
const ruleBody = z.object({
  type: z.literal("ACCESS_POLICY", { error: "The type must be ACCESS_POLICY" }),
  name,
  status,
  priority: z.int().min(1).optional(),
  conditions: z
    .looseObject({ people: z.object({ groups: people.prefault({}), users: people.prefault({}) }).optional() })
    .optional(),
  actions: z.object({ appSignOn: z.looseObject({ access: z.enum(["ALLOW", "DENY"]) }) }),
});

/** The priority of the rule that Okta makes in each policy, after all others. */
const LAST = 99;

/**
 * The sign-in policies of apps (`ACCESS_POLICY`): which of its rules is for a user decides whether the app lets the user in.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Policy/
 */
export function signOnPolicies(org: Org) {
  const { store, url } = org;

  return collection(org, store.signOnPolicies, {
    path: PATH,
    id: "policyId",
    scope: "okta.policies",
    type: "Policy",
    list: {
      q: (policy, text) => policy.name.toLowerCase().startsWith(text),
      where: (query) => {
        const type = query.get("type");
        if (!type) throw new OktaError(400, "E0000028", "The request is missing a required parameter : type");
        const status = query.get("status") ?? "ACTIVE";
        return (policy) => policy.type === type && policy.status === status;
      },
      pageSize: { usual: 200, most: 200 },
      order: byPriority,
    },
    unique: { field: "name", of: (policy) => policy.name },
    body: policyBody,
    createdStatus: 200,
    create: ({ priority = Infinity, ...wanted }) => newSignOnPolicy(store, { ...wanted, priority, system: false }),
    replace: (policy, { priority = policy.priority, ...wanted }) => ({
      ...policy,
      ...wanted,
      priority,
      lastUpdated: now(),
    }),
    save: (policy, others) => putAtPriority(store.signOnPolicies, policy, others),
    remove: (policy, others) => {
      if (policy.system) throw permissionMissing();
      if (select(store.apps, ({ accessPolicyId }) => accessPolicyId === policy.id).length > 0)
        throw invalid({ field: "id", message: `Apps use the policy ${policy.name}: assign another one to them first` });
      for (const rule of select(store.signOnRules, ({ policyId }) => policyId === policy.id))
        void store.signOnRules.remove(rule.id);
      removeFromPriorities(store.signOnPolicies, policy, others);
    },
    render: (policy) => {
      const self = `${url}${PATH}/${policy.id}`;
      return { ...policy, conditions: null, _links: { self: { href: self }, rules: { href: `${self}/rules` } } };
    },
  });
}

/** The rules of those policies. */
export function signOnRuleRoutes(org: Org): Route[] {
  const { store, url } = org;
  const { find: findPolicy } = signOnPolicies(org);

  return collection(org, store.signOnRules, {
    path: `${PATH}/:policyId/rules`,
    id: "ruleId",
    scope: "okta.policies",
    type: "PolicyRule",
    belongs: (params) => {
      const { id } = findPolicy(params);
      return ({ policyId }) => policyId === id;
    },
    list: { order: byPriority },
    unique: { field: "name", of: (rule) => rule.name },
    body: ruleBody,
    createdStatus: 200,
    create: ({ priority = Infinity, ...wanted }, { params }) => {
      const time = now();
      const ids = { id: newId("rul"), policyId: params.policyId! };
      return { ...wanted, ...ids, priority, system: false, created: time, lastUpdated: time };
    },
    replace: (rule, { priority = rule.priority, ...wanted }) => {
      // What the rule for everybody else decides can be changed; for whom and when it does, can not.
      const settable = rule.system ? { actions: wanted.actions } : { ...wanted, priority };
      return { ...rule, ...settable, lastUpdated: now() };
    },
    save: (rule, others) => {
      if (!rule.system)
        return putAtPriority(
          store.signOnRules,
          rule,
          others.filter(({ system }) => !system),
        );
      void store.signOnRules.put(rule.id, rule);
      return rule;
    },
    remove: (rule, others) => {
      if (rule.system) throw invalid({ field: "id", message: `The rule ${rule.name} is managed by Okta` });
      removeFromPriorities(
        store.signOnRules,
        rule,
        others.filter(({ system }) => !system),
      );
    },
    lifecycle: 204,
    render: ({ policyId, ...rule }) => {
      const self = `${url}${PATH}/${policyId}/rules/${rule.id}`;
      return { ...rule, _links: lifecycleLinks(self, rule) };
    },
  }).routes;
}

/** A new policy with the rule that Okta makes in each: everybody may sign in. The rule is stored, the policy is not yet. */
export function newSignOnPolicy(
  store: Store,
  settable: Pick<SignOnPolicy, "name" | "description" | "priority" | "system">,
): SignOnPolicy {
  const time = now();
  const common = { type: "ACCESS_POLICY", status: "ACTIVE", created: time, lastUpdated: time } as const;
  const policy: SignOnPolicy = { ...common, ...settable, id: newId("rst") };
  const ruleId = newId("rul");
  void store.signOnRules.put(ruleId, {
    ...common,
    id: ruleId,
    policyId: policy.id,
    name: "Catch-all Rule",
    priority: LAST,
    system: true,
    actions: {
      appSignOn: {
        access: "ALLOW",
        verificationMethod: { type: "ASSURANCE", factorMode: "2FA", reauthenticateIn: "PT2H", constraints: [] },
      },
    },
  });
  return policy;
}
