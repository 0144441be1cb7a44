import type * as core from "@pulumi/kubernetes/core/v1";
import type * as okta from "@pulumi/okta";
import type { Unwrap } from "@pulumi/pulumi";

// The types of resources that the rules are about: what their inputs are, and what a URN calls them. The SDKs are
// imported for their types alone, since loading them would double the time that the pack takes to start.

/** An OIDC app. */
export type App = Unwrap<okta.app.OAuthArgs>;
export const APP = "okta:app/oAuth:OAuth";

/** An app of that type that nobody signs in to: rules for people's apps are not about it. Not a type of the engine's. */
export const SERVICE_APP = `${APP} of type service`;

/** The scopes of Okta's API that an app was granted. */
export type ApiScopes = Unwrap<okta.AppOauthApiScopeArgs>;
export const API_SCOPES = "okta:index/appOauthApiScope:AppOauthApiScope";

/** An admin role that a service app has. */
export type AdminRole = Unwrap<okta.app.OauthRoleAssignmentArgs>;
export const ADMIN_ROLE = "okta:app/oauthRoleAssignment:OauthRoleAssignment";

/** The groups that are assigned to an app. */
export type Assignments = Unwrap<okta.AppGroupAssignmentsArgs>;
export const ASSIGNMENTS = "okta:index/appGroupAssignments:AppGroupAssignments";

/** One group that is assigned to an app, whatever others are. */
export type GroupAssignment = Unwrap<okta.app.GroupAssignmentArgs>;
export const GROUP_ASSIGNMENT = "okta:app/groupAssignment:GroupAssignment";

export const SERVER = "okta:auth/server:Server";
export const SCOPE = "okta:auth/serverScope:ServerScope";

/** A claim in the tokens of an authorization server. */
export type Claim = Unwrap<okta.auth.ServerClaimArgs>;
export const CLAIM = "okta:auth/serverClaim:ServerClaim";

/** An access policy: which clients its rules are for. */
export type AccessPolicy = Unwrap<okta.auth.ServerPolicyArgs>;
export const ACCESS_POLICY = "okta:auth/serverPolicy:ServerPolicy";

/** A rule of an access policy: which tokens a client gets, and how long they are good. */
export type PolicyRule = Unwrap<okta.auth.ServerPolicyRuleArgs>;
export const POLICY_RULE = "okta:auth/serverPolicyRule:ServerPolicyRule";

export const NAMESPACE = "kubernetes:core/v1:Namespace";

export type ConfigMap = Unwrap<core.ConfigMapArgs>;
export const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";

export type Secret = Unwrap<core.SecretArgs>;
export const SECRET = "kubernetes:core/v1:Secret";

export const DEPLOYMENT_PATCH = "kubernetes:apps/v1:DeploymentPatch";

export const PASSWORD = "random:index/randomPassword:RandomPassword";
export const RANDOM_ID = "random:index/randomId:RandomId";

/** A value that the state keeps as it was first. */
export const STASH = "pulumi:index:Stash";

export const STACK = "pulumi:pulumi:Stack";
