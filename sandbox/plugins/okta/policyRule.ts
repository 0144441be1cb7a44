import { hasUnknown, type CheckFailure, type Props } from "../contract";
import { STATUS } from "./fields";
import { part } from "./part";
import { SYSTEM } from "./serverParts";

const people = (key: string) => ({ at: `conditions.people.${key}` });
const token = (key: string) => ({ at: `actions.token.${key}` });

/** okta.auth.ServerPolicyRule: which grants, scopes and people an access policy allows, and how long tokens live. */
export const policyRule = part({
  noun: "auth server policy rule",
  parents: ["authServerId", "policyId"],
  collection: ({ authServerId, policyId }) =>
    `/api/v1/authorizationServers/${authServerId as string}/policies/${policyId as string}/rules`,
  constant: { conditions: { people: { groups: {}, users: {} } } },
  fields: {
    authServerId: { type: "string", required: true, at: null },
    policyId: { type: "string", required: true, at: null },
    name: { type: "string", autoname: true },
    type: { type: "string", default: "RESOURCE_ACCESS" },
    status: STATUS,
    priority: { type: "number", required: true },
    grantTypeWhitelists: { type: "set", required: true, at: "conditions.grantTypes.include" },
    scopeWhitelists: { type: "set", at: "conditions.scopes.include" },
    groupWhitelists: { type: "set", ...people("groups.include") },
    groupBlacklists: { type: "set", ...people("groups.exclude") },
    userWhitelists: { type: "set", ...people("users.include") },
    userBlacklists: { type: "set", ...people("users.exclude") },
    accessTokenLifetimeMinutes: { type: "number", default: 60, ...token("accessTokenLifetimeMinutes") },
    // 0 is for ever, as far as the window allows.
    refreshTokenLifetimeMinutes: { type: "number", always: true, ...token("refreshTokenLifetimeMinutes") },
    refreshTokenWindowMinutes: { type: "number", default: 10080, ...token("refreshTokenWindowMinutes") },
    inlineHookId: { type: "string", ...token("inlineHook.id") },
    system: SYSTEM,
  },
  validate,
});

/** What does not go together. The genuine provider says so in the update; here the preview does. */
function validate(inputs: Props): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const people = [inputs.userWhitelists, inputs.groupWhitelists].some((list) => list !== undefined);
  if ((inputs.grantTypeWhitelists as string[]).includes("implicit") && !people) {
    failures.push({
      property: "grantTypeWhitelists",
      reason: "with implicit, userWhitelists or groupWhitelists is required",
    });
  }
  const lifetimes = [
    inputs.accessTokenLifetimeMinutes,
    inputs.refreshTokenWindowMinutes,
    inputs.refreshTokenLifetimeMinutes ?? 0,
  ];
  if (hasUnknown(lifetimes)) return failures;
  const [access, window, refresh] = lifetimes as [number, number, number];
  if (refresh > 0 && refresh < access) {
    failures.push({
      property: "refreshTokenLifetimeMinutes",
      reason: `must be at least accessTokenLifetimeMinutes (${access}), but is ${refresh}`,
    });
  }
  if (refresh > 0 && (window < access || window > refresh)) {
    failures.push({
      property: "refreshTokenWindowMinutes",
      reason: `must be between accessTokenLifetimeMinutes (${access}) and refreshTokenLifetimeMinutes (${refresh}), but is ${window}`,
    });
  }
  return failures;
}
