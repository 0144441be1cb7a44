import type { OktaManagement } from "./management";

const ALL_CLIENTS = "ALL_CLIENTS";

/** An access policy of an authorization server, as Okta's management API gives it. */
export interface AccessPolicy {
  id: string;
  name: string;
  status: "ACTIVE" | "INACTIVE";
  /** Policies are asked in this order, and the first whose rule allows the request decides. */
  priority: number;
  conditions: { clients: { include: string[] } };
}

/** What is known of a portal's own access policy. */
export interface OwnPolicy {
  serverId: string;
  policyId: string;
  clientId: string;
}

/** How another policy touches the portal's sign-in. */
export interface OtherPolicy {
  policy: AccessPolicy;
  /** Whether it is asked before the portal's own: then its rules decide which tokens the portal gets. */
  isFirst: boolean;
}

/**
 * The access policies of an authorization server, in the order in which they are asked.
 *
 * @throws OktaApiError
 */
export async function readAccessPolicies(okta: OktaManagement, serverId: string): Promise<AccessPolicy[]> {
  const policies = await okta.list<AccessPolicy>(
    `/api/v1/authorizationServers/${encodeURIComponent(serverId)}/policies`,
  );
  return policies.sort((a, b) => a.priority - b.priority);
}

/**
 * The active policies beside a portal's own that are for its client too. Behind its own, one is asked for what the
 * portal's rule does not allow.
 *
 * @param policies in the order in which they are asked
 */
export function otherPolicies(policies: AccessPolicy[], { policyId, clientId }: OwnPolicy): OtherPolicy[] {
  const own = policies.findIndex(({ id }) => id === policyId);
  return policies.flatMap((policy, place) => {
    const { include } = policy.conditions.clients;
    const isForPortal = include.includes(ALL_CLIENTS) || include.includes(clientId);
    if (policy.id === policyId || policy.status !== "ACTIVE" || !isForPortal) return [];
    return [{ policy, isFirst: own < 0 || place < own }];
  });
}

/** Whom a policy is for, in words. */
export const clientsOf = ({ conditions }: AccessPolicy): string =>
  conditions.clients.include.includes(ALL_CLIENTS) ? "all clients" : "this portal's client";
