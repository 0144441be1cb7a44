import type { Entity } from "@backstage/catalog-model";
import { waitFor } from "../../sandbox/processes/wait";
import { CatalogPortal } from "./support/catalogPortal";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";
import { OidcApp } from "./support/oidcApp";

// The portal may have to be built first.
jest.setTimeout(900_000);

let okta: LocalOktaProcess;
let portal: CatalogPortal;
let entry: Record<string, unknown>;

beforeAll(async () => {
  okta = await startLocalOkta();
  await OidcApp.addGroupsClaim(okta);
  portal = await CatalogPortal.prepare(okta, {
    byId: { resolver: "oktaUserId" },
    byEmail: { resolver: "emailMatchingUserEntityProfileEmail" },
    byGroups: { resolver: "oktaGroups" },
  });
  entry = {
    orgUrl: okta.url,
    token: okta.credentials.apiToken,
    groups: { names: ["backstage-users", "platform-engineers"] },
  };
  await portal.restart(entry);
});
afterAll(async () => {
  await portal?.stop();
  await okta.stop();
});

/** What a person or group is related to in the catalog. */
const related = (entity: Entity | undefined, type: string) =>
  (entity?.relations ?? []).filter((relation) => relation.type === type).map(({ targetRef }) => targetRef);

it("reads groups and their members, whom sign-in finds, though no file has them", async () => {
  const entities = await waitFor("the catalog to have all", async () => {
    const all = await portal.entities();
    return all.size === 5 && all;
  });
  expect([...entities.keys()].sort()).toEqual([
    "group:backstage-users",
    "group:platform-engineers",
    "user:alice",
    "user:bob",
    "user:dave",
  ]);
  expect(related(entities.get("user:alice"), "memberOf").sort()).toEqual([
    "group:default/backstage-users",
    "group:default/platform-engineers",
  ]);
  for (const environment of ["byId", "byEmail", "byGroups"]) {
    const { response, error } = await portal.signIn("bob", environment);
    expect(error).toBeUndefined();
    expect(response?.profile.email).toBe("bob@example.com");
  }
});
