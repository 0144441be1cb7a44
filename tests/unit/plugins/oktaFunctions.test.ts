import type { Props } from "../../../sandbox/plugins/contract";
import * as functions from "../../../sandbox/plugins/okta/functions";
import { FakeOrg, json } from "./fakeOrg";

const domain = {
  id: "OcD1",
  domain: "login.acme.example",
  certificateSourceType: "OKTA_MANAGED",
  validationStatus: "VERIFIED",
};
const dnsRecord = { fqdn: "login.acme.example", recordType: "CNAME", values: ["acme.customdomains.okta.com"] };
const group = (id: string, name: string) => ({ id, type: "OKTA_GROUP", profile: { name, description: null } });

/** What the org answers, by path and query. */
const objects: Record<string, unknown> = {
  "/api/v1/domains": { domains: [domain] },
  "/api/v1/domains/OcD1": { ...domain, dnsRecords: [dnsRecord] },
  "/api/v1/domains/LOGIN.acme.example": { ...domain, dnsRecords: [dnsRecord] },
  "/api/v1/policies?type=ACCESS_POLICY": [
    { id: "rst1", name: "Any two factors", type: "ACCESS_POLICY", status: "ACTIVE", system: true },
    { id: "rst2", name: "Passkey only", type: "ACCESS_POLICY", status: "INACTIVE", system: false },
  ],
  "/api/v1/groups/00g1": group("00g1", "engineers"),
  "/api/v1/groups?q=engineers": [group("00g2", "engineers-on-call"), group("00g1", "engineers")],
  "/api/v1/groups?q=engineers-": [group("00g2", "engineers-on-call")],
  "/api/v1/groups?q=eng": [group("00g2", "engineers-on-call"), group("00g1", "engineers")],
  "/api/v1/groups?q=nobody": [],
  "/api/v1/groups/00g1/users": [{ id: "00u1" }, { id: "00u2" }],
};

let org: FakeOrg;
let call: (name: keyof typeof functions, args: Props) => Promise<Props>;

beforeAll(async () => {
  org = await FakeOrg.listen((request, response) => {
    const { url = "" } = request;
    const found = url in objects ? json(200, objects[url]) : json(404, { errorSummary: `Not found: ${url}` });
    found(request, response);
  });
  const connection = org.connection();
  call = (name, args) =>
    functions.oktaFunction(
      "okta:x:y",
      functions[name] as typeof functions.getDomain,
      () => connection,
    )(args, org.context);
});

afterAll(() => org.close());

describe("okta.getDomain", () => {
  it("finds a custom domain by its name, whatever its capitals", async () => {
    expect(await call("getDomain", { domainIdOrName: "LOGIN.acme.example" })).toEqual({
      ...domain,
      domainIdOrName: "LOGIN.acme.example",
      dnsRecords: [{ ...dnsRecord, expiration: "" }],
      publicCertificate: {},
    });
  });

  it("finds a custom domain by its ID", async () => {
    expect(await call("getDomain", { domainIdOrName: "OcD1" })).toMatchObject(domain);
  });

  it("says that the org has no such domain", async () => {
    await expect(call("getDomain", { domainIdOrName: "login.evil.example" })).rejects.toThrow(
      'failed to find domain by id or name: "login.evil.example"',
    );
  });
});

describe("okta.policy.getPolicy", () => {
  it("finds a policy by its type and name", async () => {
    expect(await call("getPolicy", { name: "Passkey only", type: "ACCESS_POLICY" })).toEqual({
      id: "rst2",
      name: "Passkey only",
      type: "ACCESS_POLICY",
      status: "INACTIVE",
    });
  });

  it("says that the org has no such policy", async () => {
    await expect(call("getPolicy", { name: "Nope", type: "ACCESS_POLICY" })).rejects.toThrow(
      "no policies retrieved for policy type 'ACCESS_POLICY' and name 'Nope'",
    );
  });
});

describe("okta.group.getGroup", () => {
  it("finds a group by its ID, with its members when they are asked for", async () => {
    const found = { id: "00g1", name: "engineers", type: "OKTA_GROUP", description: "" };
    expect(await call("getGroup", { id: "00g1" })).toEqual({ ...found, includeUsers: false, users: [] });
    expect(await call("getGroup", { id: "00g1", includeUsers: true })).toMatchObject({ users: ["00u1", "00u2"] });
  });

  it("finds the group that has just that name, or else the only one whose name begins so", async () => {
    expect(await call("getGroup", { name: "engineers" })).toMatchObject({ id: "00g1" });
    expect(await call("getGroup", { name: "engineers-" })).toMatchObject({ id: "00g2" });
  });

  it.each([
    [
      { id: "00g9" },
      "invoking okta:x:y: 1 error occurred:\n\t* failed get group by ID: the API returned an error: Not found: /api/v1/groups/00g9\n\n",
    ],
    [{ name: "nobody" }, 'group with name "nobody" does not exist'],
    [{ name: "eng" }, 'group starting with name "eng" matches 2 groups, select a more precise name parameter'],
  ])("refuses %j", async (args, message) => {
    await expect(call("getGroup", args)).rejects.toThrow(message);
  });
});
