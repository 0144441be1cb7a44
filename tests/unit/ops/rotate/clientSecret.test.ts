import type { ClientSecret } from "../../../../ops/okta/secrets";
import { planClientSecret } from "../../../../ops/rotate/clientSecret";

/** The secrets of an app, the oldest first. */
const inOkta = (...values: string[]) =>
  values.map((client_secret, index): ClientSecret => ({
    id: `ocs-${client_secret}`,
    client_secret,
    status: "ACTIVE",
    created: `2026-0${index + 1}-01T00:00:00.000Z`,
  }));

const plan = (version: number, own: string | undefined, sent: string, ...there: string[]) => {
  const { former, ...rest } = planClientSecret({ version, own, sent, inOkta: inOkta(...there) });
  return { ...rest, former: former?.client_secret };
};

describe("a rotation of the client secret", () => {
  it.each<[string, ReturnType<typeof plan>, object]>([
    [
      "of an app with the secret that Okta made",
      plan(1, "unused", "okta's", "okta's"),
      { version: 2, former: "okta's" },
    ],
    ["of one with the stack's own", plan(2, "second", "second", "second"), { version: 3, former: "second" }],
    ["of one that lost it by hand", plan(2, "second", "second", "by hand"), { version: 3, former: "by hand" }],
  ])("begins with another version: %s", (_, planned, expected) => {
    expect(planned).toEqual({ from: "raise", ...expected });
  });

  it.each<[string, ReturnType<typeof plan>]>([
    ["before its secret was made", plan(2, undefined, "first", "first")],
    ["before Okta had it", plan(2, "second", "first", "first")],
    ["before the app was updated", plan(2, "second", "first", "first", "second")],
  ])("goes on where it was interrupted: %s", (_, planned) => {
    expect(planned).toEqual({ version: 2, from: "add", former: "first" });
  });

  it("has only to retire the former one once the app is updated", () => {
    expect(plan(2, "second", "second", "first", "second")).toEqual({ version: 2, from: "retire", former: "first" });
  });

  it.each<[string, () => unknown]>([
    ["an app that Okta made it for", () => plan(1, "unused", "first", "first", "by hand")],
    ["a rotated one", () => plan(2, "second", "second", "second", "by hand")],
    ["an interrupted one", () => plan(2, "second", "first", "first", "by hand")],
    ["one that has none of its own", () => plan(2, "second", "second", "by hand", "another")],
  ])("refuses a second secret that somebody has added, by its name: %s", (_, planned) => {
    expect(planned).toThrow(
      /two client secrets in Okta already.*ocs-by hand \(active, of 2026-0\d-01, not this stack's\)/,
    );
  });
});
