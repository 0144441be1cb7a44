import { z } from "zod";
import { invalid } from "../errors";
import type { ClientSecret } from "../model";
import { now, secretsOf } from "../store";
import { findApp } from "./apps";
import { collection, lifecycleLinks } from "./collection";
import { byAge, newSecret } from "./clientSecrets";
import { clientSecret } from "./oidcApp";
import { ok, type Org, type Route } from "./route";

const body = z.object({ client_secret: clientSecret.optional(), status: z.enum(["ACTIVE", "INACTIVE"]).optional() });

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
    scope: "okta.apps",
    type: "OAuth2ClientSecret",
    belongs: ({ appId: of }) => {
      const { id } = findApp(org, of!);
      return ({ appId }) => appId === id;
    },
    list: { order: byAge },
    unique: { field: "client_secret", of: ({ client_secret }) => client_secret },
    body,
    create: ({ client_secret, status }, { params }) => newSecret(store, params.appId!, client_secret, status),
    remove: ({ id, status }) => {
      if (status === "ACTIVE") throw invalid({ field: "status", message: "An active secret cannot be deleted" });
      void store.secrets.remove(id);
    },
    render,
  });

  return [
    ...secrets.routes,
    ...(["activate", "deactivate"] as const).map((operation): Route => ({
      method: "POST",
      path: `${path}/:secretId/lifecycle/${operation}`,
      access: "okta.apps.manage",
      handle: ({ params }) => {
        const secret = secrets.find(params);
        const active = secretsOf(store, secret.appId).filter(({ status }) => status === "ACTIVE");
        if (operation === "deactivate" && active.every(({ id }) => id === secret.id))
          throw invalid({ field: "status", message: "The only active secret of a client cannot be deactivated" });
        const status = operation === "activate" ? "ACTIVE" : "INACTIVE";
        const changed: ClientSecret = { ...secret, status, lastUpdated: now() };
        void store.secrets.put(secret.id, changed);
        return ok(render(changed));
      },
    })),
  ];

  function render({ appId, ...secret }: ClientSecret) {
    const self = `${url}/api/v1/apps/${appId}/credentials/secrets/${secret.id}`;
    const { self: itself, ...operation } = lifecycleLinks(self, secret);
    return { ...secret, _links: { ...operation, ...(secret.status === "INACTIVE" && { delete: itself }) } };
  }
}
