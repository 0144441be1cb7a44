import { groupsOf, ownershipRefs } from "../../../backstage/auth/src/groups";
import { resolverOptions } from "../../../backstage/auth/src/resolverOptions";

const log = jest.fn();
const map = (groups: string[], options: object = {}) =>
  ownershipRefs(groups, resolverOptions.oktaGroups.parse(options), log);

beforeEach(() => log.mockReset());

describe("ownershipRefs", () => {
  it("makes lower-case references in the namespace default", () => {
    expect(map(["Platform-Engineers", "sre"])).toEqual(["group:default/platform-engineers", "group:default/sre"]);
  });

  it("strips the prefix, and leaves out the groups without it", () => {
    expect(map(["okta-users", "users", "admins", "users-okta-x"], { stripPrefix: "okta-" })).toEqual([
      "group:default/users",
    ]);
    expect(log).not.toHaveBeenCalled();
  });

  it("keeps the case, and uses another namespace, when it is told to", () => {
    expect(map(["SRE"], { lowerCase: false, namespace: "okta" })).toEqual(["group:okta/SRE"]);
  });

  it("uses only the groups of the allow list, by their exact names in Okta", () => {
    const options = { stripPrefix: "okta-", allowList: ["okta-users"] };
    expect(map(["okta-users", "okta-ops", "Okta-Users"], options)).toEqual(["group:default/users"]);
  });

  it("gives a group the name of the mapping, whatever the other rules say", () => {
    const options = { stripPrefix: "okta-", mapping: { "Platform Engineers": "platform-engineers", "okta-a": "b" } };
    expect(map(["Platform Engineers", "okta-a", "okta-c"], options)).toEqual([
      "group:default/platform-engineers",
      "group:default/b",
      "group:default/c",
    ]);
  });

  it.each(["Platform Engineers", "", "a/b", "x".repeat(64), "users\n", "Zoë", "команда"])(
    "leaves out %j, whose name is not one for an entity, and says so",
    (name) => {
      const group = `okta-${name}`;
      expect(map([group], { stripPrefix: "okta-" })).toEqual([]);
      expect(log).toHaveBeenCalledTimes(1);
      expect(log).toHaveBeenCalledWith(expect.stringContaining(`The Okta group ${JSON.stringify(group)} is left out`));
    },
  );

  it.each<[string[], object]>([
    [["SRE", "sre"], {}],
    [["SRE", "sre"], { lowerCase: false }],
    [["okta-sre", "Okta SRE"], { stripPrefix: "okta-", mapping: { "Okta SRE": "sre" } }],
    [["SRE", "sre", "Sre"], {}],
  ])("leaves out all of %j, which would have one name, and says so", (groups, options) => {
    expect(map([...groups, "okta-others"], options).map((ref) => ref.replace("okta-", ""))).toEqual([
      "group:default/others",
    ]);
    expect(log.mock.calls).toEqual([[expect.stringContaining(`The Okta groups "${groups.join('" and "')}" are left`)]]);
  });

  it("takes a name that the claim has twice for one group", () => {
    expect(map(["sre", "sre"])).toEqual(["group:default/sre"]);
  });
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
