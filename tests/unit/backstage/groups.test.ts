import type { Entity } from "@backstage/catalog-model";
import { groupsOf, ownershipRefs } from "../../../backstage/auth/src/groups";
import { resolverOptions } from "../../../backstage/auth/src/resolverOptions";

const log = jest.fn();
const find = jest.fn<Promise<(Entity | undefined)[]>, [string[]]>();
const map = (groups: string[], options: object = {}) =>
  ownershipRefs(groups, resolverOptions.oktaGroups.parse(options), find, log);

beforeEach(() => [log, find].forEach((mock) => mock.mockReset()));

describe("ownershipRefs", () => {
  it("makes lower-case references in the namespace default", async () => {
    expect(await map(["Platform-Engineers", "sre"])).toEqual(["group:default/platform-engineers", "group:default/sre"]);
  });

  it("strips the prefix, and leaves out the groups without it", async () => {
    expect(await map(["okta-users", "users", "admins", "users-okta-x"], { stripPrefix: "okta-" })).toEqual([
      "group:default/users",
    ]);
    expect(log).not.toHaveBeenCalled();
  });

  it("keeps the case, and uses another namespace, when it is told to", async () => {
    expect(await map(["SRE"], { lowerCase: false, namespace: "okta" })).toEqual(["group:okta/SRE"]);
  });

  it("uses only the groups of the allow list, by their exact names in Okta", async () => {
    const options = { stripPrefix: "okta-", allowList: ["okta-users"] };
    expect(await map(["okta-users", "okta-ops", "Okta-Users"], options)).toEqual(["group:default/users"]);
  });

  it("gives a group the name of the mapping, whatever the other rules say", async () => {
    const options = { stripPrefix: "okta-", mapping: { "Platform Engineers": "platform-engineers", "okta-a": "b" } };
    expect(await map(["Platform Engineers", "okta-a", "okta-c"], options)).toEqual([
      "group:default/platform-engineers",
      "group:default/b",
      "group:default/c",
    ]);
  });

  it.each(["Platform Engineers", "", "a/b", "x".repeat(64), "users\n", "Zoë", "команда"])(
    "leaves out %j, whose name is not one for an entity, and says so",
    async (name) => {
      const group = `okta-${name}`;
      expect(await map([group], { stripPrefix: "okta-" })).toEqual([]);
      expect(log).toHaveBeenCalledTimes(1);
      expect(log).toHaveBeenCalledWith(expect.stringContaining(`The Okta group ${JSON.stringify(group)} is left out`));
    },
  );

  it.each<[string[], object]>([
    [["SRE", "sre"], {}],
    [["SRE", "sre"], { lowerCase: false }],
    [["SRE", "sre", "Sre"], {}],
  ])("leaves out all of %j, which would have one name, and says so", async (groups, options) => {
    expect((await map([...groups, "okta-others"], options)).map((ref) => ref.replace("okta-", ""))).toEqual([
      "group:default/others",
    ]);
    expect(log.mock.calls).toEqual([[expect.stringContaining(`The Okta groups "${groups.join('" and "')}" are left`)]]);
  });

  it("keeps a name of the mapping for its group, whether a person is in that group or not", async () => {
    const options = { stripPrefix: "okta-", mapping: { "Okta SRE": "SRE" } };
    expect(await map(["okta-sre", "Okta SRE"], options)).toEqual(["group:default/sre"]);
    expect(await map(["okta-Sre"], options)).toEqual([]);
    const words = /^The Okta group "okta-Sre" is left out: "sre" is the name of "Okta SRE" under mapping/;
    expect(log).toHaveBeenLastCalledWith(expect.stringMatching(words));
  });

  it("leaves out a group that the catalog has not read, or has read from another, where only those of the catalog count", async () => {
    const readFrom = (name: string) => ({ metadata: { annotations: { "okta.com/name": name } } }) as never;
    find.mockResolvedValue([readFrom("SRE"), readFrom("Ops/EU"), undefined, { metadata: {} } as never]);
    const options = { slug: true, onlyGroupsInCatalog: true, mapping: { Admins: "admins" } };
    expect(await map(["SRE", "Ops EU", "new", "by-hand", "Admins"], options)).toEqual([
      "group:default/sre",
      "group:default/admins",
    ]);
    const asked = ["sre", "ops-eu", "new", "by-hand"].map((name) => `group:default/${name}`);
    expect(find.mock.calls).toEqual([[asked]]);
    expect(log).toHaveBeenCalledTimes(3);
    expect(log).toHaveBeenCalledWith(expect.stringContaining("the catalog has no group:default/ops-eu that was read"));
  });

  it("does not ask the catalog where there is nothing to ask", async () => {
    expect(await map(["a"], {})).toEqual(["group:default/a"]);
    expect(await map(["a"], { onlyGroupsInCatalog: true, mapping: { a: "b" } })).toEqual(["group:default/b"]);
    expect(find).not.toHaveBeenCalled();
  });

  it("takes a name that the claim has twice for one group", async () => {
    expect(await map(["sre", "sre"])).toEqual(["group:default/sre"]);
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
