/** The types of the resources that a stack makes, as the engine has them. */
export const TYPES = {
  app: "okta:app/oAuth:OAuth",
  /** What the catalog's service app may do. */
  apiScopes: "okta:index/appOauthApiScope:AppOauthApiScope",
  adminRole: "okta:app/oauthRoleAssignment:OauthRoleAssignment",
  assignments: "okta:index/appGroupAssignments:AppGroupAssignments",
  assignment: "okta:app/groupAssignment:GroupAssignment",
  server: "okta:auth/server:Server",
  scope: "okta:auth/serverScope:ServerScope",
  claim: "okta:auth/serverClaim:ServerClaim",
  policy: "okta:auth/serverPolicy:ServerPolicy",
  rule: "okta:auth/serverPolicyRule:ServerPolicyRule",
  password: "random:index/randomPassword:RandomPassword",
  secret: "kubernetes:core/v1:Secret",
  configMap: "kubernetes:core/v1:ConfigMap",
  deploymentPatch: "kubernetes:apps/v1:DeploymentPatch",
  /** The component around all of them. */
  component: "backstage-okta-sso:index:BackstageSso",
  /** The program itself, which has the stack's outputs. */
  stack: "pulumi:pulumi:Stack",
} as const;

/** What of a stack a password is, by the component that makes it; undefined for what is none. */
export function secretOf({ urn, type }: { urn: string; type: string }): "client" | "session" | undefined {
  if (type !== TYPES.password) return undefined;
  if (urn.includes(":index:OidcApp$")) return "client";
  return urn.includes(":index:Credentials$") ? "session" : undefined;
}

/** Whether a resource is the app that people sign in by, and not the service app of the catalog. */
export const isSignInApp = ({ type, inputs }: { type: string; inputs?: { type?: unknown } | undefined }): boolean =>
  type === TYPES.app && inputs?.type !== "service";
