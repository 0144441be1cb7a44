import { choose, type ChooseOptions, isSame, type Update } from "../../../../ops/rollback/history";
import { history } from "./updates";

const failed: Partial<Update> = { result: "failed" };
const rollback = (rollbackTo: number): Partial<Update> => ({ rollbackTo });
const rotated = (version: string): Partial<Update> => ({
  config: { "backstage-okta-sso:clientSecretVersion": { value: version } },
});
const portal = (name: string): Partial<Update> => ({ config: { portalUrl: { value: `https://${name}` } } });

const target = (updates: Update[], options: ChooseOptions = {}) => choose(updates, options).target.version;

describe("without a version, a rollback goes", () => {
  it.each<[string, number, Update[]]>([
    ["from a bad commit to the one before it", 1, history(["a"], ["b"])],
    ["from a bad config to the one before it", 1, history(["a", portal("a")], ["a", portal("b")])],
    ["past runs that changed neither commit nor config", 2, history(["a"], ["b"], ["c"], ["c"], ["c"])],
    ["past a rotation of secrets, which it would not undo", 1, history(["a"], ["b"], ["b", rotated("2")])],
    [
      "past the updates of a rotation, which it makes from a tree with the stack's file changed",
      1,
      history(["a"], ["b"], ["b", { isRotation: true, dirty: true }], ["b", { isRotation: true, dirty: true }]),
    ],
    ["from a failed update to the last one that succeeded", 2, history(["a"], ["b"], ["c", failed])],
    ["past several failed ones", 1, history(["a"], ["b", failed], ["c", failed])],
    ["to the same commit and config, if it failed there just now", 2, history(["a"], ["b"], ["b", failed])],
    ["from a destroyed stack to what was there before", 2, history(["a"], ["b"], ["", { kind: "destroy" }])],
    ["past a refresh", 1, history(["a"], ["b"], ["b", { kind: "refresh" }])],
    ["back by commit, where the files may be the same", 2, history(["a"], ["b"], ["c"])],
  ])("%s", (_, version, updates) => {
    expect(target(updates)).toBe(version);
  });
});

describe("after a rollback, a rollback", () => {
  it.each<[string, number, Update[]]>([
    ["goes further back, not forward to the bad one", 1, history(["a"], ["b"], ["c"], ["b", rollback(2)])],
    ["leaves out all that was gone back from", 1, history(["a"], ["b"], ["c"], ["d"], ["b", rollback(2)])],
    ["goes on with one that failed", 2, history(["a"], ["b"], ["c"], ["b", { ...rollback(2), ...failed }])],
    ["undoes what came after it", 1, history(["a"], ["b"], ["a", rollback(1)], ["c"])],
    [
      "goes back through each state once",
      1,
      history(["a"], ["b"], ["c"], ["d"], ["c", rollback(3)], ["b", rollback(2)]),
    ],
    [
      "to a version that had been gone back from undoes that",
      1,
      history(["a"], ["b"], ["a", rollback(1)], ["b", rollback(2)]),
    ],
  ])("%s", (_, version, updates) => {
    expect(target(updates)).toBe(version);
  });
});

it("takes the last good update when one was killed that the history does not know", () => {
  const updates = history(["a"], ["b"]);
  expect(target(updates)).toBe(1);
  expect(target(updates, { killed: true })).toBe(2);
});

it("goes on with a rollback that was killed, although it came to its end without its caller", () => {
  const updates = history(["a"], ["b"], ["c"], ["b", rollback(2)]);
  expect(target(updates)).toBe(1);
  expect(target(updates, { unfinished: 2 })).toBe(2);
});

describe("the version that is asked for", () => {
  const updates = history(["a"], ["b", failed], ["c", { kind: "refresh" }], ["d"], ["e"]);

  it.each([1, 4, 5])("may be %d", (version) => {
    expect(target(updates, { to: version })).toBe(version);
  });

  it.each([
    [6, "there is no version 6: this stack has 1 to 5"],
    [2, "version 2 is an update that failed: only an update that succeeded can be gone back to"],
    [3, "version 3 is a refresh: only an update that succeeded can be gone back to"],
  ])("cannot be %d", (version, message) => {
    expect(() => target(updates, { to: version })).toThrow(message);
  });

  it("may be one that was gone back from", () => {
    expect(target(history(["a"], ["b"], ["a", rollback(1)]), { to: 2 })).toBe(2);
  });
});

describe("refuses", () => {
  it.each<[string, Update[], RegExp]>([
    ["a stack without updates", [], /never been updated/],
    ["when nothing else has succeeded", history(["a", failed], ["b"]), /nothing to go back to: .* version 2/],
    [
      "while an update is in progress",
      history(["a"], ["b"], ["c", { result: "in-progress", endTime: undefined }]),
      /version 3, started at 2026-11-24T02:02:00.000Z, is still in progress: .*`pulumi cancel`/,
    ],
    [
      "an update from a dirty tree, and names the one before it",
      history(["a"], ["b", { dirty: true }], ["c"]),
      /version 2 \(Message of b\) was made from commit b with uncommitted changes.*`--to 1`/,
    ],
    ["an update without a commit", history(["", { commit: undefined }], ["b"]), /does not say which commit/],
  ])("%s", (_, updates, message) => {
    expect(() => target(updates)).toThrow(message);
  });
});

it("offers each update that succeeded and is not there now, newest first", () => {
  const updates = history(["a"], ["b", failed], ["c"], ["d"], ["c", rollback(3)], ["e"], ["e"]);
  expect(choose(updates, {}).candidates.map(({ version }) => version)).toEqual([4, 3, 1]);
});

it("takes no program of a dirty tree for another's", () => {
  const [b, a] = history(["a"], ["a", { dirty: true }]) as [Update, Update];
  expect(isSame(a, a)).toBe(true);
  expect(isSame(a, b)).toBe(false);
  expect(isSame(b, b)).toBe(false);
});
