import { quoted } from "../plainText";
import type { FoundApp, OktaApp } from "./app";

/** What the refusals depend on beside the app itself. */
export interface Circumstances {
  /** Another stack of this project that has the app. */
  holder: string | undefined;
  /** Whether the stack is to add a secret of its own. */
  addsSecret: boolean;
}

const KINDS: Record<string, string> = {
  browser: "a single-page app",
  native: "a native app",
  service: "a service app",
};

/** What the provider does not model: each of its updates would take it off the app. */
const UNMODELLED: Record<string, string> = {
  dpop_bound_access_tokens: "binds its tokens to a key (DPoP)",
  id_token_encrypted_response_alg: "has its ID tokens encrypted",
  request_object_signing_alg: "takes signed requests alone",
  backchannel_authentication_request_signing_alg: "takes signed back-channel requests alone",
  sector_identifier_uri: "has a sector identifier, by which people have other IDs in it",
};

/** Why an app is not taken over, each with what to do; empty where nothing is in the way. */
export function refusals(found: FoundApp, { holder, addsSecret }: Circumstances): string[] {
  const { app, roles = [], secrets } = found;
  return [
    ...kindRefusals(app),
    ...because(
      roles.length > 0,
      `has the admin role ${roles.map(quoted).join(", ")}, so that a super admin alone may change it, and its secret opens Okta itself: take the role away, or have the portal sign in by an app of its own`,
    ),
    ...because(
      holder !== undefined,
      `is in the stack ${quoted(holder)} already, which would change it back: destroy that stack's hold on it first, by \`pulumi state delete\``,
    ),
    ...because(
      addsSecret && secrets.length > 1,
      "has two client secrets already, as many as Okta takes: delete in Okta the one that nothing uses, or pass --keep-secret",
    ),
  ];
}

function kindRefusals({ name, signOnMode, settings, credentials }: OktaApp): string[] {
  const { oauthClient: client } = settings;
  if (signOnMode !== "OPENID_CONNECT" || !client) {
    return [`signs people in by ${quoted(signOnMode)}, and not by OpenID Connect: make a web app for the portal`];
  }
  const { token_endpoint_auth_method: method = "" } = credentials.oauthClient ?? {};
  const kind = KINDS[client.application_type];
  return [
    ...because(
      name !== "oidc_client",
      `comes from Okta's catalog, as ${quoted(name)}, which decides what can be set: make an app integration of the portal's own`,
    ),
    ...because(
      kind !== undefined,
      `is ${kind}, where a portal needs a web app, and its type cannot be changed: make one`,
    ),
    ...because(
      kind === undefined && !method.startsWith("client_secret_"),
      `authenticates by ${quoted(method)}, and not by a client secret: set that in Okta and in the portal first`,
    ),
    ...Object.entries(UNMODELLED).flatMap(([setting, what]) =>
      because(
        Boolean(client[setting]),
        `${what}, by ${quoted(setting)}, which the Okta provider does not know and each update would take off: take it off first, with whoever wanted it`,
      ),
    ),
  ];
}

const because = (is: boolean, reason: string): string[] => (is ? [reason] : []);
