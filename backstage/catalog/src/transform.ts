import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  type Entity,
  type GroupEntity,
  type UserEntity,
} from "@backstage/catalog-model";
import { nameGroups, nameUsers } from "../../naming/names";
import type { ProviderOptions } from "./options";
import type { OktaGroup, OktaOrg, OktaUser } from "./org";

/** What an org becomes in the catalog. */
export interface OrgEntities {
  entities: Entity[];
  /** A sentence for each person and group that is not among them although it should be. */
  leftOut: string[];
}

type Options = Pick<ProviderOptions, "orgUrl" | "groups" | "namespace" | "naming">;

/** Makes the Users and Groups of an org, with their memberships. */
export function transform(org: OktaOrg, options: Options, location: string): OrgEntities {
  const groupNames = nameGroups([...org.groups.values()], ({ name }) => name, options.naming.groups);
  const userNames = nameUsers([...org.users.values()], options.naming.users);
  const memberships = new Map<string, string[]>();
  for (const [group, name] of groupNames.names) {
    for (const member of group.members) {
      const groups = memberships.get(member);
      if (groups) groups.push(name);
      else memberships.set(member, [name]);
    }
  }
  const parents = new Map([...groupNames.names].map(([group, name]) => [group.name, name]));
  const groups = [...groupNames.names].map(([group, name]) =>
    groupEntity(group, name, group.parent === undefined ? undefined : parents.get(group.parent), options, location),
  );
  const users = [...userNames.names].map(([user, name]) =>
    // In an order of their own: Okta's may be another each time, and that is no change.
    userEntity(user, name, (memberships.get(user.id) ?? []).sort(), options, location),
  );
  const leftOut = [...missing(org, options), ...groupNames.leftOut, ...userNames.leftOut];
  return { entities: [...groups, ...users], leftOut };
}

function missing(org: OktaOrg, { groups }: Options): string[] {
  const there = new Set([...org.groups.values()].map(({ name }) => name));
  const names = groups && "names" in groups ? groups.names : [];
  return names
    .filter((name) => !there.has(name))
    .map((name) => `Okta has no group ${JSON.stringify(name)}, which groups.names has`);
}

function groupEntity(
  { id, name: title, description }: OktaGroup,
  name: string,
  parent: string | undefined,
  options: Options,
  location: string,
): GroupEntity {
  return {
    apiVersion: "backstage.io/v1alpha1",
    kind: "Group",
    metadata: {
      name,
      namespace: options.namespace,
      title,
      ...(description !== undefined && { description }),
      annotations: { ...locations(location), "okta.com/id": id, "okta.com/name": title },
      links: [{ url: `${adminUrl(options.orgUrl)}/admin/group/${id}`, title: "Group in Okta" }],
    },
    spec: {
      type: "team",
      profile: { displayName: title },
      // A group that would be above itself is above nothing: the catalog shows a tree.
      ...(parent !== undefined && parent !== name && { parent }),
      children: [],
    },
  };
}

function userEntity(
  { id, login, email, displayName }: OktaUser,
  name: string,
  memberOf: string[],
  options: Options,
  location: string,
): UserEntity {
  return {
    apiVersion: "backstage.io/v1alpha1",
    kind: "User",
    metadata: {
      name,
      namespace: options.namespace,
      annotations: {
        ...locations(location),
        "okta.com/id": id,
        "okta.com/login": login,
        ...(email !== undefined && { "okta.com/email": email }),
      },
      links: [{ url: `${adminUrl(options.orgUrl)}/admin/user/profile/view/${id}`, title: "User in Okta" }],
    },
    spec: { profile: { displayName, ...(email !== undefined && { email }) }, memberOf },
  };
}

const locations = (location: string) => ({ [ANNOTATION_LOCATION]: location, [ANNOTATION_ORIGIN_LOCATION]: location });

/** Okta's console of an org is beside it, but at the same host where that is a custom domain. */
function adminUrl(orgUrl: string): string {
  return orgUrl.replace(/^(https:\/\/[^.]+)(\.(?:okta|oktapreview|okta-emea)\.com)$/, "$1-admin$2");
}
