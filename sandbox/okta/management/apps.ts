import { alreadyExists, invalid, notFound, OktaError, parse } from "../errors";
import { type App, newId, now, select } from "../store";
import { oidcAppBody, settableApp } from "./oidcApp";
import { filter, noContent, ok, type Org, page, type Route } from "./route";

/**
 * The OIDC apps of the org.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/
 */
export function appRoutes(org: Org): Route[] {
  const { store } = org;

  return [
    {
      method: "GET",
      path: "/api/v1/apps",
      access: "okta.apps.read",
      handle: (request) => {
        const prefix = (request.query.get("q") ?? "").toLowerCase();
        const expression = request.query.get("filter");
        const matches = expression === null ? () => true : filter(expression);
        const apps = select(
          store.apps,
          ({ id, name, label, status }) =>
            [name, label].some((value) => value.toLowerCase().startsWith(prefix)) &&
            matches({ id, name, label, status }),
        );
        return page(org, request, apps, { usual: 20, most: 200 }, (app) => renderApp(org, app));
      },
    },
    {
      method: "POST",
      path: "/api/v1/apps",
      access: "okta.apps.manage",
      handle: ({ body, query }) => {
        const wanted = parse(oidcAppBody, body);
        const id = newId("0oa");
        const settable = settableApp(wanted, id);
        const { client_id: clientId } = settable.credentials.oauthClient;
        const [taken] = select(store.apps, (app) => app.credentials.oauthClient.client_id === clientId);
        if (taken) throw alreadyExists("credentials.oauthClient.client_id");
        const time = now();
        const app: App = {
          ...settable,
          id,
          status: query.get("activate") === "false" ? "INACTIVE" : "ACTIVE",
          created: time,
          lastUpdated: time,
          groupIds: [],
          grantedScopes: [],
          accessPolicyId: store.org.get("org")!.accessPolicyId,
        };
        void store.apps.put(id, app);
        return ok(renderApp(org, app));
      },
    },
    {
      method: "GET",
      path: "/api/v1/apps/:appId",
      access: "okta.apps.read",
      handle: ({ params }) => ok(renderApp(org, findApp(org, params.appId!))),
    },
    {
      method: "PUT",
      path: "/api/v1/apps/:appId",
      access: "okta.apps.manage",
      handle: ({ params, body }) => {
        const old = findApp(org, params.appId!);
        const wanted = parse(oidcAppBody, body);
        const { client_id: oldId } = old.credentials.oauthClient;
        const { client_id: clientId = oldId } = wanted.credentials.oauthClient;
        if (clientId !== oldId)
          throw invalid({ field: "credentials.oauthClient.client_id", message: "The field cannot be changed" });
        const type = old.settings.oauthClient.application_type;
        if (wanted.settings.oauthClient.application_type !== type)
          throw invalid({ field: "settings.oauthClient.application_type", message: "The field cannot be changed" });
        // What the body leaves out goes, as with every PUT of Okta's.
        const { id, status, created, groupsClaim, groupIds, grantedScopes, accessPolicyId } = old;
        const app: App = {
          ...settableApp(wanted, id, old),
          ...{ id, status, created, groupIds, grantedScopes, accessPolicyId },
          ...(groupsClaim && { groupsClaim }),
          lastUpdated: now(),
        };
        void store.apps.put(id, app);
        return ok(renderApp(org, app));
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/apps/:appId",
      access: "okta.apps.manage",
      handle: ({ params }) => {
        const { id, status } = findApp(org, params.appId!);
        if (status === "ACTIVE")
          throw new OktaError(403, "E0000056", "Delete application forbidden.", [
            "The application must be deactivated before deletion.",
          ]);
        void store.apps.remove(id);
        return noContent();
      },
    },
    ...(["activate", "deactivate"] as const).map((operation): Route => ({
      method: "POST",
      path: `/api/v1/apps/:appId/lifecycle/${operation}`,
      access: "okta.apps.manage",
      handle: ({ params }) => {
        const app = findApp(org, params.appId!);
        const status = operation === "activate" ? "ACTIVE" : "INACTIVE";
        void store.apps.put(app.id, { ...app, status, lastUpdated: now() });
        return ok({});
      },
    })),
  ];
}

/** @throws OktaError E0000007 */
export function findApp({ store }: Org, id: string): App {
  const found = store.apps.get(id);
  if (!found) throw notFound(id, "AppInstance");
  return found;
}

/** An app as the API shows it, the client secret included: Okta shows it to whoever may read the app. */
function renderApp({ url }: Org, app: App) {
  const self = `${url}/api/v1/apps/${app.id}`;
  const operation = app.status === "ACTIVE" ? "deactivate" : "activate";
  return {
    id: app.id,
    name: app.name,
    label: app.label,
    status: app.status,
    created: app.created,
    lastUpdated: app.lastUpdated,
    features: [],
    signOnMode: app.signOnMode,
    accessibility: app.accessibility,
    visibility: app.visibility,
    credentials: app.credentials,
    settings: app.settings,
    profile: app.profile,
    _links: {
      self: { href: self },
      [operation]: { href: `${self}/lifecycle/${operation}` },
      accessPolicy: { href: `${url}/api/v1/policies/${app.accessPolicyId}` },
      groups: { href: `${self}/groups` },
    },
  };
}
