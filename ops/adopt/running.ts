import type { Config } from "../rollback/history";
import type { Overlay } from "../signIn/overlay";
import type { SignIn } from "../signIn/model";
import { askPortal } from "../verify/http";
import { browserConfig } from "../verify/page";
import { Stopped } from "../verify/check";
import { valueOf } from "./config";

/** How the portal that runs today signs people in, by what it sends to Okta. */
export interface Running {
  issuer: string;
  clientId: string;
  redirectUri: string;
  scopes: string[];
  /** Whether it sends a PKCE challenge. */
  pkce: boolean;
}

const AUTHORIZE = /\/(?:oauth2\/)?v1\/authorize$/;

/**
 * Begins a sign-in at the portal of a config, as far as its redirect to Okta; undefined where it does not answer with one.
 */
export async function seeRunning(config: Config): Promise<Running | undefined> {
  const portalUrl = valueOf(config, "portalUrl");
  if (!URL.canParse(portalUrl)) return undefined;
  try {
    const page = browserConfig((await askPortal(`${portalUrl}/`)).text);
    const query = new URLSearchParams({
      env: page?.environment ?? valueOf(config, "environment"),
      scope: "openid email profile offline_access",
      origin: new URL(portalUrl).origin,
      flow: "popup",
    });
    const backendUrl = page?.backendUrl ?? (valueOf(config, "backendUrl") || portalUrl);
    const { headers } = await askPortal(`${backendUrl}/api/auth/okta/start?${query}`);
    return runningBy(headers.get("location") ?? "");
  } catch (error) {
    if (error instanceof Stopped) return undefined;
    throw error;
  }
}

/** What an authorization request tells of who sends it; undefined for another address. */
export function runningBy(location: string): Running | undefined {
  if (!URL.canParse(location)) return undefined;
  const { origin, pathname, searchParams } = new URL(location);
  if (!AUTHORIZE.test(pathname)) return undefined;
  return {
    issuer: origin + pathname.replace(AUTHORIZE, ""),
    clientId: searchParams.get("client_id") ?? "",
    redirectUri: searchParams.get("redirect_uri") ?? "",
    scopes: searchParams.get("scope")?.split(" ") ?? [],
    pkce: searchParams.has("code_challenge"),
  };
}

/** The ID of the custom authorization server that an issuer names; undefined for the org's own. */
export const serverOf = (issuer: string) => /\/oauth2\/([^/]+)$/.exec(issuer)?.[1];

const UNSEEN: Overlay = { text: "", complete: true, pkce: false, scopes: [], resolvers: [], verifiedEmail: true };

/**
 * The sign-in before an adoption: what was found in Okta, with what the portal does today. What nobody can see of the
 * portal from outside is taken to stay as it will be.
 */
export function signInBefore(found: SignIn, after: SignIn, running: Running | undefined): SignIn {
  if (!running) return { ...found, serverId: after.serverId, issuer: after.issuer };
  const { issuer, redirectUri: callbackUrl, scopes, pkce } = running;
  return {
    ...found,
    // A server may have another ID in Okta's answers than in its issuer.
    serverId: issuer === after.issuer ? after.serverId : serverOf(issuer),
    issuer,
    overlay: {
      ...(after.overlay ?? UNSEEN),
      pkce,
      callbackUrl,
      scopes,
      metadataUrl: `${issuer}/.well-known/openid-configuration`,
    },
  };
}
