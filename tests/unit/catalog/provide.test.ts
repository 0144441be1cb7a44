import { type Entity, stringifyEntityRef } from "@backstage/catalog-model";
import { providerOptions } from "../../../backstage/catalog/src/options";
import { OktaOrgProvider } from "../../../backstage/catalog/src/provide";
import { OktaReader } from "../../../backstage/catalog/src/read";
import { FakeOkta, fakeUser } from "./okta";

const okta = new FakeOkta();
const logger = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
const signal = new AbortController().signal;
let catalog: Entity[];
let mutations: number;

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
  catalog = [];
  mutations = 0;
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
    applyMutation({ entities }: { entities: { entity: Entity }[] }) {
      mutations += 1;
      catalog = entities.map(({ entity }) => entity);
      return Promise.resolve();
    },
  } as never);
  return provider;
}

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
    spec: { profile: { displayName: "A Example", email: "alice@example.com" }, memberOf: ["staff", "sre"] },
  });
  expect(find("group:default/ops-eu")).toMatchObject({
    metadata: { title: "okta-Ops EU", description: "All of okta-Ops EU", annotations: { "okta.com/id": "00g3" } },
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

it("waits for a rate limit to pass", async () => {
  let refused = 0;
  okta.accident = (path) => (path.endsWith("/00g2/users") && refused++ < 2 ? 429 : undefined);
  await (await makeProvider()).runWhole(signal);
  expect(refused).toBeGreaterThan(2);
  expect(refs()).toContain("group:default/sre");
});

describe("changes nothing", () => {
  const members = (what: "drop" | "cut" | "hang" | number) => () => {
    okta.accident = (path) => (path.endsWith("/00g2/users") ? what : undefined);
  };
  const all = (what: "drop" | "cut" | "hang" | number) => () => void (okta.accident = () => what);

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
    expect([mutations, refs()]).toEqual([1, before]);
  });

  it("when it is stopped", async () => {
    const provider = await makeProvider();
    await expect(provider.runWhole(AbortSignal.abort())).rejects.toThrow(/changed nothing/);
    expect(mutations).toBe(0);
  });
});

it("removes many once that is allowed", async () => {
  await (await makeProvider()).runWhole(signal);
  okta.groups.get("00g1")?.members.splice(2);
  await (await makeProvider({ allowRemoval: true })).runWhole(signal);
  expect(refs().filter((ref) => ref.startsWith("user:"))).toEqual(["user:default/alice", "user:default/bob"]);
});

it("reads only what has changed between whole runs", async () => {
  const provider = await makeProvider();
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
    spec: { profile: { email: "robert@example.com" }, memberOf: ["staff", "sre", "ops-eu"] },
  });
  expect(refs()).toHaveLength(8);
});
