import { z } from "zod";
import { notFound, parse } from "../errors";
import type { App } from "../model/app";
import { change, select } from "../store";
import { findApp } from "./apps";
import { findGroup } from "./groups";
import { del, get, type Org, page, type Params, put, type Route } from "./route";

const assignment = z.object({ priority: z.int().min(0).optional() });

/**
 * Which groups are assigned to an app. The order of an app's `groupIds` is the order of their priorities.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationGroups/
 */
export function appAssignmentRoutes(org: Org): Route[] {
  const { store } = org;
  const path = "/api/v1/apps/:appId/groups";

  return [
    get(path, "okta.apps", (request) => {
      const app = findApp(org, request.params.appId);
      const prefix = (request.query.get("q") ?? "").toLowerCase();
      const names = new Map(select(store.groups).map(({ id, profile }) => [id, profile.name.toLowerCase()]));
      const assigned = app.groupIds.filter((id) => names.get(id)!.startsWith(prefix)).map((id) => ({ id }));
      return page(org, request, assigned, { usual: 20, most: 200 }, ({ id }) => render(org, app, id));
    }),
    get(`${path}/:groupId`, "okta.apps", ({ params }) => {
      const { app, groupId } = findAssignment(org, params);
      return render(org, app, groupId);
    }),
    put(`${path}/:groupId`, "okta.apps", ({ params, body }) => {
      const app = findApp(org, params.appId);
      const { id } = findGroup(org, params.groupId);
      const { priority } = parse(assignment, body);
      const others = app.groupIds.filter((groupId) => groupId !== id);
      const place = priority ?? (app.groupIds.includes(id) ? app.groupIds.indexOf(id) : others.length);
      const groupIds = [...others.slice(0, place), id, ...others.slice(place)];
      return render(org, change(store.apps, app, { groupIds }), id);
    }),
    del(`${path}/:groupId`, "okta.apps", ({ params }) => {
      const { app, groupId } = findAssignment(org, params);
      change(store.apps, app, { groupIds: app.groupIds.filter((each) => each !== groupId) });
    }),
  ];
}

/** @throws OktaError E0000007 when there is no such app, no such group, or no assignment of the one to the other */
function findAssignment(org: Org, params: Params): { app: App; groupId: string } {
  const app = findApp(org, params.appId);
  const { id: groupId } = findGroup(org, params.groupId);
  if (!app.groupIds.includes(groupId)) throw notFound(groupId, "GroupAppAssignment");
  return { app, groupId };
}

function render({ url }: Org, app: App, groupId: string) {
  const self = `${url}/api/v1/apps/${app.id}`;
  return {
    id: groupId,
    lastUpdated: app.lastUpdated,
    priority: app.groupIds.indexOf(groupId),
    profile: {},
    _links: {
      self: { href: `${self}/groups/${groupId}` },
      app: { href: self },
      group: { href: `${url}/api/v1/groups/${groupId}` },
    },
  };
}
