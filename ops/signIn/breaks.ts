import { UNKNOWN } from "../preview";
import { quoted } from "../plainText";
import type { App, Rule, SignIn } from "./model";

/** Why nobody, or not everybody who should, can sign in; empty when nothing is seen that is in the way. */
export function reasonsToFail(signIn: SignIn): string[] {
  const server = signIn.serverId === undefined ? [] : [...serverReasons(signIn), ...policyReasons(signIn)];
  return [...appReasons(signIn), ...server, ...portalReasons(signIn)];
}

/** Scopes that every authorization server of Okta's has. */
const STANDARD_SCOPES = ["openid", "profile", "email", "address", "phone", "offline_access", "device_sso"];

function appReasons({ app, groups, overlay }: SignIn): string[] {
  if (!app) return [];
  const { callbackUrl } = overlay ?? {};
  return [
    ...clientReasons(app),
    ...because(
      app.pkce && overlay?.complete === true && !overlay.pkce,
      "Okta requires a PKCE challenge, which Backstage's own okta module cannot send.",
    ),
    ...because(
      callbackUrl !== undefined && !allows(app.redirectUris, callbackUrl),
      `The portal asks Okta to send people back to ${quoted(callbackUrl)}, which is not a redirect URI of the app.`,
    ),
    ...because(groups?.length === 0 && !app.implicitAssignment, "No group is assigned to the app."),
  ];
}

function clientReasons({ active, grantTypes, responseTypes, secretMethod = "client_secret_basic" }: App): string[] {
  return [
    ...because(!active, "The app is deactivated in Okta."),
    ...because(!allows(grantTypes, "authorization_code"), "The app does not allow the authorization code flow."),
    ...because(!allows(responseTypes, "code"), "The app does not allow the response type code."),
    ...because(
      secretMethod !== "client_secret_basic",
      `The app takes its client's credentials by ${quoted(secretMethod)}, which the portal does not use.`,
    ),
  ];
}

function serverReasons({ serverActive, ownServer, overlay, scopes }: SignIn): string[] {
  // On a shared server a scope may be somebody else's.
  const missing = ownServer ? except(overlay?.scopes, [...STANDARD_SCOPES, ...scopes]) : [];
  return [
    ...because(!serverActive, "The authorization server is deactivated in Okta."),
    ...because(
      missing.length > 0,
      `The portal asks for ${listed(missing)}, which the authorization server does not have.`,
    ),
  ];
}

function policyReasons({ policy, rule, app, overlay }: SignIn): string[] {
  if (!policy?.active || !rule?.active) {
    return ["No access policy with a rule of this stack lets the portal's client in."];
  }
  return [
    ...because(
      app?.clientId !== undefined && !allows(policy.clients, app.clientId, "ALL_CLIENTS"),
      "The access policy is not for the portal's client.",
    ),
    ...ruleReasons(rule, overlay?.scopes),
  ];
}

function ruleReasons({ grantTypes, groups, scopes }: Rule, asked: string[] | undefined): string[] {
  const refused = allows(scopes, "*") ? [] : except(asked, scopes);
  return [
    ...because(
      !allows(grantTypes, "authorization_code"),
      "The access rule does not allow the authorization code flow.",
    ),
    ...because(refused.length > 0, `The portal asks for ${listed(refused)}, which the access rule does not allow.`),
    ...because(!allows(groups, "EVERYONE"), `The access rule is for the groups ${listed(groups)} alone.`),
  ];
}

function portalReasons({ hasSecret, hasConfigMap, overlay }: SignIn): string[] {
  return [
    ...because(!hasSecret, "There is no Secret with the portal's credentials: its next pods cannot start."),
    ...because(!hasConfigMap, "There is no ConfigMap with the portal's overlay: its next pods cannot start."),
    ...because(overlay?.complete === false, "The overlay turns no Okta sign-in on."),
  ];
}

const because = (is: boolean, reason: string): string[] => (is ? [reason] : []);

/** Whether one of the items is on a list, as far as that is known before an update. */
const allows = (list: string[], ...items: string[]) => [...items, UNKNOWN].some((item) => list.includes(item));

const except = (all: string[] = [], list: string[]) => all.filter((item) => !list.includes(item));

const listed = (items: string[]) => items.map(quoted).join(", ");
