/** A person, as Okta has them. */
export interface OktaUser {
  id: string;
  login: string;
  email: string | undefined;
  displayName: string;
}

/** A group, as Okta has it. */
export interface OktaGroup {
  id: string;
  name: string;
  description: string | undefined;
  /** The name of the group above it in Okta. */
  parent: string | undefined;
  /** The IDs of its members. */
  members: string[];
}

/** What was read of an org. */
export interface OktaOrg {
  /** By their IDs; nobody who is deprovisioned. */
  users: Map<string, OktaUser>;
  /** By their IDs. */
  groups: Map<string, OktaGroup>;
}
