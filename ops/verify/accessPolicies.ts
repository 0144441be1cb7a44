import type { ConfigMap as StackConfig } from "@pulumi/pulumi/automation";
import { type AccessPolicy, clientsOf, otherPolicies, readAccessPolicies } from "../okta/accessPolicies";
import { OktaApiError, OktaManagement, readSignIn } from "../okta/management";
import { failed, type Finding, type Problem, skipped, Stopped, unknown, warning } from "./check";
import type { Recorded } from "./recorded";

/** The stack's own access policy is the first that is asked about the portal. */
export async function checkAccessPolicies({ accessPolicy, clientId }: Recorded, config: StackConfig): Promise<Finding> {
  if (!accessPolicy) return skipped("Okta's org server has none");
  const signIn = readSignIn(config, process.env);
  if (!signIn)
    return skipped("needs the Okta provider's credentials, which are not set here (OKTA_API_TOKEN, or a key)");
  const policies = await readAccessPolicies(new OktaManagement(signIn), accessPolicy.serverId).catch(unreadable);
  return {
    says: "the stack's own access policy decides about the portal's tokens",
    problems: policyProblems(policies, { ...accessPolicy, clientId }),
  };
}

function unreadable(error: unknown): never {
  if (!(error instanceof OktaApiError)) throw error;
  const remedy =
    error.status === 404
      ? "see that OKTA_ORG_NAME and OKTA_BASE_URL are the stack's org; to make anew what was deleted: pulumi up --refresh"
      : "see the provider's credentials; with OAuth 2.0 they need the scope okta.authorizationServers.read";
  throw new Stopped(unknown(`the access policies could not be read: ${error.message}`, remedy));
}

/** What in an authorization server's access policies takes the decision from the stack's own. */
export function policyProblems(
  policies: AccessPolicy[],
  own: NonNullable<Recorded["accessPolicy"]> & Pick<Recorded, "clientId">,
): Problem[] {
  const found = policies.find(({ id }) => id === own.policyId);
  if (!found) return [failed("the stack's access policy is not in Okta any more", "make it anew: pulumi up --refresh")];
  if (found.status !== "ACTIVE") {
    return [
      failed(`the stack's access policy ${found.name} is not active`, "activate it in Okta: pulumi up --refresh"),
    ];
  }
  return otherPolicies(policies, own).flatMap(({ policy, isFirst }) => {
    const words = `the access policy "${policy.name}" (${policy.id}), which is for ${clientsOf(policy)}`;
    if (isFirst) {
      const cause = `${words}, is asked before the stack's own: its rules decide who gets which tokens, and for how long`;
      return [failed(cause, "delete it, or move it behind in Okta: Security > API > the server > Access Policies")];
    }
    if (!own.isDedicated) return [];
    const cause = `${words}, allows on the stack's own server what the stack's rule does not`;
    return [warning(cause, "delete it in Okta: Security > API > the server > Access Policies")];
  });
}
