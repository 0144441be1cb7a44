import { found } from "../errors";
import { type AuthorizationServer, serverBody } from "../model/authorizationServer";
import { findServer as findStoredServer, newTimes, removeAll, save, select, type Store } from "../store";
import { collection, lifecycleLinks } from "./collection";
import type { Org, Params, Route } from "./route";
import { systemClaims, systemScopes } from "./systemScopesAndClaims";

/**
 * The custom authorization servers of the org.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServer/
 */
export function authorizationServerRoutes(org: Org): Route[] {
  const { store } = org;

  return collection(org, store.servers, {
    path: "/api/v1/authorizationServers",
    id: "serverId",
    idPrefix: "aus",
    access: "okta.authorizationServers",
    type: "AuthorizationServer",
    get: (id) => findStoredServer(store, id),
    list: {
      q: ({ name, audiences }, text) => [name, ...audiences].some((value) => value.toLowerCase().includes(text)),
      pageSize: { usual: 200, most: 200 },
    },
    unique: { field: "name", of: ({ name }) => name },
    body: serverBody,
    create: (wanted, _, id) => newServer(store, { ...wanted, id }),
    replace: true,
    // The API description asks for no deactivation first, unlike that of an app.
    remove: ({ id }) => {
      const isOwn = ({ serverId }: { serverId: string }) => serverId === id;
      for (const policy of select(store.policies, isOwn))
        removeAll(store.rules, ({ policyId }) => policyId === policy.id);
      removeAll(store.policies, isOwn);
      removeAll(store.scopes, isOwn);
      removeAll(store.claims, isOwn);
    },
    lifecycle: 204,
    render: (server, _, { origin }) => renderServer(org, server, origin),
  }).routes;
}

/** What is of the server that a path names. */
export function withinServer({ store }: Org) {
  return ({ serverId = "" }: Params): { serverId: string } => {
    const { id } = found(findStoredServer(store, serverId), serverId, "AuthorizationServer");
    return { serverId: id };
  };
}

/** A new active server that is not stored yet; the scopes and claims that Okta gives to each are. */
export function newServer(
  store: Store,
  settable: Omit<AuthorizationServer, "status" | "created" | "lastUpdated">,
): AuthorizationServer {
  for (const scope of systemScopes(settable.id)) save(store.scopes, scope);
  for (const claim of systemClaims(settable.id)) save(store.claims, claim);
  return { ...settable, status: "ACTIVE", ...newTimes() };
}

/** A server as the API shows it, asked at one of the org's addresses. */
function renderServer(
  { store, url, addresses, variants }: Org,
  { alias, credentials, ...server }: AuthorizationServer,
  asked: string,
) {
  const id = (variants().defaultServerId === "aus" && alias) || server.id;
  const self = `${url}/api/v1/authorizationServers/${id}`;
  const issuer = addresses.issuerOf(server, asked);
  const { kid } = store.org.get("org")!.signingKeys[0]!;
  return {
    ...server,
    id,
    issuer,
    credentials: { signing: { ...credentials.signing, kid, use: "sig", lastRotated: server.created } },
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
