import type { Kind } from "./kinds";
import type { SignIn } from "./model";

/** A kind and its sentence. */
export type Found = [Kind, string];

/** A group of the org, as far as its name could be found out. */
export interface GroupName {
  name: string;
  /** Whether it is the org's built-in group of all people. */
  isEveryone: boolean;
}

export type NameOf = (groupId: string) => GroupName;

/** For where nobody can be asked. */
export const unnamed: NameOf = (id) => ({ name: id, isEveryone: false });

/** For how many minutes a sign-in can be kept up: Okta and Backstage each set an end. */
export function longest({ rule, overlay }: SignIn): number | undefined {
  const ends = [rule?.durationMinutes, overlay?.sessionMinutes].filter((minutes) => minutes !== undefined);
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

/** What the second list has that the first does not. */
export function added<T>(before: readonly T[], after: readonly T[]): T[] {
  return after.filter((item) => !before.includes(item));
}

/** Minutes in the largest unit that needs no fraction. */
export function duration(minutes: number): string {
  if (minutes === Infinity) return "without end";
  for (const [unit, length] of [
    ["day", 1440],
    ["hour", 60],
  ] as const) {
    if (minutes % length === 0) return plural(minutes / length, unit);
  }
  return plural(minutes, "minute");
}

const plural = (count: number, unit: string) => `${count} ${unit}${count === 1 ? "" : "s"}`;
