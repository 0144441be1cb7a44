import type { Config } from "../../../../ops/rollback/history";
import { withWhatStays } from "../../../../ops/rollback/rollBack";
import type { State } from "../../../../ops/state";

const config = (values: Record<string, string>): Config =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`backstage-okta-sso:${key}`, { value, secret: false }]),
  );

const state = (protect: boolean): State => ({
  time: new Date(),
  resources: [{ urn: "urn", type: "okta:app/oAuth:OAuth", protect }],
  pending: [],
  encryption: {},
});

const KNOWN = ["backstage-okta-sso:portalUrl", "backstage-okta-sso:clientSecretVersion"];

it("keeps the versions of secrets that the program takes, whatever they were", () => {
  const then = config({ portalUrl: "https://a.example", clientSecretVersion: "2", sessionSecretVersion: "2" });
  const now = config({ portalUrl: "https://b.example", clientSecretVersion: "3", sessionSecretVersion: "4" });
  const expected = config({ portalUrl: "https://a.example", clientSecretVersion: "3" });
  expect(withWhatStays(then, now, state(false), KNOWN)).toEqual(expected);
});

it("goes back to the first of them where none was raised", () => {
  const then = config({ portalUrl: "https://a.example", clientSecretVersion: "2" });
  expect(withWhatStays(then, config({}), state(false), KNOWN)).toEqual(config({ portalUrl: "https://a.example" }));
});

it("keeps an app protected that is", () => {
  expect(withWhatStays({}, {}, state(true), KNOWN)).toEqual(config({ protect: "true" }));
});
