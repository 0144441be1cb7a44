import type { StepEventMetadata } from "../preview";

/** A resource of a stack at one time: in the state, as it is found, or as it is planned. */
export interface Resource {
  urn: string;
  type: string;
  /** What its provider calls it; empty before it is made. */
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  protect?: boolean;
  /** Of what is replaced: the properties that it is replaced for. */
  replacedFor?: string[];
}

/** A stack's resources at one time, by URN. */
export type Resources = ReadonlyMap<string, Resource>;

/**
 * The resources before and after a preview's or refresh's steps. What no step is about, since the preview failed before it
 * came there, is in neither.
 */
export function beforeAndAfter(steps: StepEventMetadata[]): { before: Resources; after: Resources } {
  const [before, after] = [new Map<string, Resource>(), new Map<string, Resource>()];
  for (const { urn, op, old, new: planned, keys } of steps) {
    // What waits for its deletion after a replacement has the URN of what replaced it.
    if (op === "delete" && old?.delete) continue;
    if (old && !before.has(urn)) before.set(urn, old);
    if (op === "delete") after.delete(urn);
    else if (op === "replace" && planned) after.set(urn, { ...planned, id: "", replacedFor: keys ?? [] });
    // A preview leaves out the ID that stays.
    else if (planned) after.set(urn, { ...planned, id: planned.id || (old?.id ?? "") });
  }
  return { before, after };
}
