import { z } from "zod";
import { clientRolesOf, newId, now } from "../store";
import { notFound } from "../errors";
import { collection } from "./collection";
import type { Org, Route } from "./route";

/** Okta's standard roles that a client can have, by their names in the Admin Console. */
const LABELS = {
  API_ACCESS_MANAGEMENT_ADMIN: "API Access Management Administrator",
  APP_ADMIN: "Application Administrator",
  GROUP_MEMBERSHIP_ADMIN: "Group Membership Administrator",
  HELP_DESK_ADMIN: "Help Desk Administrator",
  ORG_ADMIN: "Organizational Administrator",
  READ_ONLY_ADMIN: "Read-only Administrator",
  REPORT_ADMIN: "Report Administrator",
  SUPER_ADMIN: "Super Administrator",
  USER_ADMIN: "Group Administrator",
} as const;

export type RoleType = keyof typeof LABELS;

const body = z.object({ type: z.enum(Object.keys(LABELS) as [RoleType, ...RoleType[]]) });

/**
 * The admin roles of service apps, without which no scope is of use.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/RoleAssignmentClient/
 */
export function clientRoleRoutes(org: Org): Route[] {
  const { store, url } = org;
  return collection(org, store.clientRoles, {
    path: "/oauth2/v1/clients/:clientId/roles",
    id: "roleId",
    scope: "okta.roles",
    type: "RoleAssignment",
    belongs: ({ clientId: of }) => {
      const isClient = [...store.apps.getRange()].some(({ value }) => value.credentials.oauthClient.client_id === of);
      if (!isClient) throw notFound(of!, "PublicClientApp");
      return ({ clientId }) => clientId === of;
    },
    list: {},
    unique: { field: "type", of: ({ type }) => type },
    body,
    createdStatus: 200,
    create: ({ type }, { params }) => {
      const time = now();
      return { id: newId("JBC"), clientId: params.clientId!, type, created: time, lastUpdated: time };
    },
    remove: ({ id }) => void store.clientRoles.remove(id),
    render: ({ clientId, ...role }) => ({
      ...role,
      label: LABELS[role.type as RoleType],
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
export function rolesPermit({ store }: Org, clientId: string, access: string): boolean {
  const types = clientRolesOf(store, clientId).map(({ type }) => type);
  if (GRANTING.includes(access)) return types.includes("SUPER_ADMIN");
  const readOnly = types.every((type) => type === "READ_ONLY_ADMIN" || type === "REPORT_ADMIN");
  return types.length > 0 && (!readOnly || access.endsWith(".read"));
}
