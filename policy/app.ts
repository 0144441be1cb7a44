import { APP, type App } from "./resources";
import type { Rule } from "./rule";

/** Only a web app has a backend that keeps its client secret (RFC 6749, section 2.1). */
export const isWeb: Rule<App> = {
  name: "app-is-web",
  description: "The app in Okta is a web app.",
  remedy: "Set its type to web: Backstage's backend keeps the client secret.",
  level: "mandatory",
  type: APP,
  check: ({ type }) => (type === "web" ? undefined : `Its type is ${type}.`),
};

/** RFC 9700 (OAuth 2.0 Security Best Current Practice), sections 2.1.2 and 2.4. */
export const hasCodeFlowOnly: Rule<App> = {
  name: "app-has-code-flow-only",
  description: "The app takes part in the authorization code flow and refreshes tokens, and in no other flow.",
  remedy: "Set grantTypes to authorization_code and refresh_token, and responseTypes to code.",
  level: "mandatory",
  type: APP,
  check: ({ grantTypes = [], responseTypes = [] }) =>
    isSame(grantTypes, ["authorization_code", "refresh_token"]) && isSame(responseTypes, ["code"])
      ? undefined
      : `Its grant types are ${list(grantTypes)}, its response types ${list(responseTypes)}.`,
};

/** RFC 9700, section 2.5. The portal authenticates by its secret, so a key in the app would be somebody else's. */
export const hasSecret: Rule<App> = {
  name: "app-authenticates-by-its-secret",
  description: "The app authenticates by its client secret, and by nothing else.",
  remedy: "Set tokenEndpointAuthMethod to client_secret_basic, and leave out jwks and jwksUri.",
  level: "mandatory",
  type: APP,
  // Without a method the provider takes client_secret_basic.
  check: ({ tokenEndpointAuthMethod: method = "client_secret_basic", jwks = [], jwksUri }) => {
    if (jwks.length > 0 || jwksUri) return "It has keys.";
    return method === "client_secret_basic" ? undefined : `Its tokenEndpointAuthMethod is ${method}.`;
  },
};

/** With implicit assignment (Okta's Federation Broker Mode) everybody may enter; self-service lets them ask for it. */
export const isForAssignedOnly: Rule<App> = {
  name: "app-is-for-the-assigned-only",
  description: "Only who is assigned to the app may sign in.",
  remedy: "Set implicitAssignment and accessibilitySelfService to false.",
  level: "mandatory",
  type: APP,
  check: ({ implicitAssignment = false, accessibilitySelfService = false }) => {
    if (implicitAssignment) return "It needs no assignment.";
    return accessibilitySelfService ? "People may add it themselves." : undefined;
  },
};

/** RFC 9700, section 2.1.1. Backstage's own module cannot send a challenge, so a portal that is only tried out may go without. */
export const requiresPkce: Rule<App> = {
  name: "app-requires-pkce",
  description: "The app requires PKCE.",
  remedy: "Install this project's backend module in the portal and set authModule to pkce.",
  level: { production: "mandatory", otherwise: "advisory" },
  type: APP,
  check: ({ pkceRequired }) => (pkceRequired ? undefined : "It accepts a sign-in without a code challenge."),
};

/** RFC 9700, section 4.14.2. */
export const rotatesRefreshTokens: Rule<App> = {
  name: "app-rotates-refresh-tokens",
  description: "The app gets a new refresh token with each use of one.",
  remedy: "Set refreshTokenRotation to ROTATE.",
  level: "mandatory",
  type: APP,
  check: ({ refreshTokenRotation }) =>
    refreshTokenRotation === "ROTATE" ? undefined : `Its refreshTokenRotation is ${refreshTokenRotation ?? "not set"}.`,
};

export const isProtected: Rule<App> = {
  name: "app-is-protected",
  description: "The app of a production portal cannot be deleted or replaced by mistake.",
  remedy: "Set protect to true: a new app has a new client secret, and ends every session.",
  level: { production: "mandatory", otherwise: "disabled" },
  type: APP,
  check: (_, { options }) => (options.protect ? undefined : "It is not protected."),
};

/** Without one the app has whatever the org's default is, or what somebody assigned by hand. */
export const hasAuthenticationPolicy: Rule<App> = {
  name: "app-has-an-authentication-policy",
  description: "The app of a production portal has an authentication policy that is named in the config.",
  remedy:
    "Set authenticationPolicy to the name of the org's policy for such apps, as in Security > Authentication Policies.",
  level: { production: "mandatory", otherwise: "disabled" },
  type: APP,
  check: ({ authenticationPolicy }) => (authenticationPolicy ? undefined : "None is named."),
};

const isSame = (values: string[], wanted: string[]) =>
  values.length === wanted.length && wanted.every((value) => values.includes(value));
const list = (values: string[]) => values.join(", ") || "none";
