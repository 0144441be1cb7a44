import type { Props } from "../contract";
import { step } from "./bridge";
import { unlessGone } from "./errors";
import type { Fields } from "./fields";
import { assign } from "./groupAssignments";
import type { Definition } from "./resource";

const fields: Fields = {
  appId: { type: "string", required: true, forceNew: true },
  groupId: { type: "string", required: true, forceNew: true },
  priority: { type: "number" },
  profile: { type: "json" },
  retainAssignment: { type: "boolean", default: false },
};

const pathOf = ({ appId }: Props, groupId: string) => `/api/v1/apps/${appId as string}/groups/${groupId}`;

/** okta.app.GroupAssignment: one group that is assigned to an app. Its ID is the group's. */
export const groupAssignment: Definition = {
  fields,
  parents: ["appId"],

  async create(okta, inputs, onCreated) {
    const id = inputs.groupId as string;
    await step(
      "failed to create application group assignment",
      assign(okta, inputs.appId as string, { ...inputs, id }),
    );
    onCreated(id);
  },

  async find(okta, id, props) {
    const found = await step("failed to get application group assignment", unlessGone(okta.get(pathOf(props, id))));
    if (!found) return undefined;
    return { groupId: id, priority: found.priority, profile: JSON.stringify(found.profile ?? {}) };
  },

  async update(okta, id, _outputs, inputs) {
    await step(
      "failed to update application group assignment",
      assign(okta, inputs.appId as string, { ...inputs, id }),
    );
  },

  async remove(okta, id, outputs) {
    if (outputs.retainAssignment) return;
    await step("failed to delete application group assignment", okta.delete(pathOf(outputs, id)));
  },
};
