import { type Entity, stringifyEntityRef } from "@backstage/catalog-model";
import type { EntityProviderMutation } from "@backstage/plugin-catalog-node";
import { providerOptions } from "../../../backstage/catalog/src/options";
import { OktaOrgProvider } from "../../../backstage/catalog/src/provide";
import { OktaReader } from "../../../backstage/catalog/src/read";
import { type Accident, FakeOkta, fakeUser } from "./okta";

const okta = new FakeOkta();
const logger = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
const signal = new AbortController().signal;
let catalog: Entity[];
let mutations: EntityProviderMutation[];

beforeAll(() => okta.start());
afterAll(() => okta.stop());
beforeEach(() => {
  const names = ["alice", "bob", "carol", "dave", "erin"];
  const [alice, bob, carol, dave, erin] = names.map((name, i) => fakeUser(`00u${i}`, `${name}@example.com`));
  okta.users = [];
  okta.groups.clear();
  okta.groups.set("00g1", { name: "okta-staff", members: [alice!, bob!, carol!, dave!, erin!] });
  okta.groups.set("00g2", { name: "okta-SRE", members: [alice!] });
  okta.groups.set("00g3", { name: "okta-Ops EU", members: [bob!] });
  okta.accident = () => undefined;
  okta.calls = [];
  okta.mostAtOnce = 0;
  okta.resetSeconds = 0;
  okta.emptyPages = false;
  catalog = [];
  mutations = [];
  jest.clearAllMocks();
});

async function makeProvider(changes: object = {}): Promise<OktaOrgProvider> {
  const options = providerOptions.parse({
    orgUrl: okta.url,
    token: "of no worth",
    groups: { prefix: "okta-" },
    naming: { groups: { stripPrefix: "okta-", slug: true } },
    callTimeoutSeconds: 5,
    ...changes,
  });
  const provider = new OktaOrgProvider(options, new OktaReader(options), {
    logger: logger as never,
    auth: { getOwnServiceCredentials: () => Promise.resolve({}) } as never,
    catalog: { getEntities: () => Promise.resolve({ items: catalog }) } as never,
  });
  await provider.connect({
    applyMutation(mutation: EntityProviderMutation) {
      mutations.push(mutation);
      if (mutation.type === "full") catalog = [];
      const [put, gone] = mutation.type === "full" ? [mutation.entities, []] : [mutation.added, mutation.removed];
      const refsOf = [...put.map(({ entity }) => stringifyEntityRef(entity)), ...gone.map(refOf)];
      catalog = catalog.filter((entity) => !refsOf.includes(stringifyEntityRef(entity)));
      catalog.push(...put.map(({ entity }) => entity));
      return Promise.resolve();
    },
  } as never);
  return provider;
}

const refOf = (removed: { entityRef: string } | { entity: Entity }) =>
  "entityRef" in removed ? removed.entityRef : stringifyEntityRef(removed.entity);
const refs = () => catalog.map((entity) => stringifyEntityRef(entity)).sort();
const find = (ref: string) => catalog.find((entity) => stringifyEntityRef(entity) === ref);

it("puts the groups and their members into the catalog, which lead back to Okta", async () => {
  await (await makeProvider()).runWhole(signal);
  expect(refs()).toEqual([
    ...["group:default/ops-eu", "group:default/sre", "group:default/staff", "user:default/alice", "user:default/bob"],
    ...["user:default/carol", "user:default/dave", "user:default/erin"],
  ]);
  expect(find("user:default/alice")).toMatchObject({
    metadata: {
      annotations: {
        "okta.com/id": "00u0",
        "okta.com/email": "alice@example.com",
        "okta.com/login": "alice@example.com",
      },
      links: [{ url: `${okta.url}/admin/user/profile/view/00u0` }],
    },
    spec: { profile: { displayName: "A Example", email: "alice@example.com" }, memberOf: ["sre", "staff"] },
  });
  expect(find("group:default/ops-eu")).toMatchObject({
    metadata: {
      title: "okta-Ops EU",
      description: "All of okta-Ops EU",
      annotations: { "okta.com/id": "00g3", "okta.com/name": "okta-Ops EU" },
    },
  });
  expect(okta.calls).toContain('/api/v1/groups?search=profile.name sw "okta-"&limit=200');
});

it("takes people by a filter where one is set, in a group or not", async () => {
  okta.users = [fakeUser("00u0", "alice@example.com"), fakeUser("00u9", "zoe@example.com")];
  await (await makeProvider({ userFilter: 'profile.department eq "IT"' })).runWhole(signal);
  expect(refs().filter((ref) => ref.startsWith("user:"))).toEqual(["user:default/alice", "user:default/zoe"]);
});

it("never takes who is deprovisioned", async () => {
  okta.groups.get("00g1")?.members.push(fakeUser("00u8", "gone@example.com", "DEPROVISIONED"));
  await (await makeProvider()).runWhole(signal);
  expect(refs()).not.toContain("user:default/gone");
});

it("leaves out people and groups that would have one name, and says so", async () => {
  okta.groups.set("00g4", { name: "okta-sre", members: [fakeUser("00u7", "alice@partner.example")] });
  await (await makeProvider()).runWhole(signal);
  expect(refs().filter((ref) => /alice|sre/.test(ref))).toEqual([]);
  expect(logger.warn.mock.calls.flat().join("\n")).toMatch(
    /groups "okta-SRE" and "okta-sre" are left out.*\n.*users "alice@example.com" and "alice@partner.example" are left out/,
  );
});

it("has no more calls under way at once than it may", async () => {
  for (let i = 10; i < 30; i++) okta.groups.set(`00g${i}`, { name: `okta-${i}`, members: [] });
  await (await makeProvider({ concurrency: 3 })).runWhole(signal);
  expect(okta.mostAtOnce).toBe(3);
});

it("waits for a rate limit to pass, as long as Okta says", async () => {
  let refusedAt = 0;
  okta.resetSeconds = 2;
  okta.accident = (path) => {
    if (!path.endsWith("/00g2/users") || refusedAt) return undefined;
    refusedAt = Date.now();
    return 429;
  };
  await (await makeProvider({ callTimeoutSeconds: 4 })).runWhole(signal);
  expect(Date.now() - refusedAt).toBeGreaterThan(1000);
  expect(refs()).toContain("group:default/sre");
});

it("takes empty pages for what they are", async () => {
  okta.emptyPages = true;
  await (await makeProvider()).runWhole(signal);
  expect(refs()).toHaveLength(8);
});

it("puts a group below the one that an attribute of its profile names", async () => {
  okta.groups.get("00g2")!.attributes = { parentGroup: "okta-staff" };
  okta.groups.get("00g3")!.attributes = { parentGroup: "nobody" };
  await (await makeProvider({ parentAttribute: "parentGroup" })).runWhole(signal);
  expect(find("group:default/sre")).toMatchObject({ spec: { parent: "staff" } });
  expect(find("group:default/ops-eu")?.spec).not.toHaveProperty("parent");
});

it("takes the groups that are named, in just that case, and says which Okta does not have", async () => {
  const names = ["okta-SRE", "okta-staff", "okta-ops eu"];
  await (await makeProvider({ groups: { names } })).runWhole(signal);
  expect(refs().filter((ref) => ref.startsWith("group:"))).toEqual(["group:default/sre", "group:default/staff"]);
  expect(logger.warn).toHaveBeenCalledWith(expect.stringContaining('Okta has no group "okta-ops eu"'));
});

it("asks for many names in several searches", async () => {
  const others = Array.from({ length: 40 }, (_, i) => `okta-${i}`);
  await (await makeProvider({ groups: { names: [...others, "okta-SRE", "okta-staff"] } })).runWhole(signal);
  expect(refs().filter((ref) => ref.startsWith("group:"))).toEqual(["group:default/sre", "group:default/staff"]);
  const searches = okta.calls.filter((call) => call.includes("?search=") && !call.includes("after="));
  expect(searches.map((search) => search.split(" or ").length)).toEqual([25, 17]);
});

it("asks for nothing more once a group has failed", async () => {
  for (let i = 10; i < 30; i++) okta.groups.set(`00g${i}`, { name: `okta-${i}`, members: [] });
  okta.accident = (path) => (path.endsWith("/00g1/users") ? 403 : undefined);
  const provider = await makeProvider({ concurrency: 2 });
  await expect(provider.runWhole(signal)).rejects.toThrow("Okta refuses /api/v1/groups/00g1/users: 403 E0 refused");
  const calls = okta.calls.length;
  await provider.runWhole(AbortSignal.abort()).catch(() => undefined);
  expect(okta.calls).toHaveLength(calls);
  expect(okta.calls.filter((call) => call.endsWith("/users?limit=1000")).length).toBeLessThan(5);
});

describe("changes nothing", () => {
  const members = (what: Accident) => () => {
    okta.accident = (path) => (path.endsWith("/00g2/users") ? what : undefined);
  };
  const all = (what: Accident) => () => void (okta.accident = () => what);

  it.each<[string, () => void]>([
    ["when Okta has no groups", () => okta.groups.clear()],
    ["when no group has members", () => okta.groups.forEach((group) => (group.members = []))],
    ["when Okta does not take the credentials", all(401)],
    ["when Okta does not allow it", all(403)],
    ["when Okta fails", all(500)],
    ["when one group alone fails", members(500)],
    ["when one group alone is gone", members(404)],
    ["when an answer is cut", members("cut")],
    ["when a connection is cut", members("drop")],
    ["when an answer does not come", members("hang")],
    ["when an answer is no list", members("noList")],
    ["when a rate limit is longer than a call may take", () => void ((okta.resetSeconds = 60), all(429)())],
    ["when a user has no login", () => void delete okta.groups.get("00g2")?.members[0]?.profile.login],
    [
      "when all are deprovisioned at once",
      () => okta.groups.get("00g1")?.members.forEach((user) => (user.status = "DEPROVISIONED")),
    ],
    ["when too many would go", () => okta.groups.get("00g1")?.members.splice(2)],
  ])("%s", async (_, accident) => {
    const provider = await makeProvider({ callTimeoutSeconds: 1 });
    await provider.runWhole(signal);
    const before = refs();
    accident();
    await expect(provider.runWhole(signal)).rejects.toThrow(/a whole run changed nothing: /);
    expect(logger.error).toHaveBeenCalledWith(expect.stringContaining("changed nothing"));
    expect([mutations.length, refs()]).toEqual([1, before]);
  });

  it("when it is stopped", async () => {
    const provider = await makeProvider();
    await expect(provider.runWhole(AbortSignal.abort())).rejects.toThrow(/changed nothing/);
    expect(mutations).toEqual([]);
  });
});

describe("of a small org", () => {
  const users = () => refs().filter((ref) => ref.startsWith("user:")).length;
  beforeEach(() => void (okta.groups.get("00g3")!.members = []));

  it.each([
    [5, 3],
    [4, 3],
    [3, 2],
  ])("lets some of %d go, so that %d stay", async (before, after) => {
    const { members } = okta.groups.get("00g1")!;
    members.splice(before);
    await (await makeProvider()).runWhole(signal);
    members.splice(after);
    await expect((await makeProvider({ maxRemovedPercent: 0 })).runWhole(signal)).rejects.toThrow("it would remove");
    await (await makeProvider()).runWhole(signal);
    expect(users()).toBe(after);
  });

  it.each([
    [5, 2],
    [4, 2],
    [2, 1],
  ])("does not let most of %d go, so that %d would stay", async (before, after) => {
    const { members } = okta.groups.get("00g1")!;
    members.splice(before);
    await (await makeProvider()).runWhole(signal);
    members.splice(after);
    await expect((await makeProvider()).runWhole(signal)).rejects.toThrow(/more than maxRemovedPercent: 20/);
    expect(users()).toBe(before);
  });
});

it("removes many once that is allowed", async () => {
  await (await makeProvider()).runWhole(signal);
  okta.groups.get("00g1")?.members.splice(2);
  const provider = await makeProvider({ allowRemoval: true });
  await provider.runWhole(signal);
  expect(refs().filter((ref) => ref.startsWith("user:"))).toEqual(["user:default/alice", "user:default/bob"]);
  // Whoever forgets to take it out again still does not lose all.
  okta.groups.clear();
  await expect(provider.runWhole(signal)).rejects.toThrow("Okta gave no group");
});

describe("a change in Okta", () => {
  const staff = () => okta.groups.get("00g1")!.members;
  /** What a second run makes of a change, by reading all or by reading what has changed. */
  async function change(how: "runWhole" | "runChanges", act: () => void) {
    const provider = await makeProvider({ deltaSchedule: { frequency: "5m" } });
    await provider.runWhole(signal);
    const before = refs();
    act();
    okta.users = [...staff()];
    await provider[how](signal);
    const without = (those: string[], others: string[]) => those.filter((ref) => !others.includes(ref));
    return { gone: without(before, refs()), new: without(refs(), before) };
  }

  describe.each(["runWhole", "runChanges"] as const)("by %s", (how) => {
    it("gives a renamed group its new name, and its members with it", async () => {
      const changed = await change(how, () => (okta.groups.get("00g2")!.name = "okta-reliability"));
      expect(changed).toEqual({ gone: ["group:default/sre"], new: ["group:default/reliability"] });
      expect(find("user:default/alice")?.spec?.memberOf).toEqual(["reliability", "staff"]);
    });

    it("keeps a person under another email", async () => {
      const changed = await change(how, () => (staff()[0]!.profile.email = "alice.adams@example.com"));
      expect(changed).toEqual({ gone: [], new: [] });
      expect(find("user:default/alice")?.metadata.annotations).toMatchObject({
        "okta.com/id": "00u0",
        "okta.com/email": "alice.adams@example.com",
      });
    });

    it("gives a person with another login another name", async () => {
      const changed = await change(how, () => (staff()[0]!.profile.login = "adams@example.com"));
      expect(changed).toEqual({ gone: ["user:default/alice"], new: ["user:default/adams"] });
    });

    it("takes away who was deprovisioned", async () => {
      const changed = await change(how, () => (staff()[4]!.status = "DEPROVISIONED"));
      expect(changed).toEqual({ gone: ["user:default/erin"], new: [] });
    });
  });

  it("is all that a delta run tells the catalog", async () => {
    await change("runChanges", () => (staff()[3]!.profile.firstName = "David"));
    expect(mutations[1]).toMatchObject({ type: "delta", added: [{ entity: { metadata: { name: "dave" } } }] });
    expect(mutations[1]).toMatchObject({ removed: [] });
  });
});

it("reads only what has changed between whole runs", async () => {
  const provider = await makeProvider({ deltaSchedule: { frequency: "5m" } });
  await provider.runWhole(signal);
  okta.calls = [];
  const bob = okta.groups.get("00g3")!.members[0]!;
  okta.groups.delete("00g1");
  okta.groups.get("00g2")!.members.push(bob);
  okta.groups.delete("00g3");
  bob.profile.email = "robert@example.com";
  okta.users = [bob];
  await provider.runChanges(signal);
  expect(okta.calls).toEqual([
    expect.stringMatching(
      /^\/api\/v1\/groups\?filter=lastUpdated gt "[^"]+" or lastMembershipUpdated gt "[^"]+"&limit=200$/,
    ),
    expect.stringMatching(/^\/api\/v1\/users\?search=lastUpdated gt "[^"]+"&limit=200$/),
    expect.stringMatching(/^\/api\/v1\/groups\/00g2\/users/),
  ]);
  expect(find("user:default/bob")).toMatchObject({
    spec: { profile: { email: "robert@example.com" }, memberOf: ["ops-eu", "sre", "staff"] },
  });
  expect(refs()).toHaveLength(8);
});

it("has one run under way at a time, so that the first delta run reads little", async () => {
  const provider = await makeProvider({ deltaSchedule: { frequency: "5m" } });
  await Promise.all([provider.runWhole(signal), provider.runChanges(signal)]);
  expect(mutations.map(({ type }) => type)).toEqual(["full", "delta"]);
});

it("changes nothing by a delta run that fails, and reads the same again", async () => {
  const provider = await makeProvider({ deltaSchedule: { frequency: "5m" } });
  await provider.runWhole(signal);
  const before = refs();
  okta.groups.get("00g2")!.members.push(fakeUser("00u7", "frank@example.com"));
  okta.accident = (path) => (path.endsWith("/00g2/users") ? 500 : undefined);
  await expect(provider.runChanges(signal)).rejects.toThrow(/a delta run changed nothing: /);
  expect([mutations.length, refs()]).toEqual([1, before]);
  okta.accident = () => undefined;
  await provider.runChanges(signal);
  expect(refs()).toContain("user:default/frank");
});
