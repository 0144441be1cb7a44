import { grantBody } from "../model/org";
import { newTimes } from "../store";
import { findApp } from "./apps";
import { collection } from "./collection";
import type { Org, Route } from "./route";

/**
 * The scopes of Okta's API that apps were granted.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationGrants/
 */
export function grantRoutes(org: Org): Route[] {
  const { store, url } = org;

  return collection(org, store.grants, {
    path: "/api/v1/apps/:appId/grants",
    id: "grantId",
    idPrefix: "oag",
    access: "okta.appGrants",
    type: "OAuth2ScopeConsentGrant",
    within: ({ appId = "" }) => ({ appId: findApp(org, appId).id }),
    list: {},
    unique: { field: "scopeId", of: ({ scopeId }) => scopeId },
    body: grantBody,
    create: ({ scopeId }) => ({ scopeId, ...newTimes() }),
    remove: true,
    render: ({ appId, ...grant }, self) => {
      const { label, credentials } = findApp(org, appId);
      const clientId = credentials.oauthClient.client_id;
      return {
        ...grant,
        status: "ACTIVE",
        createdBy: { id: store.org.get("org")!.adminId, type: "User" },
        issuer: url,
        clientId,
        source: "ADMIN",
        _links: {
          app: { href: `${url}/api/v1/apps/${appId}`, title: label },
          self: { href: self },
          client: { href: `${url}/oauth2/v1/clients/${clientId}`, title: label },
        },
      };
    },
  }).routes;
}
