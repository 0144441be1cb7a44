import type * as okta from "@pulumi/okta";
import type * as pulumi from "@pulumi/pulumi";
import type { GroupsFilter } from "./configTypes";

/** The scope that a portal asks for to be told a person's groups. */
export function groupsScopeArgs(
  authServerId: pulumi.Input<string>,
  description: pulumi.Input<string>,
): okta.auth.ServerScopeArgs {
  return {
    authServerId,
    name: "groups",
    displayName: "Groups",
    description,
    consent: "IMPLICIT",
    metadataPublish: "ALL_CLIENTS",
  };
}

/** The claim with the names of those of a person's groups that pass the filter, in the ID token and at userinfo. */
export function groupsClaimArgs(authServerId: pulumi.Input<string>, filter: GroupsFilter): okta.auth.ServerClaimArgs {
  return {
    authServerId,
    name: "groups",
    claimType: "IDENTITY",
    valueType: "GROUPS",
    groupFilterType: filter.type,
    value: filter.value,
    scopes: ["groups"],
    alwaysIncludeInToken: true,
  };
}

/** A groups claim on the app itself: the org server reads no other, and Okta takes it with an SSWS token only. */
export function appGroupsClaim({ type, value }: GroupsFilter): NonNullable<okta.app.OAuthArgs["groupsClaim"]> {
  return { type: "FILTER", filterType: type, name: "groups", value };
}
