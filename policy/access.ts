import { ASSIGNMENTS, type Assignments } from "./resources";
import type { Rule } from "./rule";

export const isAssigned: Rule<Assignments> = {
  name: "app-is-assigned-to-groups",
  description: "The app is assigned to at least one group.",
  remedy: "Name the groups whose members may sign in, in allowedGroups.",
  level: "mandatory",
  type: ASSIGNMENTS,
  check: ({ groups = [] }) => (groups.length > 0 ? undefined : "Nobody could sign in."),
};

/** Everyone is the name of a group that each Okta org has and that holds all of its users; it cannot be renamed. */
export const isNotForEveryone: Rule<Assignments> = {
  name: "app-is-not-for-everyone",
  description: "A production portal is not open to the group Everyone.",
  remedy: "Name the groups of the people who need the portal, in allowedGroups.",
  level: { production: "mandatory", otherwise: "disabled" },
  type: ASSIGNMENTS,
  check: (_, { stack }) =>
    stack.allowedGroups.includes("Everyone") ? "Each user of the Okta org could sign in." : undefined,
};
