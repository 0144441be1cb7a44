import { UNKNOWN, hasUnknown, type CheckFailure, type Props } from "../contract";

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

/** The grant types of an app whose Pulumi program names none: the required ones, or all where none is required. */
export function defaultGrantTypes(type: string): string[] {
  const { required = [], allowed = [] } = GRANTS[type] ?? {};
  return required.length > 0 ? required : allowed;
}

/** The response types that go with grant types, where the Pulumi program names none. */
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
