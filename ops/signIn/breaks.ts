import { UNKNOWN } from "../preview";
import { quoted } from "../plain";
import type { App, SignIn } from "./model";

/** Why nobody, or not everybody who should, can sign in; empty when nothing is seen that is in the way. */
export function reasonsToFail(signIn: SignIn): string[] {
  return [...appReasons(signIn), ...serverReasons(signIn), ...portalReasons(signIn)];
}

const OKTA_MAKES = ["openid", "profile", "email", "address", "phone", "offline_access", "device_sso"];

function appReasons({ app, groups, overlay }: SignIn): string[] {
  if (!app) return [];
  const reasons = [...clientReasons(app)];
  if (app.pkce && overlay?.complete && !overlay.pkce) {
    reasons.push("Okta requires a PKCE challenge, which Backstage's own okta module cannot send.");
  }
  if (overlay?.callbackUrl && !app.redirectUris.includes(overlay.callbackUrl)) {
    const uri = quoted(overlay.callbackUrl);
    reasons.push(`The portal asks Okta to send people back to ${uri}, which is not a redirect URI of the app.`);
  }
  if (groups?.length === 0 && !app.implicitAssignment) reasons.push("No group is assigned to the app.");
  return reasons;
}

function clientReasons({ active, grantTypes, responseTypes, secretMethod = "client_secret_basic" }: App): string[] {
  return [
    ...(active ? [] : ["The app is deactivated in Okta."]),
    ...(grantTypes.includes("authorization_code") ? [] : ["The app does not allow the authorization code flow."]),
    ...(responseTypes.includes("code") ? [] : ["The app does not allow the response type code."]),
    ...(secretMethod === "client_secret_basic"
      ? []
      : [`The app takes its client's credentials by ${quoted(secretMethod)}, which the portal does not use.`]),
  ];
}

function serverReasons({ serverId, serverActive, policy, rule, app, overlay, scopes, ownServer }: SignIn): string[] {
  if (serverId === undefined) return [];
  const reasons: string[] = [];
  if (!serverActive) reasons.push("The authorization server is deactivated in Okta.");
  if (!policy?.active || !rule?.active) {
    reasons.push("No access policy with a rule of this stack lets the portal's client in.");
  } else {
    const clients = [app?.clientId, "ALL_CLIENTS", UNKNOWN];
    if (app && !policy.clients.some((client) => clients.includes(client))) {
      reasons.push("The access policy is not for the portal's client.");
    }
    if (!rule.grantTypes.includes("authorization_code")) {
      reasons.push("The access rule does not allow the authorization code flow.");
    }
    const refused = rule.scopes.includes("*")
      ? []
      : (overlay?.scopes ?? []).filter((scope) => !rule.scopes.includes(scope));
    if (refused.length > 0) {
      reasons.push(`The portal asks for ${refused.map(quoted).join(", ")}, which the access rule does not allow.`);
    }
    if (!rule.groups.includes("EVERYONE")) {
      reasons.push(`The access rule is for the groups ${rule.groups.map(quoted).join(", ")} alone.`);
    }
  }
  // On a shared server the scope may be somebody else's.
  const unknown = ownServer
    ? (overlay?.scopes ?? []).filter((scope) => ![...OKTA_MAKES, ...scopes].includes(scope))
    : [];
  if (unknown.length > 0) {
    reasons.push(
      `The portal asks for ${unknown.map(quoted).join(", ")}, which the authorization server does not have.`,
    );
  }
  return reasons;
}

function portalReasons({ hasSecret, hasConfigMap, overlay }: SignIn): string[] {
  return [
    ...(hasSecret ? [] : ["There is no Secret with the portal's credentials: its next pods cannot start."]),
    ...(hasConfigMap ? [] : ["There is no ConfigMap with the portal's overlay: its next pods cannot start."]),
    ...(overlay && !overlay.complete ? ["The overlay turns no Okta sign-in on."] : []),
  ];
}
