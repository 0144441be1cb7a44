import * as access from "../../../policy/access";
import { isFiltered, isGroupsAlone } from "../../../policy/groupsClaim";
import { ASSIGNMENTS, type Claim, GROUP_ASSIGNMENT, type PolicyRule, STACK } from "../../../policy/resources";
import * as tokens from "../../../policy/tokens";
import { context } from "./context";

const rule: PolicyRule = {
  authServerId: "aus1",
  policyId: "00p1",
  priority: 1,
  grantTypeWhitelists: ["authorization_code"],
  scopeWhitelists: ["openid", "profile", "email", "groups", "offline_access"],
  accessTokenLifetimeMinutes: 60,
  refreshTokenLifetimeMinutes: 43_200,
  refreshTokenWindowMinutes: 10_080,
};

const { isForOneClient, ...bounds } = tokens;

it.each(Object.values(bounds))("$name takes the access policy of this stack, up to its bounds", (bound) => {
  expect(bound.check(rule, context())).toBeUndefined();
});

it.each([
  [["ALL_CLIENTS"], "It is for ALL_CLIENTS."],
  [["backstage-1", "wiki"], "It is for backstage-1, wiki."],
  [[], "It is for nobody."],
  [["backstage-1"], undefined],
])("judges an access policy for %j", (clientWhitelists, violation) => {
  const policy = { authServerId: "aus1", description: "", priority: 1, clientWhitelists };
  expect(isForOneClient.check(policy, context())).toBe(violation);
});

it.each([["*"], ["address"]])("refuses a rule that grants the scope %s", (scope) => {
  expect(tokens.grantsNeededScopesOnly.check({ ...rule, scopeWhitelists: ["openid", scope] }, context())).toBe(
    `It grants ${scope}.`,
  );
});

it("refuses a rule that calls an inline hook", () => {
  expect(tokens.hasNoHook.check({ ...rule, inlineHookId: "cal1" }, context())).toBe("It calls the hook cal1.");
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
  name: "groups",
  claimType: "IDENTITY",
  valueType: "GROUPS",
  groupFilterType: "STARTS_WITH",
  value: "backstage-",
};

it.each([
  ["REGEX", ".*"],
  ["REGEX", "^.*$"],
  ["REGEX", ".+"],
  ["REGEX", "(.*)"],
  ["REGEX", ".*?"],
  ["REGEX", "(?i).*"],
  ["REGEX", ".{0,}"],
  ["REGEX", "[^q]*|.*"],
  ["REGEX", "[\\s\\S]+"],
  ["REGEX", "^"],
  ["REGEX", ""],
  ["REGEX", "(?!backstage-never).*"],
  ["STARTS_WITH", ""],
  ["CONTAINS", " "],
])("refuses a groups claim whose filter is %s %j", (groupFilterType, value) => {
  expect(isFiltered.check({ ...claim, groupFilterType, value }, context())).toMatch(
    /^Its filter, \w+ ".*", takes every group(, or nearly)?\.$/,
  );
});

it.each([".*+", "\\Q\\E.*", "\\A.*\\z", "("])("refuses a filter that only Java understands: %s", (value) => {
  expect(isFiltered.check({ ...claim, groupFilterType: "REGEX", value }, context())).toMatch(/cannot be judged here/);
});

it.each([
  ["email", "EXPRESSION", '"admin@acme.example"'],
  ["groups", "EXPRESSION", 'Groups.startsWith("OKTA", "", 100)'],
  ["teams", "GROUPS", "backstage-"],
])("refuses a claim %s by %s", (name, valueType, value) => {
  expect(isGroupsAlone.check({ ...claim, name, valueType, value }, context())).toBe(`It is ${name}, by ${valueType}.`);
});

it.each([
  claim,
  { ...claim, groupFilterType: "REGEX", value: "^backstage-.*" },
  { ...claim, groupFilterType: "REGEX", value: "(?i)backstage-(users|admins)" },
  { ...claim, groupFilterType: "EQUALS", value: "backstage" },
])("takes the claim %j", (claim) => {
  expect(isFiltered.check(claim, context())).toBeUndefined();
  expect(isGroupsAlone.check(claim, context())).toBeUndefined();
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

describe("of groups that are assigned by their IDs", () => {
  const stack = (allowedGroups: unknown) => ({
    type: STACK,
    name: "stack",
    urn: "urn:stack",
    props: { allowedGroups },
  });
  const assigned = (id: string) => ({ type: ASSIGNMENTS, name: "app", urn: "urn:app", props: { groups: [{ id }] } });
  const alone = (id: string) => ({ type: GROUP_ASSIGNMENT, name: "app", urn: "urn:app", props: { groupId: id } });
  const found = (id: string, assignment: typeof assigned | typeof alone = assigned) =>
    access.areKnown
      .checkStack([
        stack([
          { id: "00g1", name: "backstage-users" },
          { id: "00g2", name: "Everyone" },
        ]),
        assignment(id),
      ])
      .map(({ violation }) => violation);

  it("takes those that the stack has looked up", () => expect(found("00g1")).toEqual([]));

  it("refuses Everyone", () => {
    expect(found("00g2")).toEqual(["Group 00g2 is Everyone. Each user of the Okta org could sign in."]);
  });

  it("refuses those that the stack has not looked up", () => {
    expect(found("00g3")).toEqual(["Group 00g3 is none of the stack's output allowedGroups."]);
  });

  it("looks at groups that are assigned one by one, too", () => {
    const each = (id: string) => found(id, alone);
    expect([each("00g1"), each("00g3")]).toEqual([[], ["Group 00g3 is none of the stack's output allowedGroups."]]);
  });
});
