import type { Update } from "../../../../ops/rollback/history";

const time = (minute: number) => new Date(Date.UTC(2026, 10, 24, 2, minute));

/** A history, newest first, of updates that are written oldest first: a commit each, and what is special about it. */
export function history(...updates: [commit: string, details?: Partial<Update>][]): Update[] {
  return updates
    .map(([commit, details], i): Update => ({
      version: i + 1,
      kind: "update",
      result: "succeeded",
      startTime: time(i),
      endTime: time(i),
      message: `Message of ${commit}`,
      commit,
      dirty: false,
      author: "Alice",
      isRotation: false,
      config: {},
      changes: {},
      ...details,
    }))
    .reverse();
}
