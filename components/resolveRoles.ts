import { nameGroups } from "../backstage/naming/names";
import type { GroupNaming } from "../backstage/naming/options";
import { resolverOptions } from "../backstage/auth/src/resolverOptions";
import { providerOf } from "./catalogProvider";
import type { CatalogSync, GroupsFilter, SignInResolver } from "./configTypes";
import { passes } from "./groupsInUse";
import type { NamedRole } from "./lookups";
import type { Mistake } from "./mistakes";
import type { Role } from "./roles";

/** What tells the portal a person's groups. */
export interface GroupSource {
  /** With the names of the catalog, where that reads groups too. */
  signInResolvers: SignInResolver[];
  /** Undefined where the claim is somebody else's. */
  groupsFilter: GroupsFilter | undefined;
  catalogSync: CatalogSync | undefined;
}

/** How groups come to the portal: by which names, and why one does not. */
interface Naming {
  rule: GroupNaming & { namespace: string };
  leftOut(group: string): string | undefined;
}

export interface ResolvedRoles {
  roles: Role[];
  /** What the portal calls their groups, by the groups: names that no other group may have. */
  names: Record<string, string>;
  mistakes: Mistake[];
}

/**
 * The roles with their groups as the portal calls them. A group by which nobody would ever get a role is a mistake.
 *
 * @param roles those whose groups are all groups of the org
 */
export function resolveRoles(roles: NamedRole[], source: GroupSource): ResolvedRoles {
  const naming = namingOf(source);
  if (!naming) {
    const remedy =
      "gives nobody anything, since nothing tells the portal a person's groups: add oktaGroups to signInResolvers, or set catalogSync";
    return { roles: [], names: {}, mistakes: roles.length > 0 ? [{ key: "roles", value: undefined, remedy }] : [] };
  }
  const all = [...new Set(roles.flatMap(({ groups }) => groups))];
  const { names } = nameGroups(all, (group) => group, naming.rule);
  const mistakes: Mistake[] = [];
  const resolved = roles.map(({ groups, ...role }) => ({
    ...role,
    groups: groups.flatMap((group, index) => {
      const name = names.get(group);
      const remedy = naming.leftOut(group) ?? nameMistake(name);
      if (remedy) mistakes.push({ key: `roles.${role.name}.groups[${index}]`, value: group, remedy });
      return name === undefined ? [] : [`group:${naming.rule.namespace}/${name}`];
    }),
  }));
  return { roles: resolved, names: Object.fromEntries(names), mistakes };
}

function namingOf({ signInResolvers, groupsFilter, catalogSync }: GroupSource): Naming | undefined {
  const { resolver, ...options } = signInResolvers.find((each) => each.resolver === "oktaGroups") ?? {};
  const rule = resolver && resolverOptions.oktaGroups.safeParse(options).data;
  if (rule) {
    return {
      rule,
      leftOut: (group) => {
        if (groupsFilter && !passes(groupsFilter, group)) {
          return `is left out of the groups claim by groupsFilter (${groupsFilter.type} ${groupsFilter.value}): widen the filter, or leave it out`;
        }
        return rule.allowList && !rule.allowList.includes(group)
          ? "is not in the allowList of oktaGroups in signInResolvers: add it there"
          : undefined;
      },
    };
  }
  const provider = catalogSync && providerOf(catalogSync);
  if (!provider) return undefined;
  const { groups } = provider;
  const isRead = (group: string) =>
    !groups || ("names" in groups ? groups.names.includes(group) : group.startsWith(groups.prefix));
  return {
    rule: { ...provider.naming.groups, namespace: provider.namespace },
    leftOut: (group) => (isRead(group) ? undefined : "is not among the groups of catalogSync: add it there"),
  };
}

/** The plugin reads the names of groups in lower case, and compares them with names that are as they are. */
function nameMistake(name: string | undefined): string | undefined {
  if (name === undefined) {
    return "has no name of its own in the portal by the options of oktaGroups or catalogSync.naming: give it one under mapping";
  }
  return name === name.toLowerCase()
    ? undefined
    : `is ${name} in the portal, and the RBAC plugin takes names in lower case alone: leave out lowerCase`;
}
