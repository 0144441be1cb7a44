import type { z } from "zod";

/** Okta's own domains. An org under any other name is reached by a custom domain of it. */
const OKTA_DOMAINS = /\.(okta|oktapreview|okta-emea|okta-gov|trexcloud|okta-miltest)\.com$|\.okta\.mil$/;

/** Where Backstage's `okta` provider takes the answer of a sign-in, below the backend's base URL. */
export const CALLBACK_PATH = "/api/auth/okta/handler/frame";

/** Whether a URL is one of Okta's own addresses of an org, and not a custom domain. */
export function isOktaDomain(url: string): boolean {
  return OKTA_DOMAINS.test(new URL(url).hostname);
}

/**
 * Refuses what cannot be the base of an exact redirect URI: Okta compares it character by character, and Backstage
 * builds it by appending a path to the text as it stands.
 */
export function checkPublicUrl(text: string, context: z.RefinementCtx<string>): void {
  const remedy = publicUrlMistake(text);
  if (remedy) context.addIssue({ code: "custom", message: remedy });
}

/** Refuses what cannot be an exact redirect URI (RFC 9700, section 2.1). */
export function checkRedirectUri(text: string, context: z.RefinementCtx<string>): void {
  const remedy = addressMistake(text);
  if (remedy) context.addIssue({ code: "custom", message: remedy });
}

/** Refuses, beyond what no public URL can be, what is not the address of an Okta org. */
export function checkOktaUrl(text: string, context: z.RefinementCtx<string>): void {
  const { hostname, pathname, origin } = new URL(text);
  if (pathname !== "/") {
    context.addIssue({
      code: "custom",
      message: `has a path: set it to ${origin}; authorizationServer names the server`,
    });
  } else if (isOktaDomain(origin) && /^[^.]+-admin\./.test(hostname)) {
    context.addIssue({ code: "custom", message: `is the admin console: set it to ${origin.replace("-admin.", ".")}` });
  }
}

function publicUrlMistake(text: string): string | undefined {
  const mistake = addressMistake(text);
  if (mistake) return mistake;
  if (text.replace(/\/$/, "").endsWith(CALLBACK_PATH)) {
    return `ends in the callback path: leave out ${CALLBACK_PATH}, which is added to it`;
  }
  if (text.endsWith("/")) return "ends in a slash: leave it out";
  const canonical = new URL(text).href.replace(/\/$/, "");
  return text === canonical ? undefined : `is not in the form that browsers send: set it to ${canonical}`;
}

/** What keeps a text from being one exact address to which Okta may send a browser. */
function addressMistake(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (text.includes("*")) return "has a wildcard: name the one host that people open";
  if (!url || !/^https?:$/.test(url.protocol)) return "is not a URL: use one such as https://backstage.acme.example";
  if (url.username || url.password) return "has user information: leave out what stands before the @";
  if (url.protocol === "http:" && !["localhost", "127.0.0.1"].includes(url.hostname)) {
    return "is http: use https; http is for localhost and 127.0.0.1 alone";
  }
  if (text.includes("?")) return "has a query: leave out the ? and what follows";
  return text.includes("#") ? "has a fragment: leave out the # and what follows" : undefined;
}
