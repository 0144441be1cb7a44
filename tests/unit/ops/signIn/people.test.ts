import { parse, stringify } from "yaml";
import { change, overlay, stack } from "./stack";

const ROLES = [
  "p, role:default/admin, catalog.entity.read, read, allow",
  "p, role:default/admin, catalog.entity.create, create, allow",
  "p, role:default/viewer, catalog.entity.read, read, allow",
  "g, group:default/admins, role:default/admin",
  "g, group:default/users, role:default/viewer",
];

/** The ConfigMap, with roles by the lines of their policies, and with what the catalog reads. */
function configMap({ roles, catalog }: { roles?: string[]; catalog?: object } = {}) {
  const [text] = Object.values(overlay().data);
  const config = { ...(parse(text!) as object), ...(catalog && { catalog: { providers: { okta: [catalog] } } }) };
  const data = { "app-config.okta.yaml": stringify(config), ...(roles && { "rbac-policies.csv": roles.join("\n") }) };
  return { data };
}

const compared = (before: object, after: object) =>
  change({ configMap: configMap(after) }, undefined, { ...stack, configMap: configMap(before) });

it("says nothing where nothing changes", () => {
  expect(compared({ roles: ROLES, catalog: {} }, { roles: [...ROLES].reverse(), catalog: {} })).toEqual([]);
});

it.each<[string, string[], string]>([
  [
    "a permission is given",
    [...ROLES, "p, role:default/viewer, catalog.entity.refresh, update, allow"],
    "access-widened: The members of `group:default/users` may do `catalog.entity.refresh (update)` as well.",
  ],
  [
    "a permission is taken",
    ROLES.filter((line) => !line.includes("create")),
    "group-removed: The members of `group:default/admins` may no longer do `catalog.entity.create (create)`.",
  ],
  [
    "a group gets a role",
    [...ROLES, "g, group:default/ops, role:default/viewer"],
    "access-widened: The members of `group:default/ops` may do `catalog.entity.read (read)` as well.",
  ],
  [
    "a group loses its role",
    ROLES.slice(0, -1),
    "group-removed: The members of `group:default/users` may no longer do `catalog.entity.read (read)`.",
  ],
])("tells what it is for people that %s", (_, after, expected) => {
  expect(compared({ roles: ROLES }, { roles: after })).toEqual([expected]);
});

it("tells what it is for people that there are roles, or none any more", () => {
  expect(compared({}, { roles: ROLES })).toEqual([
    expect.stringMatching(
      /^group-removed: .* Only the members of `group:default\/admins`, `group:default\/users` have one/,
    ),
  ]);
  expect(compared({ roles: ROLES }, {})).toEqual([
    expect.stringMatching(/^access-widened: There are no roles any more/),
  ]);
});

it("tells whom the catalog reads, but not as whom or when", () => {
  const [all, some] = [
    { orgUrl: "https://acme.okta.com" },
    { orgUrl: "https://acme.okta.com", groups: { prefix: "t-" } },
  ];
  expect(compared({}, { catalog: all })).toEqual([expect.stringMatching(/^access-widened: .*are read from Okta/)]);
  expect(compared({ catalog: all }, {})).toEqual([expect.stringMatching(/^group-removed: .*no longer read from Okta/)]);
  expect(compared({ catalog: all }, { catalog: some })).toEqual([
    expect.stringMatching(/^access-widened: Other people and groups/),
    expect.stringMatching(/^group-removed: Who is no longer among those/),
  ]);
  expect(compared({ catalog: all }, { catalog: { ...all, schedule: { frequency: "1h" }, token: "${X}" } })).toEqual([]);
});

it("takes names that are kept for groups for no change, but other names for one", () => {
  const naming = (mapping: object) => ({ orgUrl: "https://acme.okta.com", naming: { groups: { mapping } } });
  const before = { catalog: { orgUrl: "https://acme.okta.com" } };
  expect(compared(before, { catalog: naming({ SRE: "sre" }) })).toEqual([]);
  expect(compared(before, { catalog: naming({ SRE: "admins" }) })).toHaveLength(2);

  const resolvers = (mapping: object) => overlay({ signIn: { resolvers: [{ resolver: "oktaGroups", mapping }] } });
  const changed = (mapping: object) =>
    change({ configMap: resolvers(mapping) }, undefined, { ...stack, configMap: resolvers({}) });
  expect(changed({ SRE: "sre" })).toEqual([]);
  expect(changed({ SRE: "admins" })).toEqual([expect.stringMatching(/^access-widened: People are found/)]);
});

it("tells of further rights of the service app, and does not take that for the portal's app", () => {
  const apiScopes = { scopes: ["okta.users.read"] };
  const more = { scopes: ["okta.users.read", "okta.users.manage"] };
  expect(change({ apiScopes: more }, undefined, { ...stack, apiScopes })).toEqual([
    "access-widened: The catalog's service app has `okta.users.manage` as well.",
  ]);
});

it("names the groups that the claim gains and loses, where its filter lists them", () => {
  const filter = (groupFilterType: string, value: string) => ({ ...stack.claim, groupFilterType, value });
  const from = { ...stack, claim: filter("EQUALS", "a.b") };
  expect(change({ claim: filter("REGEX", "^(a\\.b|c \\(d\\))$") }, undefined, from)).toEqual([
    "access-widened: Tokens name `c (d)` as well: people may own more by these groups.",
  ]);
  expect(change({ claim: filter("REGEX", "^(c|t-.*)$") }, undefined, from)).toEqual([
    "group-removed: Tokens no longer name `a.b`: what people own by these groups is gone.",
    "access-widened: Tokens name `c`, `t-.*` as well: people may own more by these groups.",
  ]);
});
