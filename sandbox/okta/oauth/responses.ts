import type { KoaContextWithOIDC, errors as oidc } from "oidc-provider";
import { signAccessToken } from "./accessToken";
import { findApp } from "./clients";
import { errorPage, type OAuthError, signedOutPage } from "./pages";
import type { Server } from "./server";

/**
 * An error of `oidc-provider` in Okta's words and code. What has none of its own here is passed on: it is Okta's already,
 * or so rare that nobody reported how Okta puts it.
 */
export function inOktasWords(
  { store, issuer }: Server,
  { oidc }: KoaContextWithOIDC,
  { error, error_detail, error_description }: oidc.OIDCProviderError,
): OAuthError {
  const app = oidc.client && findApp(store, oidc.client.clientId);
  const { grant_types = [], response_types = [] } = app?.settings.oauthClient ?? {};
  const settings = `${new URL(issuer).origin}/admin/app/oidc_client/instance/${app?.id}#tab-general`;

  const answers = answersOf(settings, grant_types, response_types, oidc.params?.grant_type === "refresh_token");
  const said = `${error}: ${error_detail ?? error_description}`;
  const [, code = error, description = error_description ?? ""] = answers.find(([when]) => when.test(said)) ?? [];
  return { error: code, error_description: description };
}

/** By what of `oidc-provider`'s words Okta's code and description are found. */
function answersOf(
  settings: string,
  grant_types: string[],
  response_types: string[],
  isRefresh: boolean,
): [when: RegExp, error: string, description: string][] {
  return [
    [/client not found/, "invalid_client", "Invalid value for 'client_id' parameter."],
    [/no client authentication mechanism/, "invalid_client", "A client_id must be provided in the request."],
    [/invalid secret/, "invalid_client", "The client secret supplied for a confidential client is invalid."],
    [
      /^invalid_client: the provided authentication mechanism/,
      "invalid_client",
      "Client authentication failed. Either the client or the client credentials are invalid.",
    ],
    [
      /^invalid_redirect_uri/,
      "invalid_request",
      `The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: ${settings}`,
    ],
    [
      /post_logout_redirect_uri not registered/,
      "invalid_request",
      `The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings: ${settings}`,
    ],
    [
      /^unsupported_response_type|response_type is not allowed/,
      "unsupported_response_type",
      `The response type is not supported by the authorization server. Configured response types: [${response_types.join(", ")}]`,
    ],
    [/policy requires PKCE/, "invalid_request", "PKCE code challenge is required by the application."],
    [/^login_required/, "login_required", "The client specified not to prompt, but the user is not logged in."],
    [
      /^unsupported_grant_type/,
      "unsupported_grant_type",
      "The authorization grant type is not supported by the authorization server.",
    ],
    [
      /grant type is not allowed/,
      "unauthorized_client",
      `The client is not authorized to use the provided grant type. Configured grant types: [${grant_types.join(", ")}].`,
    ],
    [/code_verifier/, "invalid_grant", "PKCE verification failed."],
    [
      /code redirect_uri mismatch/,
      "invalid_grant",
      "The 'redirect_uri' does not match the redirection URI used in the authorization request.",
    ],
    [
      /^invalid_grant/,
      "invalid_grant",
      isRefresh ? "The refresh token is invalid or expired." : "The authorization code is invalid or has expired.",
    ],
    [/^invalid_token/, "invalid_token", "The access token is invalid."],
  ];
}

/** Puts Okta's words into the redirect back to the app, and takes out the `iss` parameter, which Okta does not send. */
export function redirectInOktasWords(server: Server, ctx: KoaContextWithOIDC): void {
  const location = URL.parse(ctx.response.get("location"));
  if (!location) return;
  const inFragment = location.hash !== "";
  const parameters = inFragment ? new URLSearchParams(location.hash.slice(1)) : location.searchParams;
  parameters.delete("iss");
  if (ctx.state.error) {
    const { error, error_description } = inOktasWords(server, ctx, ctx.state.error as oidc.OIDCProviderError);
    parameters.set("error", error);
    parameters.set("error_description", error_description);
  }
  if (inFragment) location.hash = parameters.toString();
  ctx.redirect(location.href);
}

/** Makes the access token of a token response one of Okta's form. */
export async function wrapAccessToken({ store, issuer, audience }: Server, ctx: KoaContextWithOIDC): Promise<void> {
  const response = ctx.body as { access_token: string; expires_in: number };
  const { AccessToken, ClientCredentials } = ctx.oidc.entities;
  const claims = { ...(AccessToken ?? ClientCredentials)?.extra, iss: issuer, aud: audience };
  ctx.body = {
    ...response,
    access_token: await signAccessToken(store, response.access_token, { expiresIn: response.expires_in, claims }),
  };
}

/**
 * Signs the browser out at once, where `oidc-provider` would ask first, and sends it back to the app. When the ID token
 * is another user's than the session's, or there is no session, nothing ends.
 */
export async function signOut(ctx: KoaContextWithOIDC): Promise<void> {
  const { session, params, provider, entities } = ctx.oidc;
  if (!entities.IdTokenHint) {
    const error_description = "The 'id_token_hint' parameter is missing or empty.";
    ctx.status = 400;
    ctx.body = errorPage(ctx.status, { error: "invalid_request", error_description });
    return;
  }
  if (session?.accountId !== undefined && entities.IdTokenHint.payload.sub === session.accountId) {
    await session.destroy();
    ctx.cookies.set(provider.cookieName("session"), null, { overwrite: true });
  }
  if (typeof params?.post_logout_redirect_uri === "string") {
    const back = new URL(params.post_logout_redirect_uri);
    if (typeof params.state === "string") back.searchParams.set("state", params.state);
    ctx.status = 303;
    ctx.redirect(back.href);
  } else {
    ctx.type = "html";
    ctx.body = signedOutPage();
  }
}
