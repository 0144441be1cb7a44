import { type GroupName, type NameOf, unnamed } from "../signIn/finding";
import type { OktaManagement } from "./management";

/** Looks up the names of groups, of which a state knows the IDs alone. A group that Okta does not tell of keeps its ID. */
export async function groupNames(okta: OktaManagement | undefined, ids: string[]): Promise<NameOf> {
  const names = new Map<string, GroupName>();
  for (const id of ids) {
    const group = await okta
      ?.get<{ type: string; profile: { name: string } }>(`/api/v1/groups/${id}`)
      .catch(() => undefined);
    // The one group that Okta itself makes, and puts everybody into.
    if (group) names.set(id, { name: group.profile.name, isEveryone: group.type === "BUILT_IN" });
  }
  return (id) => names.get(id) ?? unnamed(id);
}
