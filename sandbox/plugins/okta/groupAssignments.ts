import type { Props } from "../contract";
import { step, unlessGone } from "./errors";
import type { Json } from "./fields";
import type { Okta } from "./okta";
import type { Definition } from "./resource";

interface Group {
  id: string;
  priority?: number;
  profile: string;
}

/** okta.app.GroupAssignment: one group that is assigned to an app. Its ID is the group's. */
export const groupAssignment: Definition = {
  fields: {
    appId: { type: "string", required: true, forceNew: true },
    groupId: { type: "string", required: true, forceNew: true },
    priority: { type: "number" },
    profile: { type: "json" },
    retainAssignment: { type: "boolean", default: false },
  },
  parents: ["appId"],

  async create(okta, inputs, onCreated) {
    const id = inputs.groupId as string;
    await step("failed to create application group assignment", assign(okta, inputs.appId, { ...inputs, id }));
    onCreated(id);
  },

  async find(okta, id, { appId }) {
    const found = await step("failed to get application group assignment", unlessGone(okta.get(pathOf(appId, id))));
    return found && { groupId: id, priority: found.priority, profile: JSON.stringify(found.profile ?? {}) };
  },

  async update(okta, id, _outputs, inputs) {
    await step("failed to update application group assignment", assign(okta, inputs.appId, { ...inputs, id }));
  },

  async remove(okta, id, { appId, retainAssignment }) {
    if (retainAssignment) return;
    await step("failed to delete application group assignment", okta.delete(pathOf(appId, id)));
  },
};

/** okta.AppGroupAssignments: all groups that are assigned to an app, also those that somebody assigned by hand. */
export const groupAssignments: Definition = {
  fields: {
    appId: { type: "string", required: true, forceNew: true },
    groups: {
      type: "list",
      of: {
        id: { type: "string", required: true },
        // Okta numbers the assignments itself.
        priority: { type: "number", computed: true },
        profile: { type: "json", default: "{}" },
      },
    },
  },

  async create(okta, inputs, onCreated) {
    const appId = inputs.appId as string;
    for (const group of groupsOf(inputs)) {
      await step("failed to create application group assignment", assign(okta, appId, group));
    }
    onCreated(appId);
  },

  async find(okta, id, props) {
    const listing = unlessGone(okta.list(`/api/v1/apps/${id}/groups?limit=200`));
    const assigned = await step("failed to fetch group assignments", listing);
    return assigned && { appId: id, groups: inOrderOf(groupsOf(props), assigned) };
  },

  async update(okta, id, outputs, inputs) {
    const groups = groupsOf(inputs);
    const gone = groupsOf(outputs).filter((group) => !groups.some((each) => each.id === group.id));
    for (const group of gone) await step("failed to delete group assignment", unassign(okta, id, group));
    // Those that are there already, too: their profile or priority may have changed.
    for (const group of groups) await step("failed to add/update group assignment", assign(okta, id, group));
  },

  async remove(okta, id, outputs) {
    for (const group of groupsOf(outputs)) {
      await step("failed to delete application group assignment", unassign(okta, id, group));
    }
  },
};

const pathOf = (appId: unknown, groupId: string) => `/api/v1/apps/${appId as string}/groups/${groupId}`;

/** Assigns a group to an app, or changes its assignment. */
async function assign(
  okta: Okta,
  appId: unknown,
  { id, priority, profile }: { id: string; priority?: unknown; profile?: unknown },
): Promise<void> {
  await okta.put(pathOf(appId, id), { id, priority, profile: JSON.parse((profile as string) || "{}") as Json });
}

function unassign(okta: Okta, appId: string, { id }: Group): Promise<void> {
  return unlessGone(okta.delete(pathOf(appId, id)));
}

function groupsOf(props: Props): Group[] {
  return (props.groups ?? []) as Group[];
}

/** The assigned groups, those that are known first and in their order. */
function inOrderOf(known: Group[], assigned: Json[]): Group[] {
  const groups = assigned.map((each) => {
    const before = known.find(({ id }) => id === each.id);
    return {
      id: each.id as string,
      ...(each.priority !== undefined && { priority: each.priority as number }),
      profile: profile(before?.profile, (each.profile ?? {}) as Json),
    };
  });
  const place = ({ id }: Group) => known.findIndex((group) => group.id === id) >>> 0;
  return groups.sort((a, b) => place(a) - place(b));
}

/** Okta fills profiles up with attributes of the app: of a known one, those count that the Pulumi program gave. */
function profile(before: string | undefined, now: Json): string {
  if (before === undefined) return JSON.stringify(now);
  const given = Object.keys(JSON.parse(before || "{}") as Json);
  return JSON.stringify(Object.fromEntries(given.map((key) => [key, now[key]])));
}
