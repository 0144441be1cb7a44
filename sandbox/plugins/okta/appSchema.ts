import { UNKNOWN, hasUnknown, type CheckFailure, type Props } from "../contract";
import type { Schema } from "../schema";

/**
 * okta.app.OAuth, as in the genuine provider but for `logo` (a file to upload) and `preconfiguredApp` (an entry of Okta's
 * catalog): https://github.com/okta/terraform-provider-okta/blob/master/okta/services/idaas/resource_okta_app_oauth.go
 */
export const appSchema: Schema = {
  label: { type: "string", required: true },
  type: { type: "string", required: true, forceNew: true },
  status: { type: "string", default: "ACTIVE" },
  clientId: { type: "string", computed: true, forceNew: true },
  omitSecret: { type: "boolean", default: false },
  clientBasicSecret: { type: "string", secret: true },
  clientBasicSecretWo: { type: "string", secret: true, writeOnly: true },
  clientBasicSecretWoVersion: { type: "number" },
  tokenEndpointAuthMethod: { type: "string", default: "client_secret_basic" },
  autoKeyRotation: { type: "boolean", default: true },
  pkceRequired: { type: "boolean", computed: true },
  grantTypes: { type: "set", computed: true },
  responseTypes: { type: "set", computed: true, values: ["code", "token", "id_token"] },
  redirectUris: { type: "list" },
  postLogoutRedirectUris: { type: "set" },
  wildcardRedirect: { type: "string", default: "DISABLED" },
  issuerMode: { type: "string", default: "ORG_URL" },
  consentMethod: { type: "string", default: "TRUSTED" },
  refreshTokenRotation: { type: "string", default: "STATIC" },
  refreshTokenLeeway: { type: "number", default: 0 },
  clientUri: { type: "string" },
  logoUri: { type: "string" },
  tosUri: { type: "string" },
  policyUri: { type: "string" },
  loginUri: { type: "string" },
  loginMode: { type: "string", default: "DISABLED" },
  loginScopes: { type: "set" },
  participateSlo: { type: "boolean" },
  frontchannelLogoutUri: { type: "string" },
  frontchannelLogoutSessionRequired: { type: "boolean" },
  backchannelCustomAuthenticatorId: { type: "string" },
  jwksUri: { type: "string" },
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
  },
  network: {
    type: "object",
    of: { connection: { type: "string", required: true }, includes: { type: "set" }, excludes: { type: "set" } },
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
  },
  authenticationPolicy: { type: "string", computed: true },
  skipAuthenticationPolicy: { type: "boolean", default: false },
  implicitAssignment: { type: "boolean" },
  autoSubmitToolbar: { type: "boolean", default: false },
  hideIos: { type: "boolean", default: true },
  hideWeb: { type: "boolean", default: true },
  appLinksJson: { type: "json" },
  appSettingsJson: { type: "json" },
  profile: { type: "json" },
  adminNote: { type: "string", maxLength: 250 },
  enduserNote: { type: "string", maxLength: 250 },
  accessibilitySelfService: { type: "boolean", default: false },
  accessibilityErrorRedirectUrl: { type: "string" },
  accessibilityLoginRedirectUrl: { type: "string" },
  userNameTemplate: { type: "string", default: "${source.login}" },
  userNameTemplateSuffix: { type: "string" },
  userNameTemplateType: { type: "string", default: "BUILT_IN" },
  userNameTemplatePushStatus: { type: "string", computed: true },
  name: { type: "string", output: true },
  signOnMode: { type: "string", output: true },
  clientSecret: { type: "string", output: true, secret: true },
  logoUrl: { type: "string", output: true },
};

const EXTENSION_GRANTS = [
  "urn:ietf:params:oauth:grant-type:saml2-bearer",
  "urn:ietf:params:oauth:grant-type:token-exchange",
  "urn:ietf:params:oauth:grant-type:device_code",
  "interaction_code",
  "urn:okta:params:oauth:grant-type:oob",
  "urn:okta:params:oauth:grant-type:otp",
  "http://auth0.com/oauth/grant-type/mfa-oob",
  "http://auth0.com/oauth/grant-type/mfa-otp",
];

/** Which grant types an app of each type must have, and which it may have besides. */
const GRANTS: Record<string, { required: string[]; allowed: string[] }> = {
  web: {
    required: ["authorization_code"],
    allowed: [
      "implicit",
      "refresh_token",
      "client_credentials",
      "urn:openid:params:grant-type:ciba",
      ...EXTENSION_GRANTS,
    ],
  },
  native: {
    required: ["authorization_code"],
    allowed: [
      "implicit",
      "refresh_token",
      "password",
      "urn:ietf:params:oauth:grant-type:jwt-bearer",
      ...EXTENSION_GRANTS,
    ],
  },
  browser: { required: [], allowed: ["implicit", "authorization_code", "refresh_token", ...EXTENSION_GRANTS] },
  service: { required: ["client_credentials"], allowed: ["implicit", ...EXTENSION_GRANTS] },
};

/** The grant types of an app whose program names none: the required ones, or all where none is required. */
export function defaultGrantTypes(type: string): string[] {
  const { required = [], allowed = [] } = GRANTS[type] ?? {};
  return required.length > 0 ? required : allowed;
}

/** The response types that go with grant types, where the program names none. */
export function defaultResponseTypes(grantTypes: string[]): string[] {
  const any = (...types: string[]) => types.some((type) => grantTypes.includes(type));
  return [
    ...(any("implicit", "client_credentials") ? ["token"] : []),
    ...(any("password", "authorization_code", "refresh_token") ? ["code"] : []),
  ];
}

/** What does not go together. The genuine provider says so in the update; here the preview does. */
export function validateApp(inputs: Props): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
  const grantTypes = hasUnknown(inputs.grantTypes) ? [] : ((inputs.grantTypes ?? []) as string[]);
  const type = inputs.type as string;
  const grants = GRANTS[type];

  if (grants && grantTypes.length > 0) {
    const possible = [...grants.required, ...grants.allowed];
    const wrong = grantTypes.filter((grant) => !possible.includes(grant));
    const missing = grants.required.filter((grant) => !grantTypes.includes(grant));
    if (wrong.length > 0) refuse("grantTypes", `an app of type ${type} cannot have ${wrong.join(", ")}`);
    if (missing.length > 0) refuse("grantTypes", `an app of type ${type} must have ${missing.join(", ")}`);
  }
  const responseTypes = (inputs.responseTypes ?? []) as string[];
  if (grantTypes.includes("implicit") && !["token", "id_token"].some((each) => responseTypes.includes(each))) {
    refuse("responseTypes", "must contain token or id_token when grantTypes contains implicit");
  }
  if (inputs.tokenEndpointAuthMethod === "private_key_jwt" && !inputs.jwks && !inputs.jwksUri) {
    refuse("jwks", "jwks or jwksUri is required when tokenEndpointAuthMethod is private_key_jwt");
  }
  if (![UNKNOWN, "DISABLED"].includes(inputs.loginMode as string) && !inputs.loginUri) {
    refuse("loginUri", "is required when loginMode is not DISABLED");
  }
  if (inputs.loginMode === "OKTA" && ((inputs.loginScopes ?? []) as string[]).length === 0) {
    refuse("loginScopes", "must not be empty when loginMode is OKTA");
  }
  if (inputs.clientBasicSecret && inputs.clientBasicSecretWo) {
    refuse("clientBasicSecretWo", "cannot be set together with clientBasicSecret");
  }
  if (inputs.skipAuthenticationPolicy && inputs.authenticationPolicy) {
    refuse("skipAuthenticationPolicy", "cannot be set together with authenticationPolicy");
  }
  const claim = inputs.groupsClaim as Props | undefined;
  if (claim?.type === "FILTER" && !claim.filterType) {
    refuse("groupsClaim.filterType", "is required when type is FILTER");
  }
  if (claim?.type === "EXPRESSION" && claim.filterType) {
    refuse("groupsClaim.filterType", "goes with type FILTER alone");
  }
  return failures;
}
