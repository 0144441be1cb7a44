import type { interactionPolicy as policies, KoaContextWithOIDC, TokenEndpointGrantContext } from "oidc-provider";
import type { App } from "../model/app";
import type { User } from "../model/org";
import { select } from "../store";
import { evaluateAccess, type Lifetimes } from "./accessPolicy";
import { now } from "./adapter";
import { findApp, isAssigned } from "./clients";
import { errors, interactionPolicy } from "./library";
import type { Server } from "./server";
import { letsIn } from "./signOnPolicy";

const { AccessDenied, CustomOIDCProviderError, InvalidGrant } = errors;

/** The app that is the client of a request. */
function appOf({ store }: Server, { oidc }: KoaContextWithOIDC): App {
  const app = oidc.client && findApp(store, oidc.client.clientId);
  if (!app) throw new InvalidGrant("client not found");
  return app;
}

/** The user that signed in, in this request or in the one that began the session. */
function userOf({ store }: Server, { oidc }: KoaContextWithOIDC): User {
  const user = oidc.account && store.users.get(oidc.account.accountId);
  if (!user) throw new InvalidGrant("user not found");
  return user;
}

/** What the access policies give the user and client of a request in the code flow. Throws when they deny it. */
export function lifetimesOf(server: Server, ctx: KoaContextWithOIDC, scopes = ""): Lifetimes {
  return evaluateAccess(server.store, server.id, {
    app: appOf(server, ctx),
    grantType: "authorization_code",
    scopes: scopes.split(" "),
    user: userOf(server, ctx),
  });
}

/** How many seconds a new refresh token lives: the idle window, but not beyond the whole lifetime since the sign-in. */
export function refreshTokenTtl({ refreshToken, refreshWindow }: Lifetimes, signedInAt = now()): number {
  return Math.max(1, Math.min(refreshWindow, signedInAt + refreshToken - now()));
}

/**
 * Checks the scopes of an authorization request, and undoes what `oidc-provider` did to them before: it drops those that
 * it does not know, where Okta refuses, and offline_access unless `prompt=consent`, where Okta gives a refresh token.
 */
export function checkScopes(server: Server, ctx: KoaContextWithOIDC): void {
  const scopes = requestedScopes(server, ctx.query.scope);
  checkConfigured(scopes, server.scopes);
  ctx.oidc.params!.scope = scopes.join(" ");
}

/** The scopes that a request names, or else the server's default ones. */
function requestedScopes({ store, id }: Server, scope: unknown): string[] {
  const named = typeof scope === "string" ? scope.split(" ").filter(Boolean) : [];
  if (named.length > 0) return named;
  const defaults = select(store.scopes, (each) => each.serverId === id && each.default).map(({ name }) => name);
  if (defaults.length > 0) return defaults;
  throw new CustomOIDCProviderError(
    "invalid_scope",
    "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
  );
}

function checkConfigured(scopes: string[], configured: string[]): void {
  if (scopes.every((scope) => configured.includes(scope))) return;
  throw new CustomOIDCProviderError(
    "invalid_scope",
    "One or more scopes are not configured for the authorization server resource.",
  );
}

/**
 * When to show the sign-in page, and whom to let in then. There is no consent page: apps of this org are trusted.
 * `prompt=consent` is allowed all the same.
 */
export function signInPolicy(server: Server): policies.DefaultPolicy {
  const { base, Check, Prompt } = interactionPolicy;
  const policy = base();
  policy.get("login")?.checks.add(
    new Check("no_user", "The user of the session is gone.", (ctx) => {
      return ctx.oidc.session?.accountId !== undefined && ctx.oidc.account === undefined;
    }),
  );
  policy.remove("consent");
  const consent = new Prompt(
    { name: "consent", requestable: true },
    new Check("access", "Access is denied.", (ctx) => giveAccess(server, ctx).then(() => false)),
  );
  consent.checks.remove("consent_prompt");
  policy.add(consent);
  return policy;
}

/** Lets the signed-in user into the app: each time by a grant of its own, so that each sign-in is revoked alone. */
async function giveAccess(server: Server, ctx: KoaContextWithOIDC): Promise<void> {
  const { client, grant, params, session } = ctx.oidc;
  checkAssigned(server, ctx);
  if (!letsIn(server.store, appOf(server, ctx), userOf(server, ctx))) {
    throw new AccessDenied("You do not have permission to perform the requested action.");
  }
  const scope = params?.scope as string;
  lifetimesOf(server, ctx, scope);
  grant!.addOIDCScope(scope);
  const grantId = await grant!.save();
  session!.ensureClientContainer(client!.clientId);
  session!.grantIdFor(client!.clientId, grantId);
}

/**
 * Decides on a refresh, which needs the same access as the sign-in did.
 * @returns whether to rotate the refresh token; one that stays begins a new idle window
 */
export async function mayRotate(server: Server, ctx: KoaContextWithOIDC): Promise<boolean> {
  const token = ctx.oidc.refreshToken!;
  checkAssigned(server, ctx);
  const lifetimes = lifetimesOf(server, ctx, token.scope);
  if (appOf(server, ctx).settings.oauthClient.refresh_token?.rotation_type === "ROTATE") return true;
  token.exp = now() + refreshTokenTtl(lifetimes, token.iiat);
  await token.save();
  return false;
}

function checkAssigned(server: Server, ctx: KoaContextWithOIDC): void {
  if (!isAssigned(server.store, appOf(server, ctx), userOf(server, ctx))) {
    throw new AccessDenied("User is not assigned to the client application.");
  }
}

/**
 * The client credentials grant: with the org's server for the Okta API scopes that are granted to a service app, with a
 * custom one for that server's scopes, as its access policies allow.
 *
 * @see https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/
 */
export async function clientCredentials(server: Server, ctx: TokenEndpointGrantContext): Promise<void> {
  const app = appOf(server, ctx);
  const scopes = requestedScopes(server, ctx.oidc.params.scope);
  if (server.id === undefined) {
    if (app.credentials.oauthClient.token_endpoint_auth_method !== "private_key_jwt") {
      throw new CustomOIDCProviderError(
        "invalid_client",
        "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.",
      );
    }
    checkConfigured(
      scopes,
      scopes.filter((scope) => scope.startsWith("okta.")),
    );
    const granted = select(server.store.grants, ({ appId }) => appId === app.id).map(({ scopeId }) => scopeId);
    if (!scopes.every((scope) => granted.includes(scope))) {
      throw new CustomOIDCProviderError("consent_required", "You are not allowed any of the requested scopes.");
    }
  } else {
    checkConfigured(scopes, server.scopes);
  }
  const { accessToken } = evaluateAccess(server.store, server.id, { app, grantType: "client_credentials", scopes });

  const { ClientCredentials } = ctx.oidc.provider;
  const token = new ClientCredentials({ client: ctx.oidc.client, scope: scopes.join(" "), expiresIn: accessToken });
  ctx.oidc.entity("ClientCredentials", token);
  ctx.body = {
    token_type: "Bearer",
    expires_in: accessToken,
    access_token: await token.save(),
    scope: token.scope,
  };
}
