import { ACCESS_POLICY, type AccessPolicy, POLICY_RULE, type PolicyRule } from "./resources";
import type { Rule } from "./rule";

const HOUR = 60;
const DAY = 24 * HOUR;

/** The standard scopes of a sign-in, the person's groups, and a refresh token. */
const SCOPES = ["openid", "profile", "email", "groups", "offline_access"];

export const isForOneClient: Rule<AccessPolicy> = {
  name: "access-policy-is-for-the-app-alone",
  description: "The access policy is for the portal's own client.",
  remedy: "Set clientWhitelists to the app's client ID: a policy for all clients decides about the apps of others.",
  level: "mandatory",
  type: ACCESS_POLICY,
  check: ({ clientWhitelists: clients }) =>
    clients.length === 1 && clients[0] !== "ALL_CLIENTS" ? undefined : `It is for ${clients.join(", ") || "nobody"}.`,
};

/** RFC 9700, sections 2.1.2 and 2.4. */
export const allowsCodeFlowOnly: Rule<PolicyRule> = {
  name: "access-policy-allows-code-flow-only",
  description: "The access policy allows the authorization code flow, and no other.",
  remedy: "Set grantTypeWhitelists to authorization_code.",
  level: "mandatory",
  type: POLICY_RULE,
  check: ({ grantTypeWhitelists: grants }) =>
    grants.length === 1 && grants[0] === "authorization_code" ? undefined : `It allows ${grants.join(", ") || "none"}.`,
};

/** RFC 9700, section 2.3. */
export const grantsNeededScopesOnly: Rule<PolicyRule> = {
  name: "access-policy-grants-needed-scopes-only",
  description: `The access policy grants the scopes of a sign-in: ${SCOPES.join(", ")}.`,
  remedy: "Set scopeWhitelists to those of them that the portal asks for.",
  level: "mandatory",
  type: POLICY_RULE,
  check: ({ scopeWhitelists: scopes = [] }) => {
    const others = scopes.filter((scope) => !SCOPES.includes(scope));
    return others.length > 0 ? `It grants ${others.join(", ")}.` : undefined;
  },
};

/** What is called may put whatever it likes into the tokens. */
export const hasNoHook: Rule<PolicyRule> = {
  name: "access-policy-has-no-inline-hook",
  description: "No inline hook changes the portal's tokens.",
  remedy: "Leave inlineHookId out.",
  level: "mandatory",
  type: POLICY_RULE,
  check: ({ inlineHookId }) => (inlineHookId ? `It calls the hook ${inlineHookId}.` : undefined),
};

/** An access token cannot be taken back everywhere at once, so it is good for an hour at the most, which is Okta's default. */
export const accessTokensAreShortLived: Rule<PolicyRule> = {
  name: "access-tokens-are-short-lived",
  description: "Access tokens are good for an hour at the most.",
  remedy: "Set accessTokenLifetimeMinutes to 60 or less.",
  level: "mandatory",
  type: POLICY_RULE,
  check: ({ accessTokenLifetimeMinutes: minutes = HOUR }) =>
    minutes <= HOUR ? undefined : `They are good for ${minutes} minutes.`,
};

/**
 * A person signs in anew every 30 days at least (NIST SP 800-63B, section 4.1.3), and after a week away, which is Okta's
 * default for the window of a refresh token. To Okta a lifetime of 0, its default, is without end.
 */
export const refreshTokensExpire: Rule<PolicyRule> = {
  name: "refresh-tokens-expire",
  description: "A sign-in ends after 30 days at the most, and after 7 days without use.",
  remedy: "Set session.duration to 30d or less, and session.idle to 7d or less.",
  level: "mandatory",
  type: POLICY_RULE,
  check: ({ refreshTokenLifetimeMinutes: lifetime = 0, refreshTokenWindowMinutes: window = 7 * DAY }) => {
    if (lifetime === 0) return "Refresh tokens have no end.";
    if (lifetime > 30 * DAY) return `It lasts ${lifetime} minutes.`;
    return window > 7 * DAY ? `It lasts ${window} minutes without use.` : undefined;
  },
};
