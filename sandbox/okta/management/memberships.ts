import { now, save, select } from "../store";
import { findGroup, findOwnGroup, renderGroup } from "./groups";
import { del, get, type Org, page, type Params, put, type Route } from "./route";
import { findUser, renderUser } from "./users";

/** Who is in which group, seen from either side. */
export function membershipRoutes(org: Org): Route[] {
  const { store } = org;

  return [
    get("/api/v1/groups/:groupId/users", "okta.groups", (request) => {
      const { id } = findGroup(org, request.params.groupId);
      const members = store.memberIds(id).map((userId) => ({ id: userId }));
      const render = ({ id: userId }: { id: string }) => renderUser(org, store.users.get(userId)!);
      return page(org, request, members, { usual: 1000, most: 1000 }, render);
    }),
    get("/api/v1/users/:userId/groups", "okta.users", (request) => {
      const { groupIds } = findUser(org, request.params.userId);
      const groups = select(store.groups, ({ id }) => groupIds.includes(id));
      return page(org, request, groups, { usual: 200, most: 200 }, (group) => renderGroup(org, group));
    }),
    put("/api/v1/groups/:groupId/users/:userId", "okta.groups", ({ params }) =>
      change(params, (groupIds, id) => [...new Set([...groupIds, id])]),
    ),
    del("/api/v1/groups/:groupId/users/:userId", "okta.groups", ({ params }) =>
      change(params, (groupIds, id) => groupIds.filter((groupId) => groupId !== id)),
    ),
  ];

  function change(params: Params, apply: (groupIds: string[], id: string) => string[]): void {
    const group = findOwnGroup(org, params.groupId);
    const user = findUser(org, params.userId);
    save(store.users, { ...user, groupIds: apply(user.groupIds, group.id) });
    save(store.groups, { ...group, lastMembershipUpdated: now() });
  }
}
