import { type GroupsFilter, javaRegExp, type SignInResolver } from "./configTypes";

/** The options by which oktaGroups chooses among the groups of the claim. */
interface GroupRule {
  stripPrefix?: string;
  allowList?: string[];
  mapping?: Record<string, string>;
}

/**
 * The filter for a groups claim that holds no more than what the portal has a use for: what a person's other groups are
 * is none of its business.
 *
 * @param names those of the groups that the config names: one at least
 */
export function filterForGroupsInUse(names: string[], signInResolvers: SignInResolver[]): GroupsFilter {
  const rules = signInResolvers.filter(({ resolver }) => resolver === "oktaGroups") as GroupRule[];
  const exact = new Set([...names, ...rules.flatMap(namedBy)]);
  const prefixes = new Set(rules.flatMap(({ allowList, stripPrefix }) => (allowList ? [] : (stripPrefix ?? []))));
  const [only, ...others] = exact;
  if (only !== undefined && others.length === 0 && prefixes.size === 0) return { type: "EQUALS", value: only };
  const alternatives = [
    ...[...prefixes].map((prefix) => `${escaped(prefix)}.*`),
    ...[...exact].filter((name) => ![...prefixes].some((prefix) => name.startsWith(prefix))).map(escaped),
  ];
  return { type: "REGEX", value: `^(${alternatives.join("|")})$` };
}

const namedBy = ({ allowList, mapping = {} }: GroupRule): string[] => allowList ?? Object.keys(mapping);

/** What has a meaning in a regular expression, in Java's as in JavaScript's, loses it by a backslash. */
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Whether a group may be in the claim. A regular expression of Java's is read with some leniency. */
export function passes({ type, value }: GroupsFilter, name: string): boolean {
  if (type === "STARTS_WITH") return name.startsWith(value);
  if (type === "EQUALS") return name === value;
  if (type === "CONTAINS") return name.includes(value);
  return javaRegExp(value)?.test(name) ?? true;
}
