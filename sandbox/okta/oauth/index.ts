import Router, { type RouterContext } from "@koa/router";
import type { Context, Middleware } from "koa";
// eslint-disable-next-line @typescript-eslint/no-require-imports -- it has no default export
import mount = require("koa-mount");
import type { Provider } from "oidc-provider";
import type { OrgAddresses } from "../addresses";
import { readForm } from "../body";
import { notFound } from "../errors";
import { findServer as findStoredServer, type Store } from "../store";
import { keysOf, openAccessToken } from "./accessToken";
import { now, sweep } from "./adapter";
import { authenticateByAssertion, InvalidAssertion } from "./clientAssertion";
import { vouchForSecret } from "./clientSecret";
import { findApp, vouched } from "./clients";
import { makeProvider } from "./provider";
import { customServer, orgServer, type Server } from "./server";
import { signIn } from "./signIn";

const SWEEP_INTERVAL_MS = 60_000;

const ORG_PATHS = [
  "/oauth2/v1/{*endpoint}",
  "/.well-known/openid-configuration",
  "/.well-known/oauth-authorization-server",
];

/** The OAuth 2.0 and OpenID Connect side of the local Okta. */
export interface OAuthSide {
  /** The endpoints of the authorization servers, and the sign-in page. */
  routes: Middleware;
  /** Checks an access token for the Okta API: whose it is and what it allows; undefined when it is not valid (now). */
  verifyApiToken: (bearer: string) => Promise<{ clientId: string; scopes: string[] } | undefined>;
}

/** Serves every authorization server in the store, as the store has it at each request. */
export function oauthSide(store: Store, addresses: OrgAddresses): OAuthSide {
  const providerOf = providersOf(store);
  setInterval(() => void sweep(store), SWEEP_INTERVAL_MS).unref();

  function findServer(name: string, asked: string): Server {
    const server = findStoredServer(store, name);
    if (server?.status !== "ACTIVE") throw notFound(name, "AuthorizationServer");
    return customServer(store, server, asked, addresses);
  }

  async function serve(ctx: RouterContext, server: Server, prefix: string): Promise<void> {
    try {
      await admit(store, addresses, ctx);
    } catch (error) {
      if (!(error instanceof InvalidAssertion)) throw error;
      ctx.status = 401;
      ctx.body = { error: "invalid_client", error_description: error.message };
      return;
    }
    await mount(prefix, providerOf(server))(ctx, () => Promise.resolve());
  }

  const router = new Router();
  router.all(ORG_PATHS, (ctx) => serve(ctx, orgServer(store, ctx.URL.origin), "/"));
  router.all("/oauth2/:id/{*endpoint}", (ctx) => {
    const { id = "" } = ctx.params;
    return serve(ctx, findServer(id, ctx.URL.origin), `/oauth2/${id}`);
  });
  for (const method of ["get", "post"] as const)
    router[method]("/signin/:server/:interaction", (ctx) => {
      const { server = "" } = ctx.params;
      const provider = providerOf(
        server === "org" ? orgServer(store, ctx.URL.origin) : findServer(server, ctx.URL.origin),
      );
      return signIn(store, provider, ctx);
    });

  return {
    routes: router.routes() as Middleware,
    async verifyApiToken(bearer) {
      const opaque = await openAccessToken(store, bearer);
      const artifact = opaque === undefined ? undefined : store.artifacts.get(`org/ClientCredentials/${opaque}`);
      if (!artifact || (artifact.expiresAt ?? 0) <= now()) return undefined;
      const { clientId, scope } = artifact.payload as { clientId: string; scope: string };
      return findApp(store, clientId) && { clientId, scopes: scope.split(" ") };
    },
  };
}

/** The `oidc-provider` of each authorization server, made anew when what it takes at its making has changed. */
function providersOf(store: Store): (server: Server) => Provider {
  const providers = new Map<string, { setting: string; provider: Provider }>();
  return (server) => {
    const { issuer, audience, scopes, claims } = server;
    const setting = JSON.stringify([audience, scopes, claims, keysOf(store).map(({ kid }) => kid)]);
    const known = providers.get(issuer);
    if (known?.setting === setting) return known.provider;
    const provider = makeProvider(server);
    providers.set(issuer, { setting, provider });
    return provider;
  };
}

/** Makes of a request what `oidc-provider` takes: an opaque access token for Okta's, a secret for an assertion. */
async function admit(store: Store, addresses: OrgAddresses, ctx: Context): Promise<void> {
  const [, bearer] = /^Bearer (\S+)$/i.exec(ctx.get("authorization")) ?? [];
  const opaque = bearer === undefined ? undefined : await openAccessToken(store, bearer);
  if (opaque !== undefined) ctx.req.headers.authorization = `Bearer ${opaque}`;
  if (ctx.method !== "POST" || !/\/v1\/(token|introspect|revoke)$/.test(ctx.path)) return;

  const form = await readForm(ctx);
  // Okta's Go SDK puts the parameters into the URL, and Okta takes them there.
  for (const [name, value] of ctx.URL.searchParams) if (!form.has(name)) form.set(name, value);
  const token = form.get("token");
  if (token !== null) form.set("token", (await openAccessToken(store, token)) ?? token);
  const assertion = form.get("client_assertion");
  if (assertion !== null) {
    form.set("client_id", await authenticateByAssertion(store, assertion, addresses.namesOf(ctx.path)));
    form.set("client_secret", vouched);
    form.delete("client_assertion");
    form.delete("client_assertion_type");
  }
  ctx.req.headers.authorization = vouchForSecret(store, ctx.get("authorization"), form) || undefined;
  Object.assign(ctx.request, { body: form.toString() });
}
