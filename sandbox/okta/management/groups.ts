import { z } from "zod";
import { alreadyExists, invalid, notFound, parse } from "../errors";
import { type Group, newId, now, select } from "../store";
import { filter, noContent, ok, type Org, page, type Route } from "./route";

const body = z.object({
  profile: z.object({ name: z.string().trim().min(1).max(255), description: z.string().max(1024).default("") }),
});

/**
 * The groups of the org.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Group/
 */
export function groupRoutes(org: Org): Route[] {
  const { store } = org;

  return [
    {
      method: "GET",
      path: "/api/v1/groups",
      access: "okta.groups.read",
      handle: (request) => {
        const prefix = (request.query.get("q") ?? "").toLowerCase();
        const matches = filterOf(request.query.get("search") ?? request.query.get("filter"));
        const groups = select(
          store.groups,
          (each) => each.profile.name.toLowerCase().startsWith(prefix) && matches(each),
        );
        return page(org, request, groups, { usual: 10_000, most: 10_000 }, (each) => renderGroup(org, each));
      },
    },
    {
      method: "POST",
      path: "/api/v1/groups",
      access: "okta.groups.manage",
      handle: (request) => {
        const { profile } = parse(body, request.body);
        refuseTakenName(profile.name);
        const time = now();
        const made: Group = {
          id: newId("00g"),
          type: "OKTA_GROUP",
          profile,
          created: time,
          lastUpdated: time,
          lastMembershipUpdated: time,
        };
        void store.groups.put(made.id, made);
        return ok(renderGroup(org, made));
      },
    },
    {
      method: "GET",
      path: "/api/v1/groups/:groupId",
      access: "okta.groups.read",
      handle: ({ params }) => ok(renderGroup(org, findGroup(org, params.groupId!))),
    },
    {
      method: "PUT",
      path: "/api/v1/groups/:groupId",
      access: "okta.groups.manage",
      handle: ({ params, body: json }) => {
        const old = findOwnGroup(org, params.groupId!);
        const { profile } = parse(body, json);
        refuseTakenName(profile.name, old.id);
        const replaced = { ...old, profile, lastUpdated: now() };
        void store.groups.put(old.id, replaced);
        return ok(renderGroup(org, replaced));
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/groups/:groupId",
      access: "okta.groups.manage",
      handle: ({ params }) => {
        const { id } = findOwnGroup(org, params.groupId!);
        const without = <T extends { id: string; groupIds: string[] }>(holder: T): T => ({
          ...holder,
          groupIds: holder.groupIds.filter((groupId) => groupId !== id),
        });
        for (const user of select(store.users, ({ groupIds }) => groupIds.includes(id)))
          void store.users.put(user.id, without(user));
        for (const app of select(store.apps, ({ groupIds }) => groupIds.includes(id)))
          void store.apps.put(app.id, without(app));
        void store.groups.remove(id);
        return noContent();
      },
    },
  ];

  function refuseTakenName(name: string, except?: string): void {
    const [taken] = select(store.groups, ({ id, profile }) => profile.name === name && id !== except);
    if (taken) throw alreadyExists("name");
  }
}

/** @throws OktaError E0000007 */
export function findGroup({ store }: Org, id: string): Group {
  const found = store.groups.get(id);
  if (!found) throw notFound(id, "UserGroup");
  return found;
}

/**
 * A group that may be changed, as Everyone may not.
 * @throws OktaError E0000007, or E0000001 for a group that Okta manages
 */
export function findOwnGroup(org: Org, id: string): Group {
  const found = findGroup(org, id);
  if (found.type === "BUILT_IN")
    throw invalid({ field: "type", message: `The group ${found.profile.name} is managed by Okta` });
  return found;
}

/** A group as the API shows it. */
export function renderGroup({ url }: Org, group: Group) {
  const self = `${url}/api/v1/groups/${group.id}`;
  return {
    id: group.id,
    created: group.created,
    lastUpdated: group.lastUpdated,
    lastMembershipUpdated: group.lastMembershipUpdated,
    objectClass: ["okta:user_group"],
    type: group.type,
    profile: group.profile,
    _links: { self: { href: self }, users: { href: `${self}/users` } },
  };
}

function filterOf(expression: string | null): (group: Group) => boolean {
  if (expression === null) return () => true;
  const matches = filter(expression);
  return ({ id, type, profile }) => matches({ id, type, "profile.name": profile.name });
}
