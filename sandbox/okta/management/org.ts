import { notFound, OktaError } from "../errors";
import { ok, type Org, type Route } from "./route";

/** The org's public metadata, and its policies for signing in to apps: the one that Okta made. */
export function orgRoutes(org: Org): Route[] {
  return [
    {
      method: "GET",
      path: "/.well-known/okta-organization",
      access: "public",
      handle: ({ origin }) =>
        ok({
          id: org.store.org.get("org")!.id,
          pipeline: "idx",
          settings: { analyticsCollectionEnabled: false, bugReportingEnabled: true, omEnabled: false },
          _links: {
            organization: { href: org.url },
            ...(origin === org.customUrl && { alternate: { href: org.customUrl } }),
          },
        }),
    },
    {
      method: "GET",
      path: "/api/v1/policies",
      access: "okta.policies.read",
      handle: ({ query }) => {
        const type = query.get("type");
        if (!type) throw new OktaError(400, "E0000028", "The request is missing a required parameter : type");
        return ok(type === "ACCESS_POLICY" ? [renderAccessPolicy(org)] : []);
      },
    },
    {
      method: "GET",
      path: "/api/v1/policies/:policyId",
      access: "okta.policies.read",
      handle: ({ params }) => ok(findAccessPolicy(org, params.policyId!)),
    },
  ];
}

/** @throws OktaError E0000007 */
export function findAccessPolicy(org: Org, id: string) {
  const policy = renderAccessPolicy(org);
  if (policy.id !== id) throw notFound(id, "Policy");
  return policy;
}

function renderAccessPolicy({ store, url }: Org) {
  const { accessPolicyId: id, created } = store.org.get("org")!;
  return {
    id,
    type: "ACCESS_POLICY",
    name: "Any two factors",
    description: "Requires two factors to access.",
    status: "ACTIVE",
    priority: 1,
    system: true,
    conditions: null,
    created,
    lastUpdated: created,
    _links: { self: { href: `${url}/api/v1/policies/${id}` } },
  };
}
