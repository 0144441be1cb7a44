import type { Database } from "lmdb";
import { save } from "../store";

interface Prioritized {
  id: string;
  priority?: number;
}

/** Orders policies or rules as they are tried. */
export function byPriority(one: { priority?: number }, other: { priority?: number }): number {
  return (one.priority ?? 0) - (other.priority ?? 0);
}

/**
 * Stores a policy or rule at its place among its siblings, counted from 1: those from there on move down by one, and a
 * place beyond the end, or none, is the end, so that no priority is missing or taken twice.
 *
 * @param siblings the others, without `item`
 * @returns `item` with the priority that it got
 */
export function putAtPriority<T extends Prioritized>(table: Database<T, string>, item: T, siblings: T[]): T {
  const others = [...siblings].sort(byPriority);
  const place = Math.min(item.priority ?? Infinity, others.length + 1);
  const placed = { ...item, priority: place };
  renumber(table, [...others.slice(0, place - 1), placed, ...others.slice(place - 1)]);
  return save(table, placed);
}

/** Gives each its place in the list as its priority. */
export function renumber<T extends Prioritized>(table: Database<T, string>, items: T[]): void {
  items.forEach((item, index) => {
    if (item.priority !== index + 1) save(table, { ...item, priority: index + 1 });
  });
}
