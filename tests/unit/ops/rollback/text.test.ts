import { differences } from "../../../../ops/rollback/config";
import type { Choice, Config, Update } from "../../../../ops/rollback/history";
import { adviceLines, candidateList, stepLines } from "../../../../ops/rollback/text";
import { step } from "../steps";
import { history } from "./updates";

describe("the list of candidates", () => {
  const updates = history(["aaaaaaaa", { changes: { create: 19 } }], ["bbbbbbbb", { dirty: true }], ["cccccccc"]);
  const [c, b, a] = updates as [Update, Update, Choice["target"]];

  it("has a line each for what is there now and what can be gone back to, the target marked", () => {
    const now = { ...c, result: "failed", changes: { update: 3, delete: 1, same: 15 } };
    expect(candidateList({ now, target: a, candidates: [b, a] }).split("\n")).toEqual([
      "     version     when              who    commit    changed  message",
      "now  3 (failed)  2026-11-24 02:02  Alice  ccccccc   ~3 -1    Message of cccccccc",
      "     2           2026-11-24 02:01  Alice  bbbbbbb+  -        Message of bbbbbbbb",
      "->   1           2026-11-24 02:00  Alice  aaaaaaa   +19      Message of aaaaaaaa",
    ]);
  });
});

describe("what to commit", () => {
  const target = history(["aaaaaaaa"])[0] as Choice["target"];
  const config = (values: Record<string, string>): Config =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, secret: false }]));

  it("is nothing when the next update has the same program and config", () => {
    expect(adviceLines({ target, isSameProgram: true, isClean: true, config: [] })).toEqual([]);
  });

  it("is the program, in one command that keeps what is uncommitted", () => {
    const advice = { target, isSameProgram: false, config: [] };
    const command = 'git restore --source aaaaaaa --staged --worktree . && git commit -m "Go back to aaaaaaa"';
    expect(adviceLines({ ...advice, isClean: true })).toContain(`  ${command}`);
    expect(adviceLines({ ...advice, isClean: false })).toContain(`  git stash && ${command}`);
  });

  it("is each line of the config that differs, without a secret", () => {
    const secret = (value: string): Config => ({ token: { value, secret: true } });
    const from = { ...config({ portalUrl: "https://wrong", label: "" }), ...secret("one") };
    const to = { ...config({ portalUrl: "https://right", namespace: "b" }), ...secret("two") };
    const lines = adviceLines({ target, isSameProgram: true, isClean: true, config: differences(from, to) });
    expect(lines.slice(1)).toEqual([
      "In the stack's config file:",
      "  take out label",
      "  namespace: b",
      "  portalUrl: https://right    # now https://wrong",
      "  token: [secret]    # now [secret]",
    ]);
  });
});

it("shows of each resource what happens to it, and the properties that change", () => {
  const type = "okta:app/oAuth:OAuth";
  expect(
    stepLines([
      step("create", type, undefined, {}),
      step("update", type, {}, {}, { diffs: ["label", "redirectUris"] }),
      step("replace", type, {}, {}, { keys: ["clientId"] }),
      step("delete", type, {}, undefined),
    ]),
  ).toEqual([
    " + okta.app.OAuth backstage",
    " ~ okta.app.OAuth backstage (label, redirectUris)",
    "+- okta.app.OAuth backstage (clientId)",
    " - okta.app.OAuth backstage",
  ]);
});
