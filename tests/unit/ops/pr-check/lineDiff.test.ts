import { lineDiff } from "../../../../ops/pr-check/lineDiff";

it.each([
  ["a\nb\nc\n", "a\nc\nd\n", "  a\n- b\n  c\n+ d"],
  ["a\n", "b\n", "- a\n+ b"],
  ["", "a\n", "- \n+ a"],
])("shows how %j becomes %j", (before, after, diff) => {
  expect(lineDiff(before, after)).toBe(diff);
});

it("is nothing between equal texts", () => {
  expect(lineDiff("a\n", "a\n")).toBeUndefined();
});
