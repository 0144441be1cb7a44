import type { Props } from "../contract";
import { matches } from "../differences";
import type { Schema } from "../schema";
import type { Json } from "./okta";
import type { Definition } from "./resource";

interface Group {
  id: string;
  priority?: number;
  profile: string;
}

const groupSchema: Schema = {
  id: { type: "string", required: true },
  // Okta numbers the assignments itself.
  priority: { type: "number", computed: true },
  profile: { type: "json", default: "{}" },
};

/** okta.AppGroupAssignments: all groups that are assigned to an app, also those that somebody assigned by hand. */
export const groupAssignments: Definition = {
  noun: "group assignments",
  schema: {
    appId: { type: "string", required: true, forceNew: true },
    groups: { type: "list", of: groupSchema },
  },

  async create(okta, inputs, made) {
    const appId = inputs.appId as string;
    for (const group of groupsOf(inputs)) await okta.put(...assignment(appId, group));
    made(appId);
  },

  async find(okta, id, props) {
    const path = `/api/v1/apps/${id}`;
    const assigned = await okta.listIfThere(`${path}/groups?limit=200`);
    return assigned && { appId: id, groups: inOrderOf(groupsOf(props), assigned) };
  },

  async update(okta, id, outputs, inputs) {
    const [before, after] = [groupsOf(outputs), groupsOf(inputs)];
    const gone = before.filter((group) => !after.some(({ id }) => id === group.id));
    for (const group of gone) await okta.delete(`/api/v1/apps/${id}/groups/${group.id}`);
    const isThere = (group: Group) =>
      before.some((each) => matches({ type: "object", of: groupSchema }, each, { ...group }));
    const changed = after.filter((group) => !isThere(group));
    for (const group of changed) await okta.put(...assignment(id, group));
  },

  async remove(okta, id, outputs) {
    for (const group of groupsOf(outputs)) await okta.delete(`/api/v1/apps/${id}/groups/${group.id}`);
  },
};

function groupsOf(props: Props): Group[] {
  return (props.groups ?? []) as Group[];
}

function assignment(appId: string, { id, priority, profile }: Group): [path: string, body: Json] {
  return [`/api/v1/apps/${appId}/groups/${id}`, { id, priority, profile: JSON.parse(profile || "{}") as Json }];
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

/** Okta fills profiles up with attributes of the app: of a known one, those count that the program gave. */
function profile(before: string | undefined, now: Json): string {
  if (before === undefined) return JSON.stringify(now);
  const given = Object.keys(JSON.parse(before || "{}") as Json);
  return JSON.stringify(Object.fromEntries(given.map((key) => [key, now[key]])));
}
