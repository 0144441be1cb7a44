import type { Fields, Json } from "./fields";

/** What each OpenID Connect app has in Okta's API, whatever the Pulumi program says. */
export const APP: Json = {
  name: "oidc_client",
  signOnMode: "OPENID_CONNECT",
  accessibility: {},
  visibility: { hide: {} },
  settings: { notes: {}, oauthClient: { dpop_bound_access_tokens: false } },
};

const client = (key: string) => ({ at: `credentials.oauthClient.${key}` });
const oauth = (key: string) => ({ at: `settings.oauthClient.${key}` });
const template = (key: string) => ({ at: `credentials.userNameTemplate.${key}` });
const ELSEWHERE = { at: null };

/**
 * okta.app.OAuth, as in the genuine provider but for `logo` (a file to upload) and `preconfiguredApp` (an entry of Okta's
 * catalog): https://github.com/okta/terraform-provider-okta/blob/master/okta/services/idaas/resource_okta_app_oauth.go
 * Okta's object: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/
 */
export const appFields: Fields = {
  label: { type: "string", required: true },
  type: { type: "string", required: true, forceNew: true, ...oauth("application_type") },
  status: { type: "string", default: "ACTIVE", unsent: true },
  clientId: { type: "string", computed: true, forceNew: true, ...client("client_id") },
  omitSecret: { type: "boolean", default: false, ...ELSEWHERE },
  clientBasicSecret: { type: "string", secret: true, ...ELSEWHERE },
  clientBasicSecretWo: { type: "string", secret: true, writeOnly: true, ...ELSEWHERE },
  clientBasicSecretWoVersion: { type: "number", ...ELSEWHERE },
  clientSecret: { type: "string", output: true, secret: true, ...ELSEWHERE },
  tokenEndpointAuthMethod: {
    type: "string",
    default: "client_secret_basic",
    ...client("token_endpoint_auth_method"),
  },
  autoKeyRotation: { type: "boolean", default: true, always: true, ...client("autoKeyRotation") },
  pkceRequired: { type: "boolean", computed: true, always: true, ...client("pkce_required") },
  grantTypes: { type: "set", computed: true, ...oauth("grant_types") },
  responseTypes: {
    type: "set",
    computed: true,
    values: ["code", "token", "id_token"],
    ...oauth("response_types"),
  },
  redirectUris: { type: "list", ...oauth("redirect_uris") },
  postLogoutRedirectUris: { type: "set", ...oauth("post_logout_redirect_uris") },
  wildcardRedirect: { type: "string", default: "DISABLED", ...oauth("wildcard_redirect") },
  issuerMode: { type: "string", default: "ORG_URL", ...oauth("issuer_mode") },
  consentMethod: { type: "string", default: "TRUSTED", optional: true, ...oauth("consent_method") },
  refreshTokenRotation: {
    type: "string",
    default: "STATIC",
    optional: true,
    ...oauth("refresh_token.rotation_type"),
  },
  refreshTokenLeeway: {
    type: "number",
    default: 0,
    always: true,
    optional: true,
    ...oauth("refresh_token.leeway"),
  },
  clientUri: { type: "string", ...oauth("client_uri") },
  logoUri: { type: "string", ...oauth("logo_uri") },
  tosUri: { type: "string", ...oauth("tos_uri") },
  policyUri: { type: "string", ...oauth("policy_uri") },
  loginUri: { type: "string", ...oauth("initiate_login_uri") },
  loginMode: { type: "string", default: "DISABLED", optional: true, ...oauth("idp_initiated_login.mode") },
  loginScopes: { type: "set", always: true, optional: true, ...oauth("idp_initiated_login.default_scope") },
  participateSlo: { type: "boolean", ...oauth("participate_slo") },
  frontchannelLogoutUri: { type: "string", ...oauth("frontchannel_logout_uri") },
  frontchannelLogoutSessionRequired: { type: "boolean", ...oauth("frontchannel_logout_session_required") },
  backchannelCustomAuthenticatorId: { type: "string", ...oauth("backchannel_custom_authenticator_id") },
  jwksUri: { type: "string", ...oauth("jwks_uri") },
  jwks: {
    type: "list",
    of: {
      kid: { type: "string", required: true },
      kty: { type: "string", required: true },
      e: { type: "string" },
      n: { type: "string" },
      x: { type: "string" },
      y: { type: "string" },
    },
    beside: { status: "ACTIVE" },
    ...oauth("jwks.keys"),
  },
  network: {
    type: "object",
    of: {
      connection: { type: "string", required: true },
      includes: { type: "set", at: "include" },
      excludes: { type: "set", at: "exclude" },
    },
    ...oauth("network"),
  },
  groupsClaim: {
    type: "object",
    of: {
      type: { type: "string", required: true },
      filterType: { type: "string" },
      name: { type: "string", required: true },
      value: { type: "string", required: true },
      issuerMode: { type: "string", output: true },
    },
    ...ELSEWHERE,
  },
  authenticationPolicy: { type: "string", computed: true, ...ELSEWHERE },
  skipAuthenticationPolicy: { type: "boolean", default: false, ...ELSEWHERE },
  implicitAssignment: { type: "boolean", at: "settings.implicitAssignment" },
  autoSubmitToolbar: { type: "boolean", default: false, at: "visibility.autoSubmitToolbar" },
  hideIos: { type: "boolean", default: true, at: "visibility.hide.iOS" },
  hideWeb: { type: "boolean", default: true, at: "visibility.hide.web" },
  appLinksJson: { type: "json", unread: true, at: "visibility.appLinks" },
  appSettingsJson: { type: "json", ...ELSEWHERE },
  profile: { type: "json" },
  adminNote: { type: "string", maxLength: 250, at: "settings.notes.admin" },
  enduserNote: { type: "string", maxLength: 250, at: "settings.notes.enduser" },
  accessibilitySelfService: { type: "boolean", default: false, at: "accessibility.selfService" },
  accessibilityErrorRedirectUrl: { type: "string", at: "accessibility.errorRedirectUrl" },
  accessibilityLoginRedirectUrl: { type: "string", at: "accessibility.loginRedirectUrl" },
  userNameTemplate: { type: "string", default: "${source.login}", ...template("template") },
  userNameTemplateSuffix: { type: "string", ...template("userSuffix") },
  userNameTemplateType: { type: "string", default: "BUILT_IN", ...template("type") },
  userNameTemplatePushStatus: { type: "string", computed: true, ...template("pushStatus") },
  name: { type: "string", output: true },
  signOnMode: { type: "string", output: true },
  logoUrl: { type: "string", output: true, ...ELSEWHERE },
};
