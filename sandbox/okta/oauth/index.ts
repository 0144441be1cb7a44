import type { IncomingMessage, ServerResponse } from "node:http";
import type { Provider } from "oidc-provider";
import type { Addresses } from "../addresses";
import { internalError, notFound, OktaError } from "../errors";
import { findServer as findStoredServer, type Store } from "../store";
import { keysOf, openAccessToken } from "./accessToken";
import { now, sweep } from "./adapter";
import { authenticateByAssertion, InvalidAssertion } from "./clientAssertion";
import { findApp, vouched } from "./clients";
import { readForm, withForm } from "./form";
import { makeProvider } from "./provider";
import { customServer, orgServer, type Server } from "./server";
import { signIn } from "./signIn";

const SWEEP_INTERVAL_MS = 60_000;

/** Which server a path is of: `/oauth2/ID/...` of a custom one, else of the org's; and what is left of it there. */
const PATH =
  /^(?:\/oauth2\/(?!v1\/)(?<id>[^/]+)(?<rest>\/.*)|(?:\/oauth2\/v1\/|\/\.well-known\/(?:openid-configuration|oauth-authorization-server)$).*|\/signin\/(?<page>[^/]+)\/.*)$/;

/** The OAuth 2.0 and OpenID Connect side of the local Okta. */
export interface OAuthSide {
  /** Whether a path is of this side: the endpoints of the authorization servers, and the sign-in page. */
  accepts(path: string): boolean;
  /** Answers a request whose path is accepted. */
  handle(req: IncomingMessage, res: ServerResponse): void;
  /** Checks an access token for the Okta API: whose it is and what it allows; undefined when it is not valid (now). */
  verifyApiToken(bearer: string): Promise<{ clientId: string; scopes: string[] } | undefined>;
}

/**
 * Serves every authorization server in the store, as the store has it at each request. */
export function oauthSide(store: Store, addresses: Addresses): OAuthSide {
  const providers = new Map<string, { setting: string; provider: Provider }>();
  setInterval(() => void sweep(store), SWEEP_INTERVAL_MS).unref();

  /** What `oidc-provider` takes at its making is compared, so that it is made anew when that has changed. */
  function providerOf(server: Server): Provider {
    const { issuer, audience, scopes, claims } = server;
    const setting = JSON.stringify([audience, scopes, claims, keysOf(store).map(({ kid }) => kid)]);
    const known = providers.get(issuer);
    if (known?.setting === setting) return known.provider;
    const provider = makeProvider(server);
    providers.set(issuer, { setting, provider });
    return provider;
  }

  function findServer(name: string | undefined, asked: string): Server {
    if (name === undefined || name === "org") return orgServer(store, asked);
    const server = findStoredServer(store, name);
    if (server?.status !== "ACTIVE") throw notFound(name, "AuthorizationServer");
    return customServer(store, server, asked, addresses);
  }

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const asked = addresses.askedBy(req.headers.host);
    const target = new URL(req.url ?? "/", asked);
    req.headers.host = new URL(asked).host;
    const { id, rest, page } = PATH.exec(target.pathname)?.groups ?? {};
    const server = findServer(id ?? page, asked);
    const provider = providerOf(server);
    if (page !== undefined) return signIn(store, provider, req, res);

    const request = await admit(req, target);
    // As Express does for a mounted application.
    Object.assign(request, { originalUrl: target.pathname + target.search });
    request.url = (rest ?? target.pathname) + target.search;
    await provider.callback()(request, res);
  }

  /** The request as `oidc-provider` takes it: with an opaque access token for Okta's, and a secret for an assertion. */
  async function admit(req: IncomingMessage, { pathname: path, searchParams }: URL): Promise<IncomingMessage> {
    const [, bearer] = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? "") ?? [];
    const opaque = bearer === undefined ? undefined : await openAccessToken(store, bearer);
    if (opaque !== undefined) req.headers.authorization = `Bearer ${opaque}`;
    if (req.method !== "POST" || !/\/v1\/(token|introspect|revoke)$/.test(path)) return req;

    const form = await readForm(req);
    // Okta's Go SDK puts the parameters into the URL, and Okta takes them there.
    for (const [name, value] of searchParams) if (!form.has(name)) form.set(name, value);
    const token = form.get("token");
    if (token !== null) form.set("token", (await openAccessToken(store, token)) ?? token);
    const assertion = form.get("client_assertion");
    if (assertion !== null) {
      form.set("client_id", await authenticateByAssertion(store, assertion, addresses.namesOf(path)));
      form.set("client_secret", vouched);
      form.delete("client_assertion");
      form.delete("client_assertion_type");
    }
    return withForm(req, form);
  }

  return {
    accepts: (path) => PATH.test(path),
    handle: (req, res) => void serve(req, res).catch((error: unknown) => sendError(res, error)),
    async verifyApiToken(bearer) {
      const opaque = await openAccessToken(store, bearer);
      const artifact = opaque === undefined ? undefined : store.artifacts.get(`org/ClientCredentials/${opaque}`);
      if (!artifact || (artifact.expiresAt ?? 0) <= now()) return undefined;
      const { clientId, scope } = artifact.payload as { clientId: string; scope: string };
      return findApp(store, clientId) && { clientId, scopes: scope.split(" ") };
    },
  };
}

function sendError(res: ServerResponse, error: unknown): void {
  if (error instanceof InvalidAssertion) {
    sendJson(res, 401, { error: "invalid_client", error_description: error.message });
  } else if (error instanceof OktaError) {
    sendJson(res, error.status, error);
  } else {
    console.error(error);
    sendJson(res, 500, internalError());
  }
}

function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" }).end(JSON.stringify(body));
}
