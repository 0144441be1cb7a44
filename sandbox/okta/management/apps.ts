import type { z } from "zod";
import { invalid, notFound, OktaError } from "../errors";
import type { App } from "../model";
import { newId, now, secretsOf } from "../store";

import { collection, lifecycleLinks } from "./collection";
import { byAge, setSecret } from "./clientSecrets";
import { oidcAppBody, settableApp } from "./oidcApp";
import type { Org, Route } from "./route";

/**
 * The OIDC apps of the org.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/
 */
export function appRoutes(org: Org): Route[] {
  const { store } = org;

  return collection(org, store.apps, {
    path: "/api/v1/apps",
    id: "appId",
    scope: "okta.apps",
    type: "AppInstance",
    list: {
      q: ({ name, label }, text) => [name, label].some((value) => value.toLowerCase().startsWith(text)),
      filter: {
        id: ({ id }) => id,
        name: ({ name }) => name,
        label: ({ label }) => label,
        status: ({ status }) => status,
      },
      pageSize: { usual: 20, most: 200 },
    },
    unique: { field: "credentials.oauthClient.client_id", of: ({ credentials }) => credentials.oauthClient.client_id },
    body: oidcAppBody,
    createdStatus: 200,
    create: (wanted, { query }): App => {
      const time = now();
      const id = newId("0oa");
      takeSecret(id, wanted);
      return {
        ...settableApp(wanted, id),
        id,
        status: query.get("activate") === "false" ? "INACTIVE" : "ACTIVE",
        created: time,
        lastUpdated: time,
        groupIds: [],
        grantedScopes: [],
        accessPolicyId: store.org.get("org")!.accessPolicyId,
      };
    },
    replace: (old, wanted) => {
      const app = replaced(old, wanted);
      takeSecret(old.id, wanted);
      return app;
    },
    remove: ({ id, status }) => {
      if (status === "ACTIVE")
        throw new OktaError(403, "E0000056", "Delete application forbidden.", [
          "The application must be deactivated before deletion.",
        ]);
      for (const secret of secretsOf(store, id)) void store.secrets.remove(secret.id);
      void store.apps.remove(id);
    },
    lifecycle: 200,
    render: (app) => renderApp(org, app),
  }).routes;

  function takeSecret(id: string, { credentials: { oauthClient } }: z.output<typeof oidcAppBody>): void {
    if (usesSecret(oauthClient)) setSecret(store, id, oauthClient.client_secret, org.variants());
  }
}

/** What becomes of an app by a PUT: what the body leaves out goes, as with every PUT of Okta's. */
function replaced(old: App, wanted: z.output<typeof oidcAppBody>): App {
  const { client_id: oldId } = old.credentials.oauthClient;
  const { client_id: clientId = oldId } = wanted.credentials.oauthClient;
  if (clientId !== oldId)
    throw invalid({ field: "credentials.oauthClient.client_id", message: "The field cannot be changed" });
  const type = old.settings.oauthClient.application_type;
  if (wanted.settings.oauthClient.application_type !== type)
    throw invalid({ field: "settings.oauthClient.application_type", message: "The field cannot be changed" });
  const { id, status, created, groupsClaim, groupIds, userIds, grantedScopes, accessPolicyId } = old;
  return {
    ...settableApp(wanted, id, old),
    ...{ id, status, created, groupIds, userIds, grantedScopes, accessPolicyId },
    ...(groupsClaim && { groupsClaim }),
    lastUpdated: now(),
  };
}

function usesSecret({ token_endpoint_auth_method: method }: { token_endpoint_auth_method: string }): boolean {
  return method.startsWith("client_secret_");
}

/** @throws OktaError E0000007 */
export function findApp({ store }: Org, id: string): App {
  const found = store.apps.get(id);
  if (!found) throw notFound(id, "AppInstance");
  return found;
}

/** An app as the API shows it, its newest client secret included: Okta shows it to whoever may read the app. */
function renderApp({ store, url }: Org, app: App) {
  const { oauthClient } = app.credentials;
  const [current] = secretsOf(store, app.id)
    .filter(({ status }) => status === "ACTIVE")
    .sort((one, other) => byAge(other, one));
  const client_secret = usesSecret(oauthClient) ? current?.client_secret : undefined;
  const self = `${url}/api/v1/apps/${app.id}`;
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
    credentials: { ...app.credentials, oauthClient: { ...oauthClient, client_secret } },
    settings: app.settings,
    profile: app.profile,
    _links: {
      ...lifecycleLinks(self, app),
      accessPolicy: { href: `${url}/api/v1/policies/${app.accessPolicyId}` },
      groups: { href: `${self}/groups` },
      users: { href: `${self}/users` },
    },
  };
}
