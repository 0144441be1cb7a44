import type { Configuration, KoaContextWithOIDC, errors as oidc, Provider as OidcProvider } from "oidc-provider";
import { pathNotFound } from "../errors";
import { checkScopes, clientCredentials, lifetimesOf, mayRotate, refreshTokenTtl, signInPolicy } from "./access";
import { keysOf } from "./accessToken";
import { storeAdapter } from "./adapter";
import { accessTokenClaims, accountOf } from "./claims";
import { findApp } from "./clients";
import { Provider } from "./library";
import { errorPage } from "./pages";
import { inOktasWords, redirectInOktasWords, signOut, wrapAccessToken } from "./responses";
import { metadata, type Server } from "./server";

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Makes one authorization server: `oidc-provider` configured from the store, and what Okta does otherwise around it. */
export function makeProvider(server: Server): OidcProvider {
  const provider = new Provider(server.issuer, configuration(server));
  provider.registerGrantType("client_credentials", (ctx) => clientCredentials(server, ctx), ["scope"]);

  for (const event of ["grant.error", "userinfo.error", "introspection.error", "revocation.error"] as const) {
    provider.on(event as "grant.error", (ctx, error) => {
      const answer = inOktasWords(server, ctx, error);
      ctx.body = answer;
      if (answer.error === "invalid_client") ctx.status = 401;
      if (answer.error === "invalid_token") {
        ctx.set("WWW-Authenticate", `Bearer error="invalid_token", error_description="${answer.error_description}"`);
      }
    });
  }
  // Browsers alone go there.
  provider.on("end_session.error", (ctx, error) => showError(server, ctx, error));
  provider.on("authorization.error", (ctx, error) => {
    ctx.state.error = error;
  });
  provider.on("server_error", (_ctx, error) => console.error(error));

  provider.use(async (koaContext, next) => {
    await next();
    const ctx = koaContext as KoaContextWithOIDC;
    const route = ctx.oidc?.route;
    if (route === undefined) Object.assign(ctx, { status: 404, body: pathNotFound() });
    if (route === "authorization" || route === "resume") redirectInOktasWords(server, ctx);
    if (route === "token" && ctx.status === 200) await wrapAccessToken(server, ctx);
    if (route === "end_session" && ctx.status === 200) await signOut(ctx);
    if (route === "discovery") ctx.body = metadata(server);
  });
  return provider;
}

function configuration(server: Server): Configuration {
  const { store, name, id, scopes, claims } = server;
  const base = id === undefined ? "/oauth2/v1" : "/v1";
  return {
    adapter: storeAdapter(store, name),
    jwks: { keys: keysOf(store) },
    scopes,
    // All claims under one scope, since which scope gives which is Okta's to decide (claims.ts).
    claims: { openid: claims },
    conformIdTokenClaims: false,
    responseTypes: ["code"],
    routes: {
      authorization: `${base}/authorize`,
      token: `${base}/token`,
      userinfo: `${base}/userinfo`,
      jwks: `${base}/keys`,
      introspection: `${base}/introspect`,
      revocation: `${base}/revoke`,
      end_session: `${base}/logout`,
    },
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: { enabled: true, logoutSource: () => {} },
    },
    clockTolerance: 0,
    cookies: {
      names: { session: "sid" },
      long: { httpOnly: true, sameSite: "lax" },
      short: { httpOnly: true, sameSite: "lax" },
    },
    clientBasedCORS: (_ctx, origin, client) =>
      client.redirectUris?.some((uri) => new URL(uri).origin === origin) ?? false,
    pkce: {
      required: (_ctx, client) => findApp(store, client.clientId)?.credentials.oauthClient.pkce_required === true,
    },
    // The validator of a parameter runs whether it was sent or not: this is the place to check the request itself.
    extraParams: { idp: (ctx) => checkScopes(server, ctx) },
    interactions: { policy: signInPolicy(server), url: (_ctx, { uid }) => `/signin/${name}/${uid}` },
    loadExistingGrant: () => undefined,
    findAccount: (ctx, userId) => accountOf(server, ctx, userId),
    extraTokenClaims: (ctx, token) => accessTokenClaims(server, ctx, token),
    rotateRefreshToken: (ctx) => mayRotate(server, ctx),
    // Okta's tokens outlive the browser's session.
    expiresWithSession: () => false,
    ttl: lifetimes(server),
    renderError: (ctx, _out, error) => showError(server, ctx, error as oidc.OIDCProviderError),
  };
}

/** How long what the server issues lives, in seconds. */
function lifetimes(server: Server): Configuration["ttl"] {
  return {
    AuthorizationCode: 5 * MINUTE,
    IdToken: HOUR,
    Interaction: HOUR,
    // The default of Okta's global session policy.
    Session: 2 * HOUR,
    AccessToken: (ctx, token) => lifetimesOf(server, ctx, token.scope).accessToken,
    RefreshToken: (ctx, token) => refreshTokenTtl(lifetimesOf(server, ctx, token.scope), token.iiat),
    Grant: (ctx, grant) => {
      const { accessToken, refreshToken } = lifetimesOf(server, ctx, grant.getOIDCScope());
      return Math.max(accessToken, refreshToken);
    },
  };
}

function showError(server: Server, ctx: KoaContextWithOIDC, error: oidc.OIDCProviderError): void {
  ctx.type = "html";
  ctx.body = errorPage(ctx.status, inOktasWords(server, ctx, error));
}
