import { z } from "zod";
import { alreadyExists, notFound, parse } from "../errors";
import { type AuthorizationServer, findServer as findStoredServer, newId, now, select, type Store } from "../store";
import { created, noContent, ok, type Org, page, type Route } from "./route";
import { systemClaims, systemScopes } from "./systemScopesAndClaims";

const blank = "The field cannot be left blank";
const body = z.object({
  name: z.string().trim().min(1, blank).max(255),
  description: z.string().default(""),
  audiences: z.array(z.string().min(1, blank)).length(1, "Exactly one audience is supported"),
  issuerMode: z.enum(["ORG_URL", "CUSTOM_URL", "DYNAMIC"]).default("ORG_URL"),
  credentials: z
    .object({ signing: z.object({ rotationMode: z.enum(["AUTO", "MANUAL"]).default("AUTO") }).prefault({}) })
    .prefault({}),
});

/**
 * The custom authorization servers of the org.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServer/
 */
export function authorizationServerRoutes(org: Org): Route[] {
  const { store } = org;

  return [
    {
      method: "GET",
      path: "/api/v1/authorizationServers",
      access: "okta.authorizationServers.read",
      handle: (request) => {
        const part = (request.query.get("q") ?? "").toLowerCase();
        const servers = select(store.servers, ({ name, audiences }) =>
          [name, ...audiences].some((value) => value.toLowerCase().includes(part)),
        );
        return page(org, request, servers, { usual: 200, most: 200 }, (server) =>
          renderServer(org, server, request.origin),
        );
      },
    },
    {
      method: "POST",
      path: "/api/v1/authorizationServers",
      access: "okta.authorizationServers.manage",
      handle: ({ body: json, origin }) => {
        const { credentials, ...wanted } = parse(body, json);
        refuseTakenName(wanted.name);
        const server = addServer(store, {
          ...wanted,
          id: newId("aus"),
          rotationMode: credentials.signing.rotationMode,
        });
        return created(renderServer(org, server, origin));
      },
    },
    {
      method: "GET",
      path: "/api/v1/authorizationServers/:serverId",
      access: "okta.authorizationServers.read",
      handle: ({ params, origin }) => ok(renderServer(org, findServer(org, params.serverId!), origin)),
    },
    {
      method: "PUT",
      path: "/api/v1/authorizationServers/:serverId",
      access: "okta.authorizationServers.manage",
      handle: ({ params, body: json, origin }) => {
        const old = findServer(org, params.serverId!);
        const { credentials, ...wanted } = parse(body, json);
        refuseTakenName(wanted.name, old.id);
        const { rotationMode } = credentials.signing;
        const server: AuthorizationServer = { ...old, ...wanted, rotationMode, lastUpdated: now() };
        void store.servers.put(server.id, server);
        return ok(renderServer(org, server, origin));
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/authorizationServers/:serverId",
      access: "okta.authorizationServers.manage",
      // The API description asks for no deactivation first, unlike that of an app.
      handle: ({ params }) => {
        const { id } = findServer(org, params.serverId!);
        for (const collection of [store.scopes, store.claims])
          for (const each of select<{ id: string; serverId: string }>(collection, ({ serverId }) => serverId === id))
            void collection.remove(each.id);
        for (const policy of select(store.policies, ({ serverId }) => serverId === id)) {
          for (const rule of select(store.rules, ({ policyId }) => policyId === policy.id))
            void store.rules.remove(rule.id);
          void store.policies.remove(policy.id);
        }
        void store.servers.remove(id);
        return noContent();
      },
    },
    ...(["activate", "deactivate"] as const).map((operation): Route => ({
      method: "POST",
      path: `/api/v1/authorizationServers/:serverId/lifecycle/${operation}`,
      access: "okta.authorizationServers.manage",
      handle: ({ params }) => {
        const server = findServer(org, params.serverId!);
        const status = operation === "activate" ? "ACTIVE" : "INACTIVE";
        void store.servers.put(server.id, { ...server, status, lastUpdated: now() });
        return noContent();
      },
    })),
  ];

  function refuseTakenName(name: string, except?: string): void {
    const [taken] = select(store.servers, (server) => server.name === name && server.id !== except);
    if (taken) throw alreadyExists("name");
  }
}

/** Stores a new active server, with the scopes and claims that Okta gives to each. */
export function addServer(
  store: Store,
  settable: Omit<AuthorizationServer, "status" | "created" | "lastUpdated">,
): AuthorizationServer {
  const time = now();
  const server: AuthorizationServer = { ...settable, status: "ACTIVE", created: time, lastUpdated: time };
  void store.servers.put(server.id, server);
  for (const scope of systemScopes(server.id)) void store.scopes.put(scope.id, scope);
  for (const claim of systemClaims(server.id)) void store.claims.put(claim.id, claim);
  return server;
}

/** @throws OktaError E0000007 */
export function findServer({ store }: Org, id: string): AuthorizationServer {
  const found = findStoredServer(store, id);
  if (!found) throw notFound(id, "AuthorizationServer");
  return found;
}

/** A server as the API shows it, asked at one of the org's addresses. */
function renderServer(
  { store, url, addresses, variants }: Org,
  { rotationMode, alias, ...server }: AuthorizationServer,
  asked: string,
) {
  const id = (variants().defaultServerId === "aus" && alias) || server.id;
  const self = `${url}/api/v1/authorizationServers/${id}`;
  const issuer = addresses.issuerOf(server, asked);
  const operation = server.status === "ACTIVE" ? "deactivate" : "activate";
  const signing = { kid: store.org.get("org")!.signingKeys[0]!.kid, rotationMode, use: "sig" };
  return {
    ...server,
    id,
    issuer,
    credentials: { signing: { ...signing, lastRotated: server.created } },
    _links: {
      self: { href: self },
      [operation]: { href: `${self}/lifecycle/${operation}` },
      scopes: { href: `${self}/scopes` },
      claims: { href: `${self}/claims` },
      policies: { href: `${self}/policies` },
      metadata: [
        { name: "oauth-authorization-server", href: `${issuer}/.well-known/oauth-authorization-server` },
        { name: "openid-configuration", href: `${issuer}/.well-known/openid-configuration` },
      ],
    },
  };
}
