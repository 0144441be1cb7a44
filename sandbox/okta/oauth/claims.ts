import { randomBytes } from "node:crypto";
import type { AccessToken, Account, ClientCredentials, KoaContextWithOIDC } from "oidc-provider";
import type { App } from "../model/app";
import type { Claim } from "../model/authorizationServer";
import type { GroupFilterType } from "../model/fields";
import type { User } from "../model/org";
import { select, type Store } from "../store";
import { findApp, groupsOf } from "./clients";

/** Every claim that ID tokens and userinfo of any server may carry besides those that the org makes itself. */
const STANDARD_CLAIMS = {
  profile: ["name", "given_name", "family_name", "preferred_username", "locale", "zoneinfo", "updated_at"],
  email: ["email", "email_verified"],
};

/** What Okta puts into every ID token about itself and the sign-in. */
const TOKEN_CLAIMS = ["ver", "jti", "idp", "amr", "auth_time"];

const GROUP_FILTERS: Record<GroupFilterType, (name: string, value: string) => boolean> = {
  STARTS_WITH: (name, value) => name.startsWith(value),
  EQUALS: (name, value) => name === value,
  CONTAINS: (name, value) => name.includes(value),
  // Okta matches the whole name.
  REGEX: (name, value) => new RegExp(`^(?:${value})$`, "u").test(name),
};

/** A claim that the org's administrator made, of whichever server. */
type CustomClaim = Pick<Claim, "name" | "valueType" | "value" | "group_filter_type" | "alwaysIncludeInToken"> & {
  scopes: string[];
};

/**
 * The claims made for a custom authorization server, or for an app with the org's.
 *
 * @param serverId a custom authorization server; left out, it is the org's, where an app's own groups claim counts
 * @param claimType `IDENTITY` is in ID tokens and userinfo, `RESOURCE` in access tokens
 */
function customClaims(
  store: Store,
  serverId: string | undefined,
  app: App | undefined,
  claimType: Claim["claimType"],
): CustomClaim[] {
  if (serverId === undefined) {
    if (!app?.groupsClaim || claimType === "RESOURCE") return [];
    const { name, valueType, groupFilterType, value } = app.groupsClaim;
    const scopes = ["groups"];
    return [{ name, valueType, value, group_filter_type: groupFilterType, alwaysIncludeInToken: true, scopes }];
  }
  return select(
    store.claims,
    (claim) =>
      claim.serverId === serverId && claim.claimType === claimType && claim.status === "ACTIVE" && !claim.system,
  ).map((claim) => ({ ...claim, scopes: claim.conditions.scopes }));
}

/** The names of the claims that a server's ID tokens and userinfo may have. */
export function claimNames(store: Store, serverId: string | undefined): string[] {
  const custom =
    serverId === undefined
      ? select(store.apps).flatMap(({ groupsClaim }) => groupsClaim?.name ?? [])
      : select(store.claims, (claim) => claim.serverId === serverId).map(({ name }) => name);
  return [...new Set(["sub", ...TOKEN_CLAIMS, ...Object.values(STANDARD_CLAIMS).flat(), ...custom])];
}

/** What of an authorization server decides about claims. */
interface ClaimSource {
  store: Store;
  /** A custom authorization server; left out, it is the org's. */
  id?: string;
}

/** An active user as an account in the terms of `oidc-provider`; its `claims` are those of ID tokens and userinfo. */
export function accountOf({ store, id }: ClaimSource, ctx: KoaContextWithOIDC, userId: string): Account | undefined {
  const user = store.users.get(userId);
  if (user?.status !== "ACTIVE") return undefined;
  return {
    accountId: userId,
    claims: (use, scope) => {
      const app = ctx.oidc.client && findApp(store, ctx.oidc.client.clientId);
      const scopes = scope.split(" ");
      const custom = customClaims(store, id, app, "IDENTITY");
      if (use === "userinfo") {
        return { sub: userId, ...standardClaims(user, scopes), ...valuesOf(store, custom, user, scopes) };
      }
      const always = custom.filter(({ alwaysIncludeInToken }) => alwaysIncludeInToken);
      const { name, preferred_username, email } = standardClaims(user, scopes);
      return {
        sub: userId,
        ver: 1,
        jti: `ID.${randomBytes(32).toString("base64url")}`,
        idp: store.org.get("org")?.id,
        // With an access token beside it, as in the code flow, Okta's ID token is thin: the rest is for userinfo.
        // https://developer.okta.com/docs/reference/api/oidc/#scope-dependent-claims-not-always-returned
        ...{ name, preferred_username, email },
        ...valuesOf(store, always, user, scopes),
      };
    },
  };
}

/** What an access token says, besides its issuer, audience and times. */
export function accessTokenClaims(
  { store, id }: ClaimSource,
  ctx: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
): Record<string, unknown> {
  const scopes = [...token.scopes];
  const common = { ver: 1, cid: token.clientId, scp: scopes };
  const user = "accountId" in token ? store.users.get(token.accountId) : undefined;
  if (!user) return { ...common, sub: token.clientId };
  const app = ctx.oidc.client && findApp(store, ctx.oidc.client.clientId);
  const custom = customClaims(store, id, app, "RESOURCE");
  return { ...common, uid: user.id, sub: user.profile.login, ...valuesOf(store, custom, user, scopes) };
}

function standardClaims(user: User, scopes: string[]): Record<string, unknown> {
  const { login, email, firstName, lastName } = user.profile;
  const values: Record<string, unknown> = {
    name: `${firstName} ${lastName}`,
    given_name: firstName,
    family_name: lastName,
    preferred_username: login,
    locale: "en-US",
    zoneinfo: "America/Los_Angeles",
    updated_at: Math.floor(Date.parse(user.lastUpdated) / 1000),
    email,
    email_verified: user.emailVerified,
  };
  const granted = Object.entries(STANDARD_CLAIMS).flatMap(([scope, names]) => (scopes.includes(scope) ? names : []));
  return Object.fromEntries(granted.map((name) => [name, values[name]]));
}

function valuesOf(store: Store, claims: CustomClaim[], user: User, scopes: string[]): Record<string, unknown> {
  return Object.fromEntries(
    claims
      .filter((claim) => claim.scopes.length === 0 || claim.scopes.some((scope) => scopes.includes(scope)))
      .map((claim) => [claim.name, valueOf(store, claim, user)])
      .filter(([, value]) => value !== undefined),
  ) as Record<string, unknown>;
}

function valueOf(store: Store, claim: CustomClaim, user: User): unknown {
  const { valueType, value, group_filter_type } = claim;
  if (valueType === "GROUPS" && group_filter_type) {
    const names = groupsOf(store, user).map(({ profile }) => profile.name);
    const matching = names.filter((name) => GROUP_FILTERS[group_filter_type](name, value));
    // Okta leaves the claim out when no group matches.
    return matching.length > 0 ? matching.sort() : undefined;
  }
  // Of Okta's expression language this knows the profile attributes: `user.email`.
  const [, attribute] = /^user\.(\w+)$/.exec(value) ?? [];
  return attribute === undefined ? undefined : user.profile[attribute as keyof User["profile"]];
}
