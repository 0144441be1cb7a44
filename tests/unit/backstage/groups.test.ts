import { groupsOf, ownershipRefs } from "../../../backstage/src/groups";
import { resolverOptions } from "../../../backstage/src/resolverOptions";

const map = (groups: string[], options: object = {}) =>
  ownershipRefs(groups, resolverOptions.oktaGroups.parse(options));

describe("ownershipRefs", () => {
  it("makes lower-case references in the namespace default", () => {
    expect(map(["Platform-Engineers", "sre"])).toEqual(["group:default/platform-engineers", "group:default/sre"]);
  });

  it("strips the prefix where it is there, and nowhere else", () => {
    expect(map(["okta-users", "users-okta-x"], { stripPrefix: "okta-" })).toEqual([
      "group:default/users",
      "group:default/users-okta-x",
    ]);
  });

  it("keeps the case, and uses another namespace, when it is told to", () => {
    expect(map(["SRE"], { lowerCase: false, namespace: "okta" })).toEqual(["group:okta/SRE"]);
  });

  it("uses only the groups of the allow list, by their exact names in Okta", () => {
    expect(map(["okta-users", "users", "Okta-Users"], { stripPrefix: "okta-", allowList: ["okta-users"] })).toEqual([
      "group:default/users",
    ]);
  });

  it.each(["Platform Engineers", "okta-", "a/b", "x".repeat(64), "users\n"])(
    "leaves out %j, no name for an entity",
    (group) => {
      expect(map([group], { stripPrefix: "okta-" })).toEqual([]);
    },
  );
});

describe("groupsOf", () => {
  const tokenset = (claims: object) => ({ id_token: "a token", claims: () => claims }) as never;
  const userinfo = { sub: "00u1" };

  it("takes the claim from userinfo, and else from the ID token", () => {
    expect(groupsOf({ userinfo: { ...userinfo, groups: ["a"] }, tokenset: tokenset({ groups: ["b"] }) })).toEqual([
      "a",
    ]);
    expect(groupsOf({ userinfo, tokenset: tokenset({ groups: ["b"] }) })).toEqual(["b"]);
    expect(groupsOf({ userinfo: { ...userinfo, groups: [] }, tokenset: tokenset({}) })).toEqual([]);
  });

  it.each([tokenset({}), tokenset({ groups: "b" }), {} as never])("says that the claim is missing", (tokens) => {
    expect(() => groupsOf({ userinfo, tokenset: tokens })).toThrow(/^Okta sends no groups claim for you/);
  });
});
