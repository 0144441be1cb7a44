import { APP, type App } from "./resources";
import type { Rule } from "./rule";
import { isLoopback, withoutPassword } from "./urls";

/** Where Backstage's `okta` provider takes the answer of a sign-in, below the backend's base URL. */
const CALLBACK_PATH = "/api/auth/okta/handler/frame";

/** RFC 9700, section 2.1: compared as exact strings, over https. */
export const areExact: Rule<App> = {
  name: "redirect-uris-are-exact",
  description:
    "Redirect URIs are exact: https, and http for this machine alone, without a wildcard, query or fragment.",
  remedy: "Set portalUrl, or backendUrl, to the one https address that people open, and wildcardRedirect to DISABLED.",
  level: "mandatory",
  type: APP,
  check: ({ redirectUris = [], postLogoutRedirectUris = [], wildcardRedirect = "DISABLED" }) => {
    if (wildcardRedirect !== "DISABLED") return `Its wildcardRedirect is ${wildcardRedirect}.`;
    const loose = [...redirectUris, ...postLogoutRedirectUris].find((uri) => !isExact(uri));
    return loose === undefined ? undefined : `${withoutPassword(loose)} is not exact.`;
  },
};

export const areThePortals: Rule<App> = {
  name: "redirect-uris-are-the-portals",
  description: `The redirect URI is the portal's own, which ends in ${CALLBACK_PATH}, beside those that the config names; after signing out people come to the portal.`,
  remedy:
    "Take the others out, or name them in redirectUris: an address of somebody else could be sent the authorization code.",
  level: "mandatory",
  type: APP,
  check: ({ redirectUris = [], postLogoutRedirectUris = [] }, { stack }) => {
    const callback = stack.backendUrl + CALLBACK_PATH;
    const foreign =
      redirectUris.find((uri) => uri !== callback && !stack.redirectUris.includes(uri)) ??
      postLogoutRedirectUris.find((uri) => uri !== `${stack.portalUrl}/`);
    if (foreign !== undefined) return `${withoutPassword(foreign)} is not the portal's.`;
    return redirectUris.includes(callback) ? undefined : `${callback} is none of its redirect URIs.`;
  },
};

/** Where else Okta sends a browser for an app: from its tile, at an error, or as somebody signs out. */
export const sendsToThePortal: Rule<App> = {
  name: "app-sends-people-to-the-portal",
  description: "Each address to which Okta sends people for the app is the portal's.",
  remedy: "Leave the address out, or set it to one below portalUrl.",
  level: "mandatory",
  type: APP,
  check: (app, { stack }) => {
    const { loginUri, frontchannelLogoutUri, accessibilityErrorRedirectUrl, accessibilityLoginRedirectUrl } = app;
    const addresses = { loginUri, frontchannelLogoutUri, accessibilityErrorRedirectUrl, accessibilityLoginRedirectUrl };
    const foreign = Object.entries(addresses).find(([, uri]) => uri && !uri.startsWith(`${stack.portalUrl}/`));
    return foreign && `Its ${foreign[0]}, ${withoutPassword(foreign[1]!)}, is not the portal's.`;
  },
};

function isExact(uri: string): boolean {
  if (!URL.canParse(uri) || /[*?#]/.test(uri)) return false;
  const url = new URL(uri);
  if (url.username || url.password) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
}
