import { APP, type App, CLAIM, type Claim } from "./resources";
import type { Rule } from "./rule";

const filtered = {
  description: "The groups claim of a production portal holds the groups that Backstage needs, not all of a person's.",
  remedy: "Set groupsFilter, such as {type: STARTS_WITH, value: backstage-}.",
  level: { production: "mandatory", otherwise: "disabled" },
} as const;

export const isFiltered: Rule<Claim> = {
  ...filtered,
  name: "groups-claim-is-filtered",
  type: CLAIM,
  check: ({ valueType, groupFilterType, value }) =>
    valueType === "GROUPS" ? unfiltered(groupFilterType, value) : undefined,
};

/** With the org authorization server, the claim is the app's own. */
export const isFilteredOnApp: Rule<App> = {
  ...filtered,
  name: "app-groups-claim-is-filtered",
  type: APP,
  check: ({ groupsClaim }) =>
    groupsClaim?.type === "FILTER" ? unfiltered(groupsClaim.filterType, groupsClaim.value) : undefined,
};

function unfiltered(type: string | undefined, value: string): string | undefined {
  const takesAll = type === "REGEX" ? /^\^?\.[*+]\$?$/.test(value) : value === "";
  return takesAll ? `Its filter, ${type} "${value}", takes every group.` : undefined;
}
