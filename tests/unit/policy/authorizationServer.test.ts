import * as access from "../../../policy/access";
import { isFiltered } from "../../../policy/groupsClaim";
import type { Claim, PolicyRule } from "../../../policy/resources";
import * as tokens from "../../../policy/tokens";
import { context } from "./context";

const rule: PolicyRule = {
  authServerId: "aus1",
  policyId: "00p1",
  priority: 1,
  grantTypeWhitelists: ["authorization_code"],
  accessTokenLifetimeMinutes: 60,
  refreshTokenLifetimeMinutes: 43_200,
  refreshTokenWindowMinutes: 10_080,
};

it.each(Object.values(tokens))("$name takes the access policy of this stack, up to its bounds", (bound) => {
  expect(bound.check(rule, context())).toBeUndefined();
});

it.each([[["authorization_code", "implicit"]], [["password"]], [[]]])(
  "refuses the grants %j",
  (grantTypeWhitelists) => {
    expect(tokens.allowsCodeFlowOnly.check({ ...rule, grantTypeWhitelists }, context())).toMatch(/It allows/);
  },
);

it("refuses an access token that is good for more than an hour", () => {
  expect(tokens.accessTokensAreShortLived.check({ ...rule, accessTokenLifetimeMinutes: 61 }, context())).toBe(
    "They are good for 61 minutes.",
  );
});

it.each([
  [{ refreshTokenLifetimeMinutes: undefined }, "Refresh tokens have no end."],
  [{ refreshTokenLifetimeMinutes: 0 }, "Refresh tokens have no end."],
  [{ refreshTokenLifetimeMinutes: 43_201 }, "It lasts 43201 minutes."],
  [{ refreshTokenWindowMinutes: 10_081 }, "It lasts 10081 minutes without use."],
])("refuses a sign-in with %j", (changes, violation) => {
  expect(tokens.refreshTokensExpire.check({ ...rule, ...changes }, context())).toBe(violation);
});

const claim: Claim = {
  authServerId: "aus1",
  claimType: "IDENTITY",
  valueType: "GROUPS",
  groupFilterType: "STARTS_WITH",
  value: "backstage-",
};

it.each([
  ["REGEX", ".*"],
  ["REGEX", "^.*$"],
  ["REGEX", ".+"],
  ["STARTS_WITH", ""],
])("refuses a groups claim whose filter is %s %j", (groupFilterType, value) => {
  expect(isFiltered.check({ ...claim, groupFilterType, value }, context())).toBe(
    `Its filter, ${groupFilterType} "${value}", takes every group.`,
  );
});

it.each([
  claim,
  { ...claim, groupFilterType: "REGEX", value: "^backstage-.*" },
  { ...claim, valueType: "EXPRESSION", value: ".*" },
])("takes the claim %j", (claim) => {
  expect(isFiltered.check(claim, context())).toBeUndefined();
});

it("refuses an app that is assigned to no group", () => {
  expect(access.isAssigned.check({ appId: "0oa1", groups: [] }, context())).toBe("Nobody could sign in.");
  expect(
    access.isAssigned.check({ appId: "0oa1", groups: [{ id: "00g1", profile: "{}" }] }, context()),
  ).toBeUndefined();
});

it("refuses an app that is open to the group Everyone", () => {
  const everyone = context({ stack: { allowedGroups: ["backstage-users", "Everyone"] } });
  expect(access.isNotForEveryone.check({ appId: "0oa1" }, everyone)).toBe("Each user of the Okta org could sign in.");
  expect(access.isNotForEveryone.check({ appId: "0oa1" }, context())).toBeUndefined();
});
