import { z } from "zod";
import { notFound, parse } from "../errors";
import type { App } from "../model";
import { now, select } from "../store";
import { findApp } from "./apps";
import { findGroup } from "./groups";
import { noContent, ok, type Org, page, type Route } from "./route";

const assignment = z.object({ priority: z.int().min(0).optional() });

/**
 * Which groups are assigned to an app. The order of an app's `groupIds` is the order of their priorities.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationGroups/
 */
export function appAssignmentRoutes(org: Org): Route[] {
  const { store } = org;

  return [
    {
      method: "GET",
      path: "/api/v1/apps/:appId/groups",
      access: "okta.apps.read",
      handle: (request) => {
        const app = findApp(org, request.params.appId!);
        const prefix = (request.query.get("q") ?? "").toLowerCase();
        const names = new Map(select(store.groups).map(({ id, profile }) => [id, profile.name.toLowerCase()]));
        const assigned = app.groupIds.filter((id) => names.get(id)!.startsWith(prefix)).map((id) => ({ id }));
        return page(org, request, assigned, { usual: 20, most: 200 }, ({ id }) => renderAssignment(org, app, id));
      },
    },
    {
      method: "GET",
      path: "/api/v1/apps/:appId/groups/:groupId",
      access: "okta.apps.read",
      handle: ({ params }) => {
        const app = assignedApp(org, params);
        return ok(renderAssignment(org, app, params.groupId!));
      },
    },
    {
      method: "PUT",
      path: "/api/v1/apps/:appId/groups/:groupId",
      access: "okta.apps.manage",
      handle: ({ params, body }) => {
        const old = findApp(org, params.appId!);
        const { id } = findGroup(org, params.groupId!);
        const { priority } = parse(assignment, body);
        const others = old.groupIds.filter((groupId) => groupId !== id);
        const place = priority ?? (old.groupIds.includes(id) ? old.groupIds.indexOf(id) : others.length);
        const app = { ...old, groupIds: [...others.slice(0, place), id, ...others.slice(place)], lastUpdated: now() };
        void store.apps.put(app.id, app);
        return ok(renderAssignment(org, app, id));
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/apps/:appId/groups/:groupId",
      access: "okta.apps.manage",
      handle: ({ params }) => {
        const app = assignedApp(org, params);
        const groupIds = app.groupIds.filter((groupId) => groupId !== params.groupId);
        void store.apps.put(app.id, { ...app, groupIds, lastUpdated: now() });
        return noContent();
      },
    },
  ];
}

/** @throws OktaError E0000007 when there is no such app, no such group, or no assignment of the one to the other */
function assignedApp(org: Org, params: Record<string, string>): App {
  const app = findApp(org, params.appId!);
  const { id } = findGroup(org, params.groupId!);
  if (!app.groupIds.includes(id)) throw notFound(id, "GroupAppAssignment");
  return app;
}

function renderAssignment({ url }: Org, app: App, groupId: string) {
  return {
    id: groupId,
    lastUpdated: app.lastUpdated,
    priority: app.groupIds.indexOf(groupId),
    profile: {},
    _links: {
      self: { href: `${url}/api/v1/apps/${app.id}/groups/${groupId}` },
      app: { href: `${url}/api/v1/apps/${app.id}` },
      group: { href: `${url}/api/v1/groups/${groupId}` },
    },
  };
}
