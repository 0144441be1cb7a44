import { z } from "zod";
import { notFound } from "../errors";
import type { AuthorizationServer } from "../model";
import { findServer as findStoredServer, newId, now, select, type Store } from "../store";
import { collection, lifecycleLinks } from "./collection";
import type { Org, Route } from "./route";
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

  return collection(org, store.servers, {
    path: "/api/v1/authorizationServers",
    id: "serverId",
    scope: "okta.authorizationServers",
    type: "AuthorizationServer",
    get: (id) => findStoredServer(store, id),
    list: {
      q: ({ name, audiences }, text) => [name, ...audiences].some((value) => value.toLowerCase().includes(text)),
      pageSize: { usual: 200, most: 200 },
    },
    unique: { field: "name", of: ({ name }) => name },
    body,
    create: ({ credentials: { signing }, ...wanted }) =>
      addServer(store, { ...wanted, id: newId("aus"), rotationMode: signing.rotationMode }),
    replace: (server, { credentials, ...wanted }) => ({
      ...server,
      ...wanted,
      rotationMode: credentials.signing.rotationMode,
      lastUpdated: now(),
    }),
    // The API description asks for no deactivation first, unlike that of an app.
    remove: ({ id }) => {
      for (const { id: scopeId } of select(store.scopes, ({ serverId }) => serverId === id))
        void store.scopes.remove(scopeId);
      for (const { id: claimId } of select(store.claims, ({ serverId }) => serverId === id))
        void store.claims.remove(claimId);
      for (const policy of select(store.policies, ({ serverId }) => serverId === id)) {
        for (const rule of select(store.rules, ({ policyId }) => policyId === policy.id))
          void store.rules.remove(rule.id);
        void store.policies.remove(policy.id);
      }
      void store.servers.remove(id);
    },
    lifecycle: 204,
    render: (server, { origin }) => renderServer(org, server, origin),
  }).routes;
}

/** Whether something is of the server that a path names. */
export function onServer(org: Org) {
  return (params: Record<string, string>) => {
    const { id } = findServer(org, params.serverId!);
    return ({ serverId }: { serverId: string }) => serverId === id;
  };
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
  const signing = { kid: store.org.get("org")!.signingKeys[0]!.kid, rotationMode, use: "sig" };
  return {
    ...server,
    id,
    issuer,
    credentials: { signing: { ...signing, lastRotated: server.created } },
    _links: {
      ...lifecycleLinks(self, server),
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
