import type { Config } from "../../../../ops/rollback/history";
import { withWhatStays } from "../../../../ops/rollback/rollBack";
import type { State } from "../../../../ops/state";

const config = (values: Record<string, string>): Config =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`backstage-okta-sso:${key}`, { value, secret: false }]),
  );

const state = (protect: boolean, annotations: Record<string, string> = {}): State => ({
  time: new Date(),
  resources: [
    { urn: "urn", type: "okta:app/oAuth:OAuth", protect },
    {
      urn: "urn:pulumi:dev::sso::backstage-okta-sso:index:Credentials$kubernetes:core/v1:Secret::backstage",
      type: "kubernetes:core/v1:Secret",
      outputs: { metadata: { annotations } },
    },
  ],
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

it("keeps a version that an update has raised which was killed, and is not in the history", () => {
  const there = state(false, { "backstage-okta-sso/client-secret-version": "3" });
  const expected = config({ clientSecretVersion: "3" });
  expect(withWhatStays({}, config({ clientSecretVersion: "2" }), there, KNOWN)).toEqual(expected);
  expect(withWhatStays({}, {}, there, KNOWN)).toEqual(expected);
  expect(withWhatStays({}, {}, there, [])).toEqual({});
});

it("goes back to the first of them where none was raised", () => {
  const then = config({ portalUrl: "https://a.example", clientSecretVersion: "2" });
  expect(withWhatStays(then, config({}), state(false), KNOWN)).toEqual(config({ portalUrl: "https://a.example" }));
});

it("keeps an app protected that is", () => {
  expect(withWhatStays({}, {}, state(true), KNOWN)).toEqual(config({ protect: "true" }));
});
