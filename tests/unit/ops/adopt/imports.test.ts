import { importsOf } from "../../../../ops/adopt/imports";

const PREFIX = "urn:pulumi:dev::backstage-okta-sso::";
const SSO = "backstage-okta-sso:index:BackstageSso";
const APP = `${SSO}$backstage-okta-sso:index:OidcApp`;
const of = (wanted: object, urns: string[] = []) =>
  importsOf({ appId: "0oa1", allAssignments: true, ...wanted }, PREFIX, urns);
const ids = (wanted: object, urns?: string[]) => of(wanted, urns).resources.flatMap(({ id }) => id ?? []);

it("puts the app and its groups into the components that the program makes, each before what is in it", () => {
  const { resources, nameTable } = of({});
  expect(nameTable).toEqual({});
  expect(resources.map(({ name, parent, component }) => [name, parent, component])).toEqual([
    [SSO, undefined, true],
    [APP, SSO, true],
    [`${APP}$okta:app/oAuth:OAuth`, APP, undefined],
    [`${APP}$okta:index/appGroupAssignments:AppGroupAssignments`, APP, undefined],
  ]);
  expect(resources.map(({ logicalName }) => logicalName)).toEqual(Array(4).fill("backstage"));
  expect(new Set(resources.map(({ name }) => name)).size).toBe(4);
});

it("leaves the groups out where those of others are to stay", () => {
  expect(ids({ allAssignments: false })).toEqual(["0oa1"]);
});

it("takes of a server what it has", () => {
  const server = { id: "aus1", name: "Portal", others: [], scope: "scp1", claim: "ocl1", policy: "00p1", rule: "0pr1" };
  expect(ids({ server })).toEqual(["0oa1", "0oa1", "aus1", "aus1/scp1", "aus1/ocl1", "aus1/00p1", "aus1/00p1/0pr1"]);
  expect(ids({ server: { id: "aus1", name: "Portal", others: [], policy: "00p1" } })).toEqual([
    "0oa1",
    "0oa1",
    "aus1",
    "aus1/00p1",
  ]);
});

it("goes on where an adoption was stopped: with the components of the state, and without what it has", () => {
  const there = [
    `${PREFIX}${SSO}::backstage`,
    `${PREFIX}${APP}::backstage`,
    `${PREFIX}${APP}$okta:app/oAuth:OAuth::backstage`,
  ];
  const { resources, nameTable } = of({}, there);
  expect(resources.map(({ id, parent }) => [id, parent])).toEqual([["0oa1", APP]]);
  expect(nameTable).toEqual({ [SSO]: there[0], [APP]: there[1] });
  expect(ids({}, [...there, `${PREFIX}${APP}$okta:index/appGroupAssignments:AppGroupAssignments::backstage`])).toEqual(
    [],
  );
});
