import type { Permission } from "./configTypes";

/** What the members of some groups may do in the portal. */
export interface Role {
  /** Its name in the RBAC plugin, below `role:default/`. */
  name: string;
  /** The groups as the catalog and the sign-in call them, such as `group:default/admins`. */
  groups: string[];
  permissions: Permission[];
}

/**
 * The roles as the RBAC plugin reads them from a file: casbin's lines, `p` for what a role may do and `g` for who has it.
 * https://github.com/backstage/community-plugins/tree/main/workspaces/rbac/plugins/rbac-backend
 */
export function rolePolicies(roles: Role[]): string {
  const lines = roles.flatMap(({ name, groups, permissions }) => {
    const role = `role:default/${name}`;
    return [
      ...permissions.map(({ permission, action }) => `p, ${role}, ${permission}, ${action}, allow`),
      ...groups.map((group) => `g, ${group}, ${role}`),
    ];
  });
  return [...new Set(lines)].map((line) => `${line}\n`).join("");
}
