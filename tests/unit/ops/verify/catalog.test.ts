import { hasCatalogSync, runProblems } from "../../../../ops/verify/catalog";
import type { Recorded } from "../../../../ops/verify/recorded";

const provider = "okta-org:acme.okta.com";
const lastRunEndedAt = "2026-01-01T00:00:00Z";

it("looks at the catalog only where the overlay has it read from Okta", () => {
  const withOverlay = (overlay: string) => hasCatalogSync({ overlay } as Recorded);
  expect(withOverlay("auth: {}")).toBe(false);
  expect(withOverlay("catalog: { providers: { okta: [{ orgUrl: https://acme.okta.com }] } }")).toBe(true);
});

it.each([
  ["a run that changed nothing", [{ provider, lastRunEndedAt, lastRunError: "Okta refuses: 403" }], "failed"],
  ["no run yet", [{ provider }], "unknown"],
  ["no provider", [], "failed"],
])("tells of %s", (_, runs, severity) => {
  expect(runProblems(runs)).toMatchObject([{ severity }]);
});

it("has nothing to say of a run that ended well", () => {
  expect(runProblems([{ provider, lastRunEndedAt }])).toEqual([]);
});
