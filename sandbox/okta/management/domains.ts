import { z } from "zod";
import { isVerified } from "../addresses";
import type { Domain } from "../model";
import { newId, select } from "../store";
import { collection } from "./collection";
import { ok, type Org, type Route } from "./route";

const body = z.object({
  domain: z.hostname().toLowerCase(),
  certificateSourceType: z.enum(["MANUAL", "OKTA_MANAGED"]),
});

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
    scope: "okta.domains",
    type: "Domain",
    // The genuine provider asks by the domain's name.
    get: (key) => select(store.domains, ({ id, domain }) => id === key || domain === key)[0],
    unique: { field: "domain", of: ({ domain }) => domain },
    body,
    createdStatus: 200,
    create: (wanted): Domain => ({ ...wanted, id: newId("OcD"), validationStatus: "NOT_STARTED" }),
    remove: ({ id }) => void store.domains.remove(id),
    render,
  });

  return [
    ...domains.routes,
    {
      method: "GET",
      path,
      access: "okta.domains.read",
      handle: () => ok({ domains: select(store.domains, isVerified).map(render) }),
    },
    {
      method: "POST",
      path: `${path}/:domainId/verify`,
      access: "okta.domains.manage",
      // The records that Okta looks for in the DNS are taken to be there.
      handle: ({ params }) => {
        const verified: Domain = { ...domains.find(params), validationStatus: "VERIFIED" };
        void store.domains.put(verified.id, verified);
        return ok(render(verified));
      },
    },
  ];

  function render({ id, domain, certificateSourceType, validationStatus }: Domain) {
    const self = `${org.url}${path}/${id}`;
    return {
      id,
      domain,
      certificateSourceType,
      validationStatus,
      dnsRecords: [
        { recordType: "TXT", fqdn: `_oktaverification.${domain}`, values: [id] },
        { recordType: "CNAME", fqdn: domain, values: [new URL(org.url).hostname] },
      ],
      _links: { self: { href: self }, verify: { href: `${self}/verify` } },
    };
  }
}
