import { APP, type App, CLAIM, type Claim } from "./resources";
import type { Rule } from "./rule";

const filtered = {
  description: "The groups claim of a production portal holds the groups that Backstage needs, not all of a person's.",
  remedy: "Set groupsFilter, such as {type: STARTS_WITH, value: backstage-}.",
  level: { production: "mandatory", otherwise: "disabled" },
} as const;

/** An expression could say who somebody is, or hold all of a person's groups by one of Okta's functions. */
export const isGroupsAlone: Rule<Claim> = {
  name: "claim-is-the-groups-claim",
  description: "The one claim that the stack makes holds groups by a filter.",
  remedy:
    "Set its name to groups and its valueType to GROUPS, and make other claims in Okta, where their owners see them.",
  level: "mandatory",
  type: CLAIM,
  check: ({ name, valueType }) =>
    name === "groups" && valueType === "GROUPS" ? undefined : `It is ${name}, by ${valueType ?? "EXPRESSION"}.`,
};

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
  check: ({ groupsClaim }) => {
    if (!groupsClaim) return undefined;
    return groupsClaim.type === "FILTER"
      ? unfiltered(groupsClaim.filterType, groupsClaim.value)
      : `It is by ${groupsClaim.type}, which no filter holds.`;
  },
};

/** Names of groups that have nothing in common: a filter that takes more than half of them chooses nothing. */
const UNRELATED = ["Everyone", "zq-x7", "4711", "Vertrieb EMEA", "qa.jenkins", "a", "_", "Ünïted/Ops", "ΔΘ", "B:C@d"];

function unfiltered(type: string | undefined, value: string): string | undefined {
  const filter = `Its filter, ${type} "${value}",`;
  if (type !== "REGEX") return value.trim() === "" ? `${filter} takes every group.` : undefined;
  const regex = compiled(value);
  if (!regex) return `${filter} is in a form that cannot be judged here: write it in plainer words.`;
  const taken = UNRELATED.filter((name) => regex.test(name)).length;
  return taken > UNRELATED.length / 2 ? `${filter} takes every group, or nearly.` : undefined;
}

/**
 * Okta's regular expressions are Java's. What means something else in JavaScript does not compile here: under `u` an
 * escape that it does not know is an error, and so is a possessive quantifier.
 */
function compiled(value: string): RegExp | undefined {
  const [, letters = "", rest = value] = /^\(\?([a-z]+)\)(.*)$/s.exec(value) ?? [];
  try {
    return new RegExp(rest, `u${[..."ims"].filter((flag) => letters.includes(flag)).join("")}`);
  } catch {
    return undefined;
  }
}
