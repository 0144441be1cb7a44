import { z } from "zod";
import { invalid } from "../errors";
import { newId } from "../store";
import { findServer, onServer } from "./authorizationServers";
import { collection } from "./collection";
import type { Org, Route } from "./route";

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
  const { store, url } = org;

  return collection(org, store.scopes, {
    path: "/api/v1/authorizationServers/:serverId/scopes",
    id: "scopeId",
    scope: "okta.authorizationServers",
    type: "OAuth2Scope",
    belongs: onServer(org),
    list: {
      q: ({ name }, text) => name.toLowerCase().startsWith(text),
      filter: { name: ({ name }) => name },
      pageSize: { usual: 200, most: 200 },
    },
    unique: { field: "name", of: ({ name }) => name },
    body,
    create: (wanted, { params }) => ({
      ...wanted,
      id: newId("scp"),
      serverId: findServer(org, params.serverId!).id,
      system: false,
    }),
    replace: (scope, wanted) => {
      if (scope.system && wanted.name !== scope.name)
        throw invalid({ field: "name", message: `The system scope ${scope.name} cannot be renamed` });
      return { ...scope, ...wanted };
    },
    remove: ({ id, name, system }) => {
      if (system) throw invalid({ field: "name", message: `The system scope ${name} cannot be deleted` });
      void store.scopes.remove(id);
    },
    render: ({ serverId, ...scope }) => ({
      ...scope,
      _links: { self: { href: `${url}/api/v1/authorizationServers/${serverId}/scopes/${scope.id}` } },
    }),
  }).routes;
}
