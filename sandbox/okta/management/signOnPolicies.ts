import { invalid, OktaError, permissionMissing } from "../errors";
import { type SignOnPolicy, signOnPolicyBody, signOnRuleBody } from "../model/signOnPolicy";
import { add, newTimes, now, removeAll, select, type Store } from "../store";
import { collection } from "./collection";
import type { Org, Route } from "./route";

const PATH = "/api/v1/policies";

/** The priority of the rule that Okta makes in each policy, after all others. */
const LAST = 99;

/**
 * The sign-in policies of apps (`ACCESS_POLICY`): which of its rules is for a user decides whether the app lets the user in.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Policy/
 */
export function signOnPolicies(org: Org) {
  const { store } = org;

  return collection(org, store.signOnPolicies, {
    path: PATH,
    id: "policyId",
    idPrefix: "rst",
    access: "okta.policies",
    type: "Policy",
    list: {
      q: ({ name }, text) => name.toLowerCase().startsWith(text),
      where: (query) => {
        const type = query.get("type");
        if (!type) throw new OktaError(400, "E0000028", "The request is missing a required parameter : type");
        const status = query.get("status") ?? "ACTIVE";
        return (policy) => policy.type === type && policy.status === status;
      },
      pageSize: { usual: 200, most: 200 },
    },
    unique: { field: "name", of: ({ name }) => name },
    numbered: () => true,
    body: signOnPolicyBody,
    createdStatus: 200,
    create: (wanted, _, id) => newSignOnPolicy(store, { ...wanted, id, system: false }),
    replace: true,
    remove: ({ id, name, system }) => {
      if (system) throw permissionMissing();
      if (select(store.apps, ({ accessPolicyId }) => accessPolicyId === id).length > 0)
        throw invalid({ field: "id", message: `Apps use the policy ${name}: assign another one to them first` });
      removeAll(store.signOnRules, ({ policyId }) => policyId === id);
    },
    render: (policy, self) => {
      return { ...policy, conditions: null, _links: { self: { href: self }, rules: { href: `${self}/rules` } } };
    },
  });
}

/** The rules of those policies. */
export function signOnRuleRoutes(org: Org): Route[] {
  const { find: findPolicy } = signOnPolicies(org);

  return collection(org, org.store.signOnRules, {
    path: `${PATH}/:policyId/rules`,
    id: "ruleId",
    idPrefix: "rul",
    access: "okta.policies",
    type: "PolicyRule",
    within: (params) => ({ policyId: findPolicy(params).id }),
    list: {},
    unique: { field: "name", of: ({ name }) => name },
    numbered: ({ system }) => !system,
    body: signOnRuleBody,
    createdStatus: 200,
    create: (wanted) => ({ ...wanted, system: false, ...newTimes() }),
    replace: (rule, { priority = rule.priority, ...wanted }) => {
      // What the rule for everybody else decides can be changed; for whom and when it does, can not.
      const settable = rule.system ? { actions: wanted.actions } : { ...wanted, priority };
      return { ...rule, ...settable, lastUpdated: now() };
    },
    remove: ({ name, system }) => {
      if (system) throw invalid({ field: "id", message: `The rule ${name} is managed by Okta` });
    },
    lifecycle: 204,
  }).routes;
}

/** A new policy that is not stored yet; the rule that Okta makes in each is: everybody may sign in. */
export function newSignOnPolicy(
  store: Store,
  settable: Pick<SignOnPolicy, "id" | "name" | "description" | "priority" | "system">,
): SignOnPolicy {
  const common = { type: "ACCESS_POLICY", status: "ACTIVE", ...newTimes() } as const;
  add(store.signOnRules, "rul", {
    ...common,
    policyId: settable.id,
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
  return { ...common, ...settable };
}
