import type { Claim, Scope } from "../model/authorizationServer";
import { newId } from "../store";

const SCOPES: Record<string, string> = {
  openid: "Signals that a request is an OpenID request.",
  profile: "This allows the app to view your profile, such as: name, time zone and locale.",
  email: "This allows the app to view your email address.",
  address: "This allows the app to view your address, such as: street address, city, state, and zip code.",
  phone: "This allows the app to view your phone number.",
  offline_access: "This keeps you signed in to the app, even when you are not using it.",
  device_sso: "This allows a device to act as the identity provider of another app.",
};
/** The claims of the ID token that come with a standard scope (OpenID Connect Core 1.0, section 5.4). */
const CLAIMS: Record<string, string[]> = {
  profile: [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
  ],
  email: ["email", "email_verified"],
  address: ["address"],
  phone: ["phone_number"],
};

/** The scopes that Okta makes with each custom authorization server. */
export function systemScopes(serverId: string): Scope[] {
  return Object.entries(SCOPES).map(([name, description]) => ({
    id: newId("scp"),
    serverId,
    name,
    description,
    displayName: name,
    consent: name === "offline_access" ? "REQUIRED" : "IMPLICIT",
    metadataPublish: "ALL_CLIENTS",
    default: false,
    optional: false,
    system: true,
  }));
}

/** The claims that Okta makes with each custom authorization server. */
export function systemClaims(serverId: string): Claim[] {
  const claim = (settable: Pick<Claim, "name" | "claimType" | "valueType" | "value" | "conditions">): Claim => ({
    ...settable,
    id: newId("ocl"),
    serverId,
    status: "ACTIVE",
    alwaysIncludeInToken: settable.claimType === "RESOURCE",
    system: true,
  });
  const standard = Object.entries(CLAIMS).flatMap(([scope, names]) =>
    names.map((name) =>
      claim({ name, claimType: "IDENTITY", valueType: "SYSTEM", value: name, conditions: { scopes: [scope] } }),
    ),
  );
  const value = "(appuser != null) ? appuser.userName : app.clientId";
  return [
    claim({ name: "sub", claimType: "RESOURCE", valueType: "EXPRESSION", value, conditions: { scopes: [] } }),
    ...standard,
  ];
}
