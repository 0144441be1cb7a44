import { type State, wasKilled } from "../../../ops/state";

const LAST_END = new Date("2026-11-24T02:00:00Z");
const after = (seconds: number, isPending = false): State => ({
  time: new Date(LAST_END.getTime() + seconds * 1000),
  resources: [],
  pending: isPending ? [{ urn: "urn", operation: "updating" }] : [],
  encryption: {},
});

it("takes a state that is newer than the history for that of an update which was killed", () => {
  expect(wasKilled(after(60), LAST_END)).toBe(true);
  expect(wasKilled(after(2, true), LAST_END)).toBe(true);
});

it.each<[string, State]>([
  ["the last update's own", after(0.9)],
  ["by another clock", after(20)],
  ["the last update's, which kept what an earlier one was doing", after(0.9, true)],
])("does not take for it: %s", (_, state) => {
  expect(wasKilled(state, LAST_END)).toBe(false);
});

it("does not take for it the state of a stack without a history", () => {
  expect(wasKilled(after(0), undefined)).toBe(false);
});
