import { UNKNOWN, type CheckFailure, type Props } from "../contract";

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

/** The grant types of an app of each type whose Pulumi program names none. */
export const DEFAULT_GRANT_TYPES: Record<string, string[]> = {
  web: ["authorization_code"],
  native: ["authorization_code"],
  browser: ["implicit", "authorization_code", "refresh_token", ...EXTENSION_GRANTS],
  service: ["client_credentials"],
};

/** The response types that go with grant types, where the Pulumi program names none. */
export function defaultResponseTypes(grantTypes: string[]): string[] {
  const any = (...types: string[]) => types.some((type) => grantTypes.includes(type));
  return [
    ...(any("implicit", "client_credentials") ? ["token"] : []),
    ...(any("password", "authorization_code", "refresh_token") ? ["code"] : []),
  ];
}

/** What does not go together, and Okta does not refuse itself. The genuine provider says most of it in the update. */
export function validateApp(inputs: Props): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
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
