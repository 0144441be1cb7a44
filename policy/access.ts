import { ASSIGNMENTS, type Assignments, GROUP_ASSIGNMENT, type GroupAssignment, STACK } from "./resources";
import { ifKnown, type Rule, type StackRule } from "./rule";

export const isAssigned: Rule<Assignments> = {
  name: "app-is-assigned-to-groups",
  description: "The app is assigned to at least one group.",
  remedy: "Name the groups whose members may sign in, in allowedGroups.",
  level: "mandatory",
  type: ASSIGNMENTS,
  check: ({ groups = [] }) => (groups.length > 0 ? undefined : "Nobody could sign in."),
};

const notForEveryone = {
  description: "A production portal is not open to the group Everyone.",
  remedy: "Name the groups of the people who need the portal, in allowedGroups.",
  level: { production: "mandatory", otherwise: "disabled" },
} as const;
const OPEN = "Each user of the Okta org could sign in.";

/** Everyone is the name of a group that each Okta org has and that holds all of its users; it cannot be renamed. */
export const isNotForEveryone: Rule<Assignments | GroupAssignment> = {
  ...notForEveryone,
  name: "app-is-not-for-everyone",
  type: [ASSIGNMENTS, GROUP_ASSIGNMENT],
  check: (_, { stack }) => (stack.allowedGroups.includes("Everyone") ? OPEN : undefined),
};

/** By an ID nobody sees which group it is: the stack tells, in its output `allowedGroups`, what it has looked up. */
export const areKnown: StackRule = {
  ...notForEveryone,
  name: "assigned-groups-are-known",
  description:
    "The groups that are assigned in production are those that the stack has looked up, and none is Everyone.",
  checkStack: (resources) => {
    const stack = resources.find(({ type }) => type === STACK)?.props ?? {};
    const known = ifKnown(
      () => (stack.allowedGroups ?? []) as { id: string; name: string }[],
      () => undefined,
    );
    if (!known) return [];
    return resources.flatMap((resource) =>
      ifKnown(
        () => assigned(resource),
        () => [],
      ).flatMap((id) => {
        const { urn } = resource;
        const group = known.find((each) => each.id === id);
        if (group?.name === "Everyone") return [{ urn, violation: `Group ${id} is Everyone. ${OPEN}` }];
        return group ? [] : [{ urn, violation: `Group ${id} is none of the stack's output allowedGroups.` }];
      }),
    );
  },
};

/** The IDs of the groups that a resource assigns. */
function assigned({ type, props }: { type: string; props: Record<string, unknown> }): string[] {
  if (type === GROUP_ASSIGNMENT) return [(props as unknown as GroupAssignment).groupId];
  if (type !== ASSIGNMENTS) return [];
  return ((props as unknown as Assignments).groups ?? []).map(({ id }) => id);
}
