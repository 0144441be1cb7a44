import { z } from "zod";
import { notFound, parse } from "../errors";
import type { App } from "../model/app";
import type { User } from "../model/org";
import { isAssignedByGroup } from "../oauth/clients";
import { change, select } from "../store";
import { findApp } from "./apps";
import { del, get, type Org, page, type Params, post, type Route } from "./route";
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
    get(path, "okta.apps", (request) => {
      const app = findApp(org, request.params.appId);
      const prefix = (request.query.get("q") ?? "").toLowerCase();
      const users = select(store.users, (user) => scopeOf(org, app, user) !== undefined).filter(
        ({ profile: { login, email } }) => [login, email].some((value) => value.toLowerCase().startsWith(prefix)),
      );
      return page(org, request, users, { usual: 50, most: 500 }, (user) => render(org, app, user));
    }),
    post(path, "okta.apps", ({ params, body }) => {
      const app = findApp(org, params.appId);
      const user = findUser(org, parse(assignment, body).id);
      const userIds = [...new Set([...app.userIds, user.id])];
      return render(org, change(store.apps, app, { userIds }), user);
    }),
    get(`${path}/:userId`, "okta.apps", ({ params }) => {
      const { app, user } = findAssignment(org, params);
      return render(org, app, user);
    }),
    del(`${path}/:userId`, "okta.apps", ({ params }) => {
      const { app, user } = findAssignment(org, params);
      change(store.apps, app, { userIds: app.userIds.filter((id) => id !== user.id) });
    }),
  ];
}

/** @throws OktaError E0000007 when there is no such app or user, or the user is not assigned to the app */
function findAssignment(org: Org, params: Params): { app: App; user: User } {
  const app = findApp(org, params.appId);
  const user = findUser(org, params.userId);
  if (!scopeOf(org, app, user)) throw notFound(user.id, "AppUser");
  return { app, user };
}

function scopeOf({ store }: Org, app: App, user: User): "USER" | "GROUP" | undefined {
  if (app.userIds.includes(user.id)) return "USER";
  return isAssignedByGroup(store, app, user) ? "GROUP" : undefined;
}

function render(org: Org, app: App, user: User) {
  const { login, email, firstName, lastName } = user.profile;
  return {
    id: user.id,
    created: app.lastUpdated,
    lastUpdated: app.lastUpdated,
    scope: scopeOf(org, app, user),
    status: "ACTIVE",
    statusChanged: app.lastUpdated,
    passwordChanged: null,
    syncState: "DISABLED",
    credentials: { userName: login },
    profile: { email, name: `${firstName} ${lastName}` },
    _links: { app: { href: `${org.url}/api/v1/apps/${app.id}` }, user: { href: `${org.url}/api/v1/users/${user.id}` } },
  };
}
