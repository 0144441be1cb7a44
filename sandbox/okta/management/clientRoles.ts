import { found } from "../errors";
import { ROLE_LABELS, roleBody } from "../model/org";
import { newTimes, select } from "../store";
import { collection } from "./collection";
import type { Org, Route } from "./route";

/**
 * The admin roles of service apps, without which no scope is of use.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/RoleAssignmentClient/
 */
export function clientRoleRoutes(org: Org): Route[] {
  const { store, url } = org;

  return collection(org, store.clientRoles, {
    path: "/oauth2/v1/clients/:clientId/roles",
    id: "roleId",
    idPrefix: "JBC",
    access: "okta.roles",
    type: "RoleAssignment",
    within: ({ clientId = "" }) => {
      const [app] = select(store.apps, ({ credentials }) => credentials.oauthClient.client_id === clientId);
      found(app, clientId, "PublicClientApp");
      return { clientId };
    },
    list: {},
    unique: { field: "type", of: ({ type }) => type },
    body: roleBody,
    createdStatus: 200,
    create: (wanted) => ({ ...wanted, ...newTimes() }),
    remove: true,
    render: ({ clientId, ...role }) => ({
      ...role,
      label: ROLE_LABELS[role.type],
      status: "ACTIVE",
      assignmentType: "CLIENT",
      _links: { assignee: { href: `${url}/oauth2/v1/clients/${clientId}` } },
    }),
  }).routes;
}

/** Rights are a super administrator's to grant. */
const GRANTING = ["okta.appGrants.manage", "okta.roles.manage"];

/**
 * Whether the roles of a client let it do what its scopes allow: none lets it do nothing, a read-only one read alone, and
 * no other than a super administrator's grant rights.
 */
export function rolesPermit({ store }: Org, of: string, access: string): boolean {
  const types = select(store.clientRoles, ({ clientId }) => clientId === of).map(({ type }) => type);
  if (GRANTING.includes(access)) return types.includes("SUPER_ADMIN");
  const readOnly = types.every((type) => type === "READ_ONLY_ADMIN" || type === "REPORT_ADMIN");
  return types.length > 0 && (!readOnly || access.endsWith(".read"));
}
