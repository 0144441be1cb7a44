import { z } from "zod";
import { notFound, parse } from "../errors";
import type { App, User } from "../model";
import { now, select } from "../store";
import { isAssignedByGroup } from "../oauth/clients";
import { findApp } from "./apps";
import { noContent, ok, type Org, page, type Route } from "./route";
import { findUser } from "./users";

const assignment = z.object({ id: z.string() });

/**
 * Who is assigned to an app: one by one (scope USER), or by a group (scope GROUP).
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationUsers/
 */
export function appUserRoutes(org: Org): Route[] {
  const { store } = org;
  const path = "/api/v1/apps/:appId/users";

  return [
    {
      method: "GET",
      path,
      access: "okta.apps.read",
      handle: (request) => {
        const app = findApp(org, request.params.appId!);
        const prefix = (request.query.get("q") ?? "").toLowerCase();
        const users = select(store.users, (user) => scopeOf(org, app, user) !== undefined).filter(
          ({ profile: { login, email } }) => [login, email].some((value) => value.toLowerCase().startsWith(prefix)),
        );
        return page(org, request, users, { usual: 50, most: 500 }, (user) => renderAppUser(org, app, user));
      },
    },
    {
      method: "POST",
      path,
      access: "okta.apps.manage",
      handle: ({ params, body }) => {
        const app = findApp(org, params.appId!);
        const user = findUser(org, parse(assignment, body).id);
        return ok(renderAppUser(org, assign(app, [...(app.userIds ?? []), user.id]), user));
      },
    },
    {
      method: "GET",
      path: `${path}/:userId`,
      access: "okta.apps.read",
      handle: ({ params }) => {
        const { app, user } = findAppUser(org, params);
        return ok(renderAppUser(org, app, user));
      },
    },
    {
      method: "DELETE",
      path: `${path}/:userId`,
      access: "okta.apps.manage",
      handle: ({ params }) => {
        const { app, user } = findAppUser(org, params);
        assign(app, app.userIds?.filter((id) => id !== user.id) ?? []);
        return noContent();
      },
    },
  ];

  function assign(app: App, userIds: string[]): App {
    const changed = { ...app, userIds: [...new Set(userIds)], lastUpdated: now() };
    void store.apps.put(app.id, changed);
    return changed;
  }
}

/** @throws OktaError E0000007 when there is no such app or user, or the user is not assigned to the app */
function findAppUser(org: Org, params: Record<string, string>): { app: App; user: User } {
  const app = findApp(org, params.appId!);
  const user = findUser(org, params.userId!);
  if (!scopeOf(org, app, user)) throw notFound(user.id, "AppUser");
  return { app, user };
}

function scopeOf({ store }: Org, app: App, user: User): "USER" | "GROUP" | undefined {
  if (app.userIds?.includes(user.id)) return "USER";
  return isAssignedByGroup(store, app, user) ? "GROUP" : undefined;
}

function renderAppUser(org: Org, app: App, user: User) {
  const { id, profile } = user;
  return {
    id,
    created: app.lastUpdated,
    lastUpdated: app.lastUpdated,
    scope: scopeOf(org, app, user),
    status: "ACTIVE",
    statusChanged: app.lastUpdated,
    passwordChanged: null,
    syncState: "DISABLED",
    credentials: { userName: profile.login },
    profile: { email: profile.email, name: `${profile.firstName} ${profile.lastName}` },
    _links: {
      app: { href: `${org.url}/api/v1/apps/${app.id}` },
      user: { href: `${org.url}/api/v1/users/${id}` },
    },
  };
}
