import { createHash } from "node:crypto";
import { z } from "zod";
import { alreadyExists, invalid, notFound, parse } from "../errors";
import type { App } from "../model";
import { now } from "../store";
import { findApp } from "./apps";
import { created, noContent, ok, type Org, type Route } from "./route";
import { signOnPolicies } from "./signOnPolicies";

const grantBody = z.object({ scopeId: z.string().min(1), issuer: z.string().min(1) });

/** What hangs on an app beside its own properties: its sign-in policy, and the API scopes that it was granted. */
export function appSettingRoutes(org: Org): Route[] {
  const { store } = org;

  return [
    {
      method: "PUT",
      path: "/api/v1/apps/:appId/policies/:policyId",
      access: "okta.apps.manage",
      handle: ({ params }) => {
        const app = findApp(org, params.appId!);
        const { id: accessPolicyId } = signOnPolicies(org).find(params);
        void store.apps.put(app.id, { ...app, accessPolicyId });
        return noContent();
      },
    },
    {
      method: "GET",
      path: "/api/v1/apps/:appId/grants",
      access: "okta.appGrants.read",
      handle: ({ params }) => {
        const app = findApp(org, params.appId!);
        return ok(app.grantedScopes.map((scope) => renderGrant(org, app, scope)));
      },
    },
    {
      method: "POST",
      path: "/api/v1/apps/:appId/grants",
      access: "okta.appGrants.manage",
      handle: ({ params, body }) => {
        const { scopeId } = parse(grantBody, body);
        const app = withScope(findApp(org, params.appId!), scopeId);
        void store.apps.put(app.id, app);
        return created(renderGrant(org, app, scopeId));
      },
    },
    {
      method: "GET",
      path: "/api/v1/apps/:appId/grants/:grantId",
      access: "okta.appGrants.read",
      handle: ({ params }) => {
        const { app, scope } = findGrant(org, params);
        return ok(renderGrant(org, app, scope));
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/apps/:appId/grants/:grantId",
      access: "okta.appGrants.manage",
      handle: ({ params }) => {
        const { app, scope } = findGrant(org, params);
        const grantedScopes = app.grantedScopes.filter((each) => each !== scope);
        void store.apps.put(app.id, { ...app, grantedScopes, lastUpdated: now() });
        return noContent();
      },
    },
  ];
}

function findGrant(org: Org, params: Record<string, string>): { app: App; scope: string } {
  const app = findApp(org, params.appId!);
  const scope = app.grantedScopes.find((each) => grantId(app, each) === params.grantId);
  if (!scope) throw notFound(params.grantId!, "OAuth2ScopeConsentGrant");
  return { app, scope };
}

/** The app with one scope more. */
function withScope(app: App, scope: string): App {
  if (!/^okta\.[\w.]+\.(read|manage|self)$/.test(scope))
    throw invalid({ field: "scopeId", message: `${scope} is not an Okta API scope` });
  if (app.grantedScopes.includes(scope)) throw alreadyExists("scopeId");
  return { ...app, grantedScopes: [...app.grantedScopes, scope], lastUpdated: now() };
}

/** A grant is its app and its scope: its ID follows from them. */
function grantId(app: App, scope: string): string {
  return "oag" + createHash("sha256").update(`${app.id} ${scope}`).digest("hex").slice(0, 17);
}

function renderGrant({ store, url }: Org, app: App, scope: string) {
  const self = `${url}/api/v1/apps/${app.id}`;
  return {
    id: grantId(app, scope),
    status: "ACTIVE",
    created: app.lastUpdated,
    createdBy: { id: store.org.get("org")!.adminId, type: "User" },
    lastUpdated: app.lastUpdated,
    issuer: url,
    clientId: app.credentials.oauthClient.client_id,
    scopeId: scope,
    source: "ADMIN",
    _links: {
      app: { href: self, title: app.label },
      self: { href: `${self}/grants/${grantId(app, scope)}` },
      client: { href: `${url}/oauth2/v1/clients/${app.credentials.oauthClient.client_id}`, title: app.label },
    },
  };
}
