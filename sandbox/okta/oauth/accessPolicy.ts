import { byPriority } from "../management/priorities";
import type { App } from "../model/app";
import type { User } from "../model/org";
import { select, type Store } from "../store";
import { groupsOf } from "./clients";
import { errors } from "./library";

/** How long tokens live, in seconds. */
export interface Lifetimes {
  accessToken: number;
  /** From the first refresh token of a sign-in to the end of the last, by rotation or not. */
  refreshToken: number;
  /** For how long a refresh token may lie unused. */
  refreshWindow: number;
}

/** Ten years: Okta's "unlimited", which is 0 in a rule. */
const UNLIMITED = 10 * 365 * 86400;

/**
 * What the org authorization server gives: it has no access policies to set it with.
 * @see https://developer.okta.com/docs/guides/configure-access-policy/main/#refresh-token-lifetime
 */
const ORG_LIFETIMES: Lifetimes = { accessToken: 3600, refreshToken: 90 * 86400, refreshWindow: 90 * 86400 };

/** Who asks for what. There is no user in the client credentials grant. */
export interface AccessRequest {
  app: App;
  grantType: string;
  scopes: string[];
  user?: User;
}

/**
 * Evaluates the access policies of an authorization server: of the policies that are for the client, by priority, the
 * first rule that matches decides. A request that no rule of a policy allows goes on to the next policy.
 *
 * @param serverId a custom authorization server; left out, it is the org's own
 * @throws AccessDenied in Okta's words when no rule matches
 * @see https://developer.okta.com/docs/concepts/auth-servers/#access-policies
 */
export function evaluateAccess(store: Store, serverId: string | undefined, request: AccessRequest): Lifetimes {
  if (serverId === undefined) return ORG_LIFETIMES;
  const { app, grantType, scopes, user } = request;
  const clientId = app.credentials.oauthClient.client_id;
  const groupIds = user ? groupsOf(store, user).map(({ id }) => id) : [];

  const policies = select(
    store.policies,
    ({ serverId: of, status, conditions: { clients } }) =>
      of === serverId && status === "ACTIVE" && clients.include.some((id) => id === "ALL_CLIENTS" || id === clientId),
  ).sort(byPriority);
  const allowing = select(store.rules, ({ status, conditions }) => {
    const { people } = conditions;
    const forScope = (scope: string) => conditions.scopes.include.some((each) => each === "*" || each === scope);
    const forGroup = (id: string) => id === "EVERYONE" || groupIds.includes(id);
    return (
      status === "ACTIVE" &&
      conditions.grantTypes.include.includes(grantType) &&
      scopes.every(forScope) &&
      (!user || people.groups.include.some(forGroup) || people.users.include.includes(user.id))
    );
  }).sort(byPriority);
  const [rule] = policies.flatMap(({ id }) => allowing.filter(({ policyId }) => policyId === id));
  if (!rule) {
    throw new errors.AccessDenied("Policy evaluation failed for this request, please check the policy configurations.");
  }
  const { token } = rule.actions;
  return {
    accessToken: token.accessTokenLifetimeMinutes * 60,
    refreshToken: token.refreshTokenLifetimeMinutes * 60 || UNLIMITED,
    refreshWindow: token.refreshTokenWindowMinutes * 60,
  };
}
