import { checkConfig } from "../../components/checkConfig";
import { resolveRoles } from "../../components/resolveRoles";
import { rolePolicies } from "../../components/roles";
import { keepNames, withCatalogNames } from "../../components/catalogProvider";
import { config } from "./config";

const good = { portalUrl: "https://a.example", oktaUrl: "https://acme.okta.com", allowedGroups: ["users"] };
const READ = { permission: "catalog.entity.read", action: "read" } as const;
const admin = { name: "admin", groups: ["backstage-admins"], permissions: [READ] };
const oktaGroups = (options: object = {}) => [{ resolver: "oktaGroups", ...options }];

it("writes the roles as the RBAC plugin reads them", () => {
  const refresh = { permission: "catalog.entity.refresh", action: "update" } as const;
  const roles = [
    { name: "admin", groups: ["group:default/admins", "group:default/ops"], permissions: [READ, refresh] },
  ];
  expect(rolePolicies(roles)).toBe(
    [
      "p, role:default/admin, catalog.entity.read, read, allow",
      "p, role:default/admin, catalog.entity.refresh, update, allow",
      "g, group:default/admins, role:default/admin",
      "g, group:default/ops, role:default/admin",
      "",
    ].join("\n"),
  );
});

it("reads a permission by its name, and by its name and action", () => {
  const roles = {
    viewer: { groups: ["a"], permissions: ["catalog.entity.read", { permission: "x.y", action: "use" }] },
  };
  const { values, mistakes } = checkConfig(config({ ...good, roles }));
  expect(mistakes).toEqual([]);
  expect(values.roles?.viewer?.permissions).toEqual([READ, { permission: "x.y", action: "use" }]);
});

it.each<[object, string, RegExp]>([
  [{ a: { groups: [], permissions: ["x.read"] } }, "roles.a.groups", /is empty: name a group/],
  [{ a: { groups: ["g"], permissions: [] } }, "roles.a.permissions", /is empty: name a permission/],
  [
    { a: { groups: ["g"], permissions: ["catalog.entity.refresh"] } },
    "roles.a.permissions[0]",
    /does not name its action/,
  ],
  [{ a: { groups: ["g"], permissions: ["x, read, allow"] } }, "roles.a.permissions[0]", /is not a permission/],
  [
    { a: { groups: ["g"], permissions: [{ permission: "x", action: "do" }] } },
    "roles.a.permissions[0]",
    /nor {permission: NAME, action: create/,
  ],
  [{ a: { groups: ["g"] } }, "roles.a.permissions", /is not a list of permissions/],
  [{ a: { groups: ["g"], permissions: ["x.read"], users: [] } }, "roles.a", /takes the keys groups and permissions/],
  [{ "Ad min": { groups: ["g"], permissions: ["x.read"] } }, "roles.Ad min", /is not a name for a role/],
  [{ rbac_admin: { groups: ["g"], permissions: ["x.read"] } }, "roles.rbac_admin", /is the RBAC plugin's own role/],
])("refuses %j", (roles, key, remedy) => {
  expect(checkConfig(config({ ...good, roles })).mistakes).toMatchObject([
    { key, remedy: expect.stringMatching(remedy) as string },
  ]);
});

describe("the name of a role's group", () => {
  const names = { "backstage-admins": "admins" };
  const sync = { credentials: "own", keyVersion: 1, naming: { groups: { slug: true, mapping: { A: "b" } } } } as const;

  it("is kept for it among those who sign in", () => {
    const source = { signInResolvers: [{ resolver: "oktaUserId" }, ...oktaGroups({ mapping: { A: "b" } })] };
    expect(keepNames(names, { ...source, catalogSync: undefined })).toEqual({
      signInResolvers: [{ resolver: "oktaUserId" }, ...oktaGroups({ mapping: { A: "b", ...names } })],
      catalogSync: undefined,
    });
  });

  it("is kept for it in the catalog, and so among those who sign in", () => {
    const kept = keepNames(names, { signInResolvers: oktaGroups(), catalogSync: sync });
    const groups = { slug: true, mapping: { A: "b", ...names } };
    expect(kept.catalogSync).toEqual({ ...sync, naming: { groups } });
    expect(withCatalogNames(kept.signInResolvers, kept.catalogSync)).toMatchObject(oktaGroups(groups));
  });

  it("changes nothing where there are no roles", () => {
    expect(keepNames({}, { signInResolvers: oktaGroups(), catalogSync: sync })).toEqual({
      signInResolvers: oktaGroups(),
      catalogSync: sync,
    });
  });
});

describe("a role's groups", () => {
  const source = {
    signInResolvers: oktaGroups({ stripPrefix: "backstage-" }),
    groupsFilter: { type: "STARTS_WITH", value: "backstage-" },
    catalogSync: undefined,
  } as const;
  const remedies = (changes: object, role: object = {}) =>
    resolveRoles([{ ...admin, ...role }], { ...source, ...changes }).mistakes.map(
      ({ key, remedy }) => `${key} ${remedy}`,
    );

  it("are called as those who sign in have them", () => {
    expect(resolveRoles([admin], source)).toEqual({
      roles: [{ ...admin, groups: ["group:default/admins"] }],
      names: { "backstage-admins": "admins" },
      mistakes: [],
    });
  });

  it("are called as the catalog has them, where no resolver reads the claim", () => {
    const sync = { credentials: "own", keyVersion: 1, namespace: "okta", naming: { groups: { slug: true } } } as const;
    const { roles } = resolveRoles([{ ...admin, groups: ["Team A"] }], {
      ...source,
      signInResolvers: [],
      catalogSync: sync,
    });
    expect(roles).toMatchObject([{ groups: ["group:okta/team-a"] }]);
  });

  it.each<[string, object, object, RegExp]>([
    [
      "the claim's filter leaves out",
      { groupsFilter: { type: "EQUALS", value: "x" } },
      {},
      /left out of the groups claim by groupsFilter \(EQUALS x\)/,
    ],
    ["oktaGroups does not take", { signInResolvers: oktaGroups({ allowList: ["x"] }) }, {}, /is not in the allowList/],
    ["has no name", { groupsFilter: undefined }, { groups: ["admins"] }, /has no name of its own/],
    [
      "keeps its capitals",
      { signInResolvers: oktaGroups({ lowerCase: false }) },
      { groups: ["backstage-Ops"] },
      /lower case alone/,
    ],
    [
      "is not read into the catalog",
      { signInResolvers: [], catalogSync: { credentials: "own", keyVersion: 1, groups: { names: ["x"] } } },
      {},
      /is not among the groups of catalogSync/,
    ],
  ])("are refused where one is that %s", (_, changes, role, remedy) => {
    expect(remedies(changes, role)).toEqual([expect.stringMatching(remedy)]);
    expect(remedies(changes, role)[0]).toMatch(/^roles\.admin\.groups\[0\] /);
  });

  it("may be in a claim that is somebody else's", () => {
    expect(remedies({ groupsFilter: undefined })).toEqual([]);
  });

  it("are of no use where nothing tells the portal a person's groups", () => {
    expect(remedies({ signInResolvers: [{ resolver: "oktaUserId" }] })).toEqual([
      expect.stringMatching(/^roles gives nobody anything/),
    ]);
  });
});
