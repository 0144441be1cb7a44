import { z } from "zod";
import { invalid, parse } from "../errors";
import type { App } from "../model/app";
import { BLANK, groupFilterType, issuerMode } from "../model/fields";
import { save } from "../store";
import { findApp } from "./apps";
import { get, type Org, post, type Route } from "./route";

const body = z.object({
  issuerMode: issuerMode.optional(),
  name: z.string().optional(),
  valueType: z.enum(["GROUPS", "EXPRESSION", "NONE"]).optional(),
  groupFilterType: groupFilterType.optional(),
  value: z.string().optional(),
});

/**
 * The groups claim that the org authorization server puts into an app's ID tokens. It is the Admin Console's own endpoint,
 * which no description covers and no access token opens: `groupsClaim` of the genuine provider's `okta.app.OAuth` rests
 * on it.
 */
export function appIdTokenRoutes(org: Org): Route[] {
  const path = "/api/v1/internal/apps/:appId/settings/oauth/idToken";

  return [
    get(path, "apiToken", ({ params }) => renderIdToken(org, findApp(org, params.appId))),
    post(path, "apiToken", ({ params, body: json }) => {
      const app = findApp(org, params.appId);
      const { issuerMode, name, valueType, groupFilterType, value } = parse(body, json);
      const { oauthClient } = app.settings;
      const changed: App = {
        ...app,
        settings: {
          ...app.settings,
          oauthClient: { ...oauthClient, issuer_mode: issuerMode ?? oauthClient.issuer_mode },
        },
        groupsClaim: undefined,
      };
      if (valueType && valueType !== "NONE") {
        if (!name) throw invalid({ field: "name", message: BLANK });
        if (!value) throw invalid({ field: "value", message: BLANK });
        changed.groupsClaim = { name, valueType, value, groupFilterType };
      }
      return renderIdToken(org, save(org.store.apps, changed));
    }),
  ];
}

function renderIdToken({ url }: Org, app: App) {
  return {
    issuerMode: app.settings.oauthClient.issuer_mode,
    issuer: url,
    orgUrl: url,
    audience: app.credentials.oauthClient.client_id,
    ...app.groupsClaim,
  };
}
