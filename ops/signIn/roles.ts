/**
 * What the members of each group may do, by the policies that the RBAC plugin reads: lines of `p` say what a role may do,
 * lines of `g` who has it.
 */
export function permissionsIn(policies: string): Map<string, string[]> {
  const lines = policies.split("\n").map((line) => line.split(",").map((word) => word.trim()));
  const permissions = new Map<string, string[]>();
  for (const [kind, group = "", role] of lines) {
    if (kind !== "g") continue;
    const permitted = lines
      .filter(([kind, subject, , , effect]) => kind === "p" && subject === role && effect === "allow")
      .map(([, , permission, action]) => `${permission} (${action})`);
    permissions.set(group, [...new Set([...(permissions.get(group) ?? []), ...permitted])]);
  }
  return permissions;
}
