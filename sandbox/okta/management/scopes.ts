import { z } from "zod";
import { alreadyExists, invalid, notFound, parse } from "../errors";
import { newId, type Scope, select } from "../store";
import { findServer } from "./authorizationServers";
import { filter, created, noContent, ok, type Org, page, type Route } from "./route";

const body = z.object({
  // RFC 6749, section 3.3: what a scope is spelled with.
  name: z
    .string()
    .regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, "A scope has at least one character, and no space, quote or backslash"),
  description: z.string().default(""),
  displayName: z.string().default(""),
  consent: z.enum(["IMPLICIT", "REQUIRED", "FLEXIBLE"]).default("IMPLICIT"),
  metadataPublish: z.enum(["ALL_CLIENTS", "NO_CLIENTS"]).default("NO_CLIENTS"),
  default: z.boolean().default(false),
  optional: z.boolean().default(false),
});

/**
 * The scopes of the authorization servers.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServerScopes/
 */
export function scopeRoutes(org: Org): Route[] {
  const { store } = org;
  const collection = "/api/v1/authorizationServers/:serverId/scopes";

  return [
    {
      method: "GET",
      path: collection,
      access: "okta.authorizationServers.read",
      handle: (request) => {
        const { id } = findServer(org, request.params.serverId!);
        const prefix = (request.query.get("q") ?? "").toLowerCase();
        const expression = request.query.get("filter");
        const matches = expression === null ? () => true : filter(expression);
        const scopes = select(
          store.scopes,
          ({ serverId, name }) => serverId === id && name.toLowerCase().startsWith(prefix) && matches({ name }),
        );
        return page(org, request, scopes, { usual: 200, most: 200 }, (scope) => renderScope(org, scope));
      },
    },
    {
      method: "POST",
      path: collection,
      access: "okta.authorizationServers.manage",
      handle: ({ params, body: json }) => {
        const { id: serverId } = findServer(org, params.serverId!);
        const wanted = parse(body, json);
        refuseTakenName(serverId, wanted.name);
        const scope: Scope = { ...wanted, id: newId("scp"), serverId, system: false };
        void store.scopes.put(scope.id, scope);
        return created(renderScope(org, scope));
      },
    },
    {
      method: "GET",
      path: `${collection}/:scopeId`,
      access: "okta.authorizationServers.read",
      handle: ({ params }) => ok(renderScope(org, findScope(params))),
    },
    {
      method: "PUT",
      path: `${collection}/:scopeId`,
      access: "okta.authorizationServers.manage",
      handle: ({ params, body: json }) => {
        const old = findScope(params);
        const wanted = parse(body, json);
        if (old.system && wanted.name !== old.name)
          throw invalid({ field: "name", message: `The system scope ${old.name} cannot be renamed` });
        refuseTakenName(old.serverId, wanted.name, old.id);
        const scope: Scope = { ...old, ...wanted };
        void store.scopes.put(scope.id, scope);
        return ok(renderScope(org, scope));
      },
    },
    {
      method: "DELETE",
      path: `${collection}/:scopeId`,
      access: "okta.authorizationServers.manage",
      handle: ({ params }) => {
        const scope = findScope(params);
        if (scope.system) throw invalid({ field: "name", message: `The system scope ${scope.name} cannot be deleted` });
        void store.scopes.remove(scope.id);
        return noContent();
      },
    },
  ];

  function refuseTakenName(serverId: string, name: string, except?: string): void {
    const taken = select(store.scopes, (scope) => scope.serverId === serverId && scope.name === name);
    if (taken.some(({ id }) => id !== except)) throw alreadyExists("name");
  }

  function findScope({ serverId, scopeId }: Record<string, string>): Scope {
    const { id } = findServer(org, serverId!);
    const found = store.scopes.get(scopeId!);
    if (found?.serverId !== id) throw notFound(scopeId!, "OAuth2Scope");
    return found;
  }
}

function renderScope({ url }: Org, { serverId, ...scope }: Scope) {
  return { ...scope, _links: { self: { href: `${url}/api/v1/authorizationServers/${serverId}/scopes/${scope.id}` } } };
}
