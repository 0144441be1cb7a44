import type * as okta from "@pulumi/okta";
import type * as pulumi from "@pulumi/pulumi";
import type { Session } from "./configTypes";
import { SCOPES } from "./portal";

/** A policy for the portal's client alone. */
export function accessPolicyArgs(
  authServerId: pulumi.Input<string>,
  name: string,
  clientId: pulumi.Input<string>,
): okta.auth.ServerPolicyArgs {
  return {
    authServerId,
    name,
    description: `Sign-in of the Backstage portal ${name}`,
    // Where it starts, not where it stays: Okta puts a policy that is made later in front, and moves the others back.
    priority: 1,
    clientWhitelists: [clientId],
  };
}

/** Its one rule: the code flow with the portal's scopes, for as long as a sign-in lasts. */
export function accessRuleArgs(
  authServerId: pulumi.Input<string>,
  policyId: pulumi.Input<string>,
  name: string,
  { durationMinutes, idleMinutes }: Session,
): okta.auth.ServerPolicyRuleArgs {
  return {
    authServerId,
    policyId,
    name,
    priority: 1,
    grantTypeWhitelists: ["authorization_code"],
    scopeWhitelists: SCOPES,
    // Who may sign in is decided once, by the groups that are assigned to the app.
    groupWhitelists: ["EVERYONE"],
    accessTokenLifetimeMinutes: Math.min(60, idleMinutes),
    refreshTokenLifetimeMinutes: durationMinutes,
    refreshTokenWindowMinutes: idleMinutes,
  };
}
