import { secretFindings } from "../../../../ops/okta/secretHealth";
import type { ClientSecret } from "../../../../ops/okta/secrets";

const NOW = new Date("2026-07-01T00:00:00Z");
const secret = (client_secret: string, changes: Partial<ClientSecret> = {}): ClientSecret => ({
  id: `ocs-${client_secret}`,
  client_secret,
  status: "ACTIVE",
  created: "2026-06-01T00:00:00Z",
  ...changes,
});
const found = (...inOkta: ClientSecret[]) =>
  secretFindings(inOkta, "own", 180, NOW).map(({ kind, cause }) => `${kind}: ${cause}`);

it("finds nothing where Okta has the stack's secret alone, and that is young enough", () => {
  expect(found(secret("own"))).toEqual([]);
  expect(found(secret("own", { created: "2026-01-02T00:00:00Z" }))).toEqual([]);
});

it("finds one that is too old", () => {
  expect(found(secret("own", { created: "2026-01-01T00:00:00Z" }))).toEqual([
    "old: this stack's client secret is 181 days old, where maxSecretAgeDays is 180",
  ]);
});

it("finds one that somebody added, active or not, without its value", () => {
  expect(found(secret("own"), secret("hand", { id: "ocs2", status: "INACTIVE" }))).toEqual([
    "other: the app has the client secret ocs2 (inactive, of 2026-06-01) in Okta, which is not this stack's",
  ]);
});

it("finds that somebody retired the stack's own", () => {
  expect(found(secret("own", { id: "ocs1", status: "INACTIVE" }))).toEqual([
    "retired: this stack's client secret ocs1 (inactive, of 2026-06-01) was deactivated in Okta",
  ]);
  expect(found()).toEqual(["gone: this stack's client secret is not in Okta any more"]);
});
