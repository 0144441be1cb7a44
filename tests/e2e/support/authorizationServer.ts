// What an authorization server that was made by hand has, in the terms of Okta's Authorization Servers API.

/** Gives an ID token all groups of the user, to whoever asks for the scope groups. */
export const GROUPS_CLAIM = {
  name: "groups",
  claimType: "IDENTITY",
  valueType: "GROUPS",
  group_filter_type: "REGEX",
  value: ".*",
  conditions: { scopes: ["groups"] },
};

/** Of a rule that lets everybody of the org sign in, with any scopes. */
export const ANY_SIGN_IN = {
  grantTypes: { include: ["authorization_code"] },
  scopes: { include: ["*"] },
  people: { groups: { include: ["EVERYONE"] } },
};
