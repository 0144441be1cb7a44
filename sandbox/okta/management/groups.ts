import type { Database } from "lmdb";
import { found, invalid } from "../errors";
import type { App } from "../model/app";
import { type Group, groupBody, type User } from "../model/org";
import { newTimes, now, save, select } from "../store";
import { collection } from "./collection";
import type { Properties } from "./filter";
import type { Org, Route } from "./route";

const properties: Properties<Group> = {
  id: ({ id }) => id,
  type: ({ type }) => type,
  lastUpdated: ({ lastUpdated }) => lastUpdated,
  lastMembershipUpdated: ({ lastMembershipUpdated }) => lastMembershipUpdated,
};

/**
 * The groups of the org.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Group/
 */
export function groupRoutes(org: Org): Route[] {
  const { store } = org;

  return collection(org, store.groups, {
    path: "/api/v1/groups",
    id: "groupId",
    idPrefix: "00g",
    access: "okta.groups",
    type: "UserGroup",
    list: {
      q: ({ profile }, text) => profile.name.toLowerCase().startsWith(text),
      filter: properties,
      search: {
        ...properties,
        created: ({ created }) => created,
        "profile.name": ({ profile }) => profile.name,
        "profile.description": ({ profile }) => profile.description,
      },
      pageSize: { usual: 10_000, most: 10_000 },
    },
    unique: { field: "name", of: ({ profile }) => profile.name },
    body: groupBody,
    createdStatus: 200,
    create: (wanted) => newGroup("OKTA_GROUP", wanted),
    replace: (group, { profile }) => {
      refuseBuiltIn(group);
      return { ...group, profile, lastUpdated: now() };
    },
    remove: (group) => {
      refuseBuiltIn(group);
      const leave = <T extends User | App>(table: Database<T, string>) => {
        for (const holder of select(table, ({ groupIds }) => groupIds.includes(group.id)))
          save(table, { ...holder, groupIds: holder.groupIds.filter((id) => id !== group.id) });
      };
      leave(store.users);
      leave(store.apps);
    },
    render: (group) => renderGroup(org, group),
  }).routes;
}

export function newGroup(type: Group["type"], { profile }: Pick<Group, "profile">): Omit<Group, "id"> {
  const times = newTimes();
  return { type, profile, ...times, lastMembershipUpdated: times.created };
}

/** @throws OktaError E0000007 */
export function findGroup({ store }: Org, id = ""): Group {
  return found(store.groups.get(id), id, "UserGroup");
}

/**
 * A group that may be changed, as Everyone may not.
 * @throws OktaError E0000007, or E0000001 for a group that Okta manages
 */
export function findOwnGroup(org: Org, id?: string): Group {
  const group = findGroup(org, id);
  refuseBuiltIn(group);
  return group;
}

function refuseBuiltIn({ type, profile }: Group): void {
  if (type === "BUILT_IN") throw invalid({ field: "type", message: `The group ${profile.name} is managed by Okta` });
}

/** A group as the API shows it. */
export function renderGroup({ url }: Org, group: Group) {
  const self = `${url}/api/v1/groups/${group.id}`;
  const _links = { self: { href: self }, users: { href: `${self}/users` } };
  return { ...group, objectClass: ["okta:user_group"], _links };
}
