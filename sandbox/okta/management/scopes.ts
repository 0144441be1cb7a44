import { invalid } from "../errors";
import { scopeBody } from "../model/authorizationServer";
import { withinServer } from "./authorizationServers";
import { collection } from "./collection";
import type { Org, Route } from "./route";

/**
 * The scopes of the authorization servers.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServerScopes/
 */
export function scopeRoutes(org: Org): Route[] {
  return collection(org, org.store.scopes, {
    path: "/api/v1/authorizationServers/:serverId/scopes",
    id: "scopeId",
    idPrefix: "scp",
    access: "okta.authorizationServers",
    type: "OAuth2Scope",
    within: withinServer(org),
    list: {
      q: ({ name }, text) => name.toLowerCase().startsWith(text),
      filter: { name: ({ name }) => name },
      pageSize: { usual: 200, most: 200 },
    },
    unique: { field: "name", of: ({ name }) => name },
    body: scopeBody,
    check: (wanted, _, old) => {
      if (old?.system && wanted.name !== old.name)
        throw invalid({ field: "name", message: `The system scope ${old.name} cannot be renamed` });
    },
    create: (wanted) => ({ ...wanted, system: false }),
    replace: true,
    remove: ({ name, system }) => {
      if (system) throw invalid({ field: "name", message: `The system scope ${name} cannot be deleted` });
    },
  }).routes;
}
