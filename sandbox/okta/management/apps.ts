import type { z } from "zod";
import { found, invalid, OktaError } from "../errors";
import { type App, appBody, settableApp } from "../model/app";
import { newTimes, now, removeAll, save, secretsOf } from "../store";
import { byAge, setSecret } from "./clientSecrets";
import { collection, lifecycleLinks, without } from "./collection";
import { type Org, put, type Route } from "./route";
import { signOnPolicies } from "./signOnPolicies";

const PATH = "/api/v1/apps";
const DEACTIVATE_FIRST = "The application must be deactivated before deletion.";

/**
 * The OIDC apps of the org.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/
 */
export function appRoutes(org: Org): Route[] {
  const { store } = org;
  const { find: findSignOnPolicy } = signOnPolicies(org);

  const apps = collection(org, store.apps, {
    path: PATH,
    id: "appId",
    idPrefix: "0oa",
    access: "okta.apps",
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
    body: appBody,
    createdStatus: 200,
    create: (wanted, { query }, id) => {
      takeSecret(id, wanted);
      return {
        ...settableApp(wanted, id),
        ...newTimes(),
        status: query.get("activate") === "false" ? "INACTIVE" : "ACTIVE",
        groupIds: [],
        userIds: [],
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
        throw new OktaError(403, "E0000056", "Delete application forbidden.", [DEACTIVATE_FIRST]);
      removeAll(store.secrets, ({ appId }) => appId === id);
      removeAll(store.grants, ({ appId }) => appId === id);
    },
    lifecycle: 200,
    render: (app, self) => renderApp(org, app, self),
  });
  const assignPolicy = put(`${PATH}/:appId/policies/:policyId`, "okta.apps", ({ params }) => {
    const { id: accessPolicyId } = findSignOnPolicy(params);
    save(store.apps, { ...apps.find(params), accessPolicyId });
  });
  return [...apps.routes, assignPolicy];

  function takeSecret(id: string, { credentials: { oauthClient } }: z.output<typeof appBody>): void {
    if (usesSecret(oauthClient)) setSecret(store, id, oauthClient.client_secret, org.variants());
  }
}

/** What becomes of an app by a PUT: what the body leaves out goes, as with every PUT of Okta's. */
function replaced(old: App, wanted: z.output<typeof appBody>): App {
  const { client_id: oldId } = old.credentials.oauthClient;
  const { client_id: clientId = oldId } = wanted.credentials.oauthClient;
  if (clientId !== oldId)
    throw invalid({ field: "credentials.oauthClient.client_id", message: "The field cannot be changed" });
  const type = old.settings.oauthClient.application_type;
  if (wanted.settings.oauthClient.application_type !== type)
    throw invalid({ field: "settings.oauthClient.application_type", message: "The field cannot be changed" });
  const { id, status, created, groupsClaim, groupIds, userIds, accessPolicyId } = old;
  return {
    ...settableApp(wanted, id, old),
    ...{ id, status, created, groupIds, userIds, accessPolicyId },
    ...(groupsClaim && { groupsClaim }),
    lastUpdated: now(),
  };
}

function usesSecret({ token_endpoint_auth_method: method }: { token_endpoint_auth_method: string }): boolean {
  return method.startsWith("client_secret_");
}

/** @throws OktaError E0000007 */
export function findApp({ store }: Org, id = ""): App {
  return found(store.apps.get(id), id, "AppInstance");
}

/** An app as the API shows it, its newest client secret included: Okta shows it to whoever may read the app. */
function renderApp({ store, url }: Org, app: App, self: string) {
  const { oauthClient } = app.credentials;
  const [current] = secretsOf(store, app.id)
    .filter(({ status }) => status === "ACTIVE")
    .sort((one, other) => byAge(other, one));
  const client_secret = usesSecret(oauthClient) ? current?.client_secret : undefined;
  return {
    ...without(app, ["groupsClaim", "groupIds", "userIds", "accessPolicyId"]),
    features: [],
    credentials: { ...app.credentials, oauthClient: { ...oauthClient, client_secret } },
    _links: {
      ...lifecycleLinks(self, app),
      accessPolicy: { href: `${url}/api/v1/policies/${app.accessPolicyId}` },
      groups: { href: `${self}/groups` },
      users: { href: `${self}/users` },
    },
  };
}
