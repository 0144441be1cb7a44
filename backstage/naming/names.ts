import { entityName, type GroupNaming, type UserNaming } from "./options";

/** What things of Okta are called in Backstage. */
export interface Names<Thing> {
  names: Map<Thing, string>;
  /** A sentence for each thing that should have a name and has none. */
  leftOut: string[];
}

/** A thing of Okta, as it is called there, and what it would be called in Backstage. */
interface Candidate<Thing> {
  thing: Thing;
  label: string;
  name: string;
}

/**
 * Names things of Okta. One is left out rather than given a name that may be another's: where two would have one name,
 * whatever its case, neither has it. A name under mapping is for what it is given to alone, whether that is here or not.
 */
function distinctNames<Thing>(
  kind: string,
  candidates: Candidate<Thing>[],
  mapping: Record<string, string>,
): Names<Thing> {
  const mapped = new Map(Object.entries(mapping).map(([label, name]) => [name.toLowerCase(), label]));
  const byName = new Map<string, Candidate<Thing>[]>();
  const leftOut: string[] = [];
  for (const candidate of candidates) {
    const { label, name } = candidate;
    const owner = Object.hasOwn(mapping, label) ? undefined : mapped.get(name.toLowerCase());
    if (owner !== undefined) {
      leftOut.push(
        `The Okta ${kind} ${JSON.stringify(label)} is left out: ${JSON.stringify(name)} is the name of ` +
          `${JSON.stringify(owner)} under mapping. Give it a name of its own there`,
      );
    } else if (entityName.safeParse(name).success) {
      const sharing = byName.get(name.toLowerCase());
      if (sharing) sharing.push(candidate);
      else byName.set(name.toLowerCase(), [candidate]);
    } else {
      leftOut.push(
        `The Okta ${kind} ${JSON.stringify(label)} is left out: ${JSON.stringify(name)} is not a name for an entity ` +
          `(1 to 63 letters, digits, - _ and .). Give the ${kind} a name under mapping`,
      );
    }
  }
  const names = new Map<Thing, string>();
  for (const [name, sharing] of byName) {
    if (sharing.length === 1) {
      for (const only of sharing) names.set(only.thing, only.name);
      continue;
    }
    const labels = sharing.map(({ label }) => JSON.stringify(label));
    const remedy =
      new Set(labels).size < labels.length
        ? `A mapping cannot tell them apart: rename one in Okta, or leave it out by groupFilter`
        : "Give them names of their own under mapping";
    leftOut.push(
      `The Okta ${kind}s ${labels.join(" and ")} are left out: each would be ${JSON.stringify(name)}. ${remedy}`,
    );
  }
  return { names, leftOut };
}

/** Names Okta groups by a rule. The groups that the rule is not for are in neither of its lists. */
export function nameGroups<Group>(groups: Group[], labelOf: (group: Group) => string, rule: GroupNaming): Names<Group> {
  const candidates = groups.flatMap((thing) => {
    const label = labelOf(thing);
    const name = groupName(label, rule);
    return name === undefined ? [] : [{ thing, label, name }];
  });
  return distinctNames("group", candidates, rule.mapping);
}

/** Names Okta's people by a rule. */
export function nameUsers<User extends { id: string; login: string }>(users: User[], rule: UserNaming): Names<User> {
  const candidates = users.map((thing) => ({ thing, label: thing.login, name: userName(thing, rule) }));
  return distinctNames("user", candidates, rule.mapping);
}

function userName({ id, login }: { id: string; login: string }, { from, mapping }: UserNaming): string {
  const mapped = Object.hasOwn(mapping, login) ? mapping[login] : undefined;
  if (mapped !== undefined) return mapped;
  if (from === "id") return id;
  return from === "login" ? asciiLowerCase(login).replace("@", "_") : localPart(login);
}

/** What is before the last `@` of a login or an email, as it is a name. */
export function localPart(address: string): string {
  return asciiLowerCase(address.slice(0, address.includes("@") ? address.lastIndexOf("@") : undefined));
}

/** @returns undefined for a group that the rule is not for; what the rule makes of others may still be no name */
export function groupName(
  group: string,
  { stripPrefix = "", lowerCase, slug, mapping }: GroupNaming,
): string | undefined {
  const mapped = Object.hasOwn(mapping, group) ? mapping[group] : undefined;
  if (mapped === undefined && !group.startsWith(stripPrefix)) return undefined;
  const name = mapped ?? slugged(group.slice(stripPrefix.length), slug);
  return lowerCase ? asciiLowerCase(name) : name;
}

/** Other letters than those of ASCII stay, so that the name is left out: any letter for them may be another group's. */
function slugged(name: string, slug: boolean): string {
  if (!slug) return name;
  return name.replace(/[^-A-Za-z0-9_.\u0080-\uffff]+/g, "-").replace(/^[-_.]+|[-_.]+$/g, "");
}

const asciiLowerCase = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
