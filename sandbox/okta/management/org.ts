import { get, type Org, type Route } from "./route";

/** The org's public metadata. */
export function orgRoutes(org: Org): Route[] {
  return [
    get("/.well-known/okta-organization", "public", ({ origin }) => ({
      id: org.store.org.get("org")!.id,
      pipeline: "idx",
      settings: { analyticsCollectionEnabled: false, bugReportingEnabled: true, omEnabled: false },
      _links: { organization: { href: org.url }, ...(origin !== org.url && { alternate: { href: origin } }) },
    })),
  ];
}
