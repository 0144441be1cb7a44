import { randomBytes } from "node:crypto";
import type { AdapterPayload } from "oidc-provider";
import type { App } from "../model/app";
import type { Group, User } from "../model/org";
import { select, type Store } from "../store";

/**
 * Stands for the credentials of a client: the local Okta checks its assertion or secret before `oidc-provider` sees the
 * request (clientAssertion.ts, clientSecret.ts), and vouches for the client with this. It exists in this process alone.
 */
export const vouched = randomBytes(32).toString("base64url");

/** The active OpenID Connect app that has a client ID. */
export function findApp(store: Store, clientId: string): App | undefined {
  const [app] = select(
    store.apps,
    ({ status, signOnMode, credentials }) =>
      status === "ACTIVE" && signOnMode === "OPENID_CONNECT" && credentials.oauthClient.client_id === clientId,
  );
  return app;
}

/** An app as a client in the terms of OpenID Connect Dynamic Client Registration 1.0, of which the code flow is served alone. */
export function clientMetadata(app: App): AdapterPayload {
  const { client_id, token_endpoint_auth_method } = app.credentials.oauthClient;
  const { application_type, grant_types, redirect_uris = [], post_logout_redirect_uris } = app.settings.oauthClient;
  const signsAssertions = token_endpoint_auth_method === "private_key_jwt";
  return {
    client_id,
    client_secret: token_endpoint_auth_method === "none" ? undefined : vouched,
    token_endpoint_auth_method: signsAssertions ? "client_secret_post" : token_endpoint_auth_method,
    application_type: application_type === "native" ? "native" : "web",
    grant_types: ["authorization_code", "refresh_token", "client_credentials"].filter((type) =>
      grant_types.includes(type),
    ),
    response_types: redirect_uris.length > 0 ? ["code"] : [],
    redirect_uris,
    post_logout_redirect_uris: post_logout_redirect_uris ?? [],
  };
}

/** The groups a user is in, Everyone among them. */
export function groupsOf(store: Store, user: User): Group[] {
  return select(store.groups, ({ id, type }) => type === "BUILT_IN" || user.groupIds.includes(id));
}

/**
 * Whether the user or one of the user's groups is assigned to the app, or the app is for everybody (`implicitAssignment`,
 * which the Admin Console calls Federation Broker Mode).
 */
export function isAssigned(store: Store, app: App, user: User): boolean {
  const isDirect = app.userIds.includes(user.id);
  return app.settings.implicitAssignment === true || isDirect || isAssignedByGroup(store, app, user);
}

export function isAssignedByGroup(store: Store, app: App, user: User): boolean {
  return groupsOf(store, user).some(({ id }) => app.groupIds.includes(id));
}
