import { planSessionSecret } from "../../../../ops/rotate/sessionSecret";

/** @param made the versions that the state has; @param inUse those that the Secret has */
const plan = (version: number, made: number[], [current, other]: [number, number?], end = false) =>
  planSessionSecret(
    {
      version,
      own: (version) => (made.includes(version) ? `secret ${version}` : undefined),
      inUse: { current: `secret ${current}`, other: other === undefined ? undefined : `secret ${other}` },
    },
    end,
  );

describe("a rotation of the session secret", () => {
  it.each([
    [plan(1, [1], [1]), [1.5, 2]],
    [plan(2, [1, 2], [2, 1]), [2.5, 3]],
  ])("begins half-way to the next version", (planned, versions) => {
    expect(planned).toEqual({ versions, isUnderWay: false });
  });

  it.each<[string, ReturnType<typeof plan>, number[]]>([
    ["before the next secret was made", plan(1.5, [1], [1]), [1.5, 2]],
    ["before all pods open what it seals", plan(1.5, [1, 2], [1]), [1.5, 2]],
    ["half-way", plan(1.5, [1, 2], [1, 2]), [1.5, 2]],
    ["before the portal seals by it", plan(2, [1, 2], [1, 2]), [2]],
    ["before the one that ends all sessions was made", plan(3, [1], [1]), [3]],
  ])("goes on where it was interrupted: %s", (_, planned, versions) => {
    expect(planned).toEqual({ versions, isUnderWay: true });
  });

  it.each<[string, ReturnType<typeof plan>, number]>([
    ["from the first", plan(1, [1], [1], true), 3],
    ["from half-way", plan(1.5, [1, 2], [1, 2], true), 4],
    ["from the second half", plan(2, [1, 2], [1, 2], true), 4],
    ["again, before it was made", plan(3, [1], [1], true), 3],
    ["again, before it was rolled out", plan(4, [2, 3, 4], [2, 1], true), 4],
    ["again, after it was", plan(3, [2, 3], [3, 2], true), 5],
  ])("ends all sessions by two secrets that nobody has had: %s", (_, planned, version) => {
    expect(planned.versions).toEqual([version]);
  });
});
