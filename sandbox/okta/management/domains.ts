import { isVerified } from "../addresses";
import { type Domain, domainBody } from "../model/org";
import { save, select } from "../store";
import { collection } from "./collection";
import { get, type Org, post, type Route } from "./route";

/**
 * The custom domains of the org. An org has none until they are added and verified; the domain `localhost` is served.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/CustomDomain/
 */
export function domainRoutes(org: Org): Route[] {
  const { store } = org;
  const path = "/api/v1/domains";
  const domains = collection(org, store.domains, {
    path,
    id: "domainId",
    idPrefix: "OcD",
    access: "okta.domains",
    type: "Domain",
    // The genuine provider asks by the domain's name.
    get: (key) => select(store.domains, ({ id, domain }) => id === key || domain === key)[0],
    unique: { field: "domain", of: ({ domain }) => domain },
    body: domainBody,
    createdStatus: 200,
    create: (wanted) => ({ ...wanted, validationStatus: "NOT_STARTED" as const }),
    remove: true,
    render,
  });

  return [
    ...domains.routes,
    get(path, "okta.domains", () => ({ domains: select(store.domains, isVerified).map(render) })),
    // The records that Okta looks for in the DNS are taken to be there.
    post(`${path}/:domainId/verify`, "okta.domains", ({ params }) =>
      render(save(store.domains, { ...domains.find(params), validationStatus: "VERIFIED" })),
    ),
  ];

  function render(record: Domain) {
    const { id, domain } = record;
    const self = `${org.url}${path}/${id}`;
    return {
      ...record,
      dnsRecords: [
        { recordType: "TXT", fqdn: `_oktaverification.${domain}`, values: [id] },
        { recordType: "CNAME", fqdn: domain, values: [new URL(org.url).hostname] },
      ],
      _links: { self: { href: self }, verify: { href: `${self}/verify` } },
    };
  }
}
