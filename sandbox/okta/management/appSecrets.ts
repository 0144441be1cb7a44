import { invalid } from "../errors";
import { type ClientSecret, secretBody } from "../model/org";
import { change, secretsOf } from "../store";
import { findApp } from "./apps";
import { collection, LIFECYCLE, lifecycleLinks } from "./collection";
import { byAge, newSecret } from "./clientSecrets";
import { type Org, post, type Route } from "./route";

/**
 * The client secrets of an app: two at most, of which one at least is active.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationSSOPublicKeys/
 */
export function appSecretRoutes(org: Org): Route[] {
  const { store, url } = org;
  const path = "/api/v1/apps/:appId/credentials/secrets";

  const secrets = collection(org, store.secrets, {
    path,
    id: "secretId",
    idPrefix: "ocs",
    access: "okta.apps",
    type: "OAuth2ClientSecret",
    within: ({ appId }) => ({ appId: findApp(org, appId).id }),
    list: { order: byAge },
    unique: { field: "client_secret", of: ({ client_secret }) => client_secret },
    body: secretBody,
    create: ({ client_secret, status }, { params }) => newSecret(store, params.appId!, client_secret, status),
    remove: ({ status }) => {
      if (status === "ACTIVE") throw invalid({ field: "status", message: "An active secret cannot be deleted" });
    },
    render,
  });

  return [
    ...secrets.routes,
    ...LIFECYCLE.map(([operation, status]) =>
      post(`${path}/:secretId/lifecycle/${operation}`, "okta.apps", ({ params }) => {
        const secret = secrets.find(params);
        const active = secretsOf(store, secret.appId).filter((each) => each.status === "ACTIVE");
        if (status === "INACTIVE" && active.every(({ id }) => id === secret.id))
          throw invalid({ field: "status", message: "The only active secret of a client cannot be deactivated" });
        return render(change(store.secrets, secret, { status }));
      }),
    ),
  ];

  function render({ appId, ...secret }: ClientSecret) {
    const self = `${url}/api/v1/apps/${appId}/credentials/secrets/${secret.id}`;
    const { self: itself, ...operation } = lifecycleLinks(self, secret);
    return { ...secret, _links: { ...operation, ...(secret.status === "INACTIVE" && { delete: itself }) } };
  }
}
