import { filterForGroupsInUse, passes } from "../../components/groupsInUse";

const oktaGroups = (options: object) => [{ resolver: "oktaGroups", ...options }];

it("filters by the one name that is in use", () => {
  expect(filterForGroupsInUse(["backstage-users", "backstage-users"], [])).toEqual({
    type: "EQUALS",
    value: "backstage-users",
  });
});

it.each<[string, object, string[], string[]]>([
  ["the names", {}, ["users", "admins (EMEA)", "a.b"], ["xusers", "admins EMEA", "aXb", "Everyone"]],
  ["what stripPrefix takes", { stripPrefix: "c++-" }, ["users", "c++-a", "c++-"], ["c-a", "cc-a", "xc++-a"]],
  ["an allowList in place of a prefix", { stripPrefix: "t-", allowList: ["t-a"] }, ["users", "t-a"], ["t-b"]],
  ["names that are mapped", { mapping: { "Team A": "a" } }, ["users", "Team A"], ["a"]],
])("lets through %s, and nothing else", (_, options, through, out) => {
  const names = ["users", ...through.filter((name) => /[ .]/.test(name) && name !== "Team A")];
  const filter = filterForGroupsInUse(names, oktaGroups(options));
  expect(filter.type).toBe("REGEX");
  expect(through.filter((name) => !passes(filter, name))).toEqual([]);
  expect(out.filter((name) => passes(filter, name))).toEqual([]);
});

it("gives no name twice where a prefix takes it anyway", () => {
  expect(filterForGroupsInUse(["backstage-users"], oktaGroups({ stripPrefix: "backstage-" }))).toEqual({
    type: "REGEX",
    value: "^(backstage-.*)$",
  });
});
