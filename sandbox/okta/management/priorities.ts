import type { Database } from "lmdb";

interface Prioritized {
  id: string;
  priority: number;
}

/** Orders policies or rules as they are tried. */
export function byPriority(one: Pick<Prioritized, "priority">, other: Pick<Prioritized, "priority">): number {
  return one.priority - other.priority;
}

/**
 * Stores a policy or rule at its place among its siblings, counted from 1: those from there on move down by one, and a
 * place beyond the end is the end, so that no priority is missing or taken twice.
 *
 * @param siblings the others, without `item`
 * @returns `item` with the priority that it got
 */
export function putAtPriority<T extends Prioritized>(store: Database<T, string>, item: T, siblings: T[]): T {
  const others = [...siblings].sort(byPriority);
  const place = Math.min(item.priority, others.length + 1);
  const placed = { ...item, priority: place };
  renumber(store, [...others.slice(0, place - 1), placed, ...others.slice(place - 1)]);
  void store.put(placed.id, placed);
  return placed;
}

/** Removes a policy or rule: those after it move up by one. */
export function removeFromPriorities<T extends Prioritized>(store: Database<T, string>, item: T, siblings: T[]): void {
  void store.remove(item.id);
  renumber(store, [...siblings].sort(byPriority));
}

function renumber<T extends Prioritized>(store: Database<T, string>, items: T[]): void {
  items.forEach((item, index) => {
    if (item.priority !== index + 1) void store.put(item.id, { ...item, priority: index + 1 });
  });
}
