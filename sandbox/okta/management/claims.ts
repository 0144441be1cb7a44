import { invalid } from "../errors";
import { claimBody } from "../model/authorizationServer";
import { select } from "../store";
import { withinServer } from "./authorizationServers";
import { collection } from "./collection";
import type { Org, Route } from "./route";

/**
 * The claims of the authorization servers.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServerClaims/
 */
export function claimRoutes(org: Org): Route[] {
  const { store } = org;
  const within = withinServer(org);

  return collection(org, store.claims, {
    path: "/api/v1/authorizationServers/:serverId/claims",
    id: "claimId",
    idPrefix: "ocl",
    access: "okta.authorizationServers",
    type: "OAuth2Claim",
    within,
    list: {},
    unique: { field: "name", of: ({ name, claimType }) => `${claimType} ${name}` },
    body: claimBody,
    check: ({ conditions }, params) => {
      const { serverId } = within(params);
      const scopes = select(store.scopes, (scope) => scope.serverId === serverId).map(({ name }) => name);
      const unknown = conditions.scopes.find((name) => !scopes.includes(name));
      if (unknown) throw invalid({ field: "conditions.scopes", message: `The server has no scope named ${unknown}` });
    },
    create: (wanted) => ({ ...wanted, system: false }),
    replace: true,
    remove: ({ name, system }) => {
      if (system) throw invalid({ field: "name", message: `The system claim ${name} cannot be deleted` });
    },
  }).routes;
}
