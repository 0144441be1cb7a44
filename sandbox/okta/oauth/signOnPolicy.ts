import { byPriority } from "../management/priorities";
import type { App } from "../model/app";
import type { User } from "../model/org";
import type { SignOnRule } from "../model/signOnPolicy";
import { select, type Store } from "../store";
import { groupsOf } from "./clients";

/**
 * Whether the sign-in policy of an app lets a user in: the first of its active rules, by priority, that is for the user
 * decides, and the last one is for everybody. What a rule asks for besides (factors, networks, devices) is taken as met.
 *
 * @see https://developer.okta.com/docs/concepts/policies/#app-sign-in-policies
 */
export function letsIn(store: Store, app: App, user: User): boolean {
  const groupIds = groupsOf(store, user).map(({ id }) => id);
  const [rule] = select(
    store.signOnRules,
    (each) => each.policyId === app.accessPolicyId && each.status === "ACTIVE" && isFor(each, user.id, groupIds),
  ).sort(byPriority);
  return rule?.actions.appSignOn.access === "ALLOW";
}

function isFor({ conditions }: SignOnRule, userId: string, groupIds: string[]): boolean {
  const { users, groups } = conditions?.people ?? {};
  if (users?.exclude.includes(userId) || groups?.exclude.some((id) => groupIds.includes(id))) return false;
  if (!users?.include.length && !groups?.include.length) return true;
  return users?.include.includes(userId) === true || groups?.include.some((id) => groupIds.includes(id)) === true;
}
