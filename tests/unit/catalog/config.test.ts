import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { resolve } from "node:path";
import { ConfigReader } from "@backstage/config";
import { loadConfigSchema } from "@backstage/config-loader";
import type { JsonObject } from "@backstage/types";
import { readProviders } from "../../../backstage/catalog/src/module";

const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" });
const entry = { orgUrl: "https://acme.okta.com", token: "of no worth", groups: { prefix: "okta-" } };
const full = {
  orgUrl: "https://partners.okta.com",
  oauth: { clientId: "0oa1", keyId: "kid", privateKey: pem },
  groupFilter: 'profile.name sw "okta-"',
  userFilter: 'profile.department eq "IT"',
  parentAttribute: "parentGroup",
  namespace: "okta",
  naming: {
    groups: { stripPrefix: "okta-", lowerCase: false, slug: true, mapping: { "Ops EU": "ops" } },
    users: { from: "login", mapping: { "alice@acme.example": "alice" } },
  },
  maxRemovedPercent: 5,
  allowRemoval: true,
  concurrency: 2,
  callTimeoutSeconds: 30,
  schedule: { frequency: { hours: 1 }, timeout: { minutes: 10 } },
  deltaSchedule: { frequency: "PT5M", timeout: { minutes: 4 } },
};
const configOf = (...okta: object[]) => ({ catalog: { providers: { okta } } }) as unknown as JsonObject;
const read = (...okta: object[]) => readProviders(new ConfigReader(configOf(...okta)));

it("reads every key, which the config schema knows", async () => {
  expect(read(entry, full)).toMatchObject([
    { maxRemovedPercent: 20, concurrency: 5, allowRemoval: false, schedule: { frequency: { minutes: 30 } } },
    { namespace: "okta", schedule: { frequency: { hours: 1 } }, deltaSchedule: { timeout: { minutes: 4 } } },
  ]);
  const schema = await loadConfigSchema({
    dependencies: [],
    packagePaths: [resolve("backstage/catalog/package.json")],
    noUndeclaredProperties: true,
  });
  const configs = [{ context: "app-config.yaml", data: configOf(entry, full) }];
  expect(schema.process(configs, { visibility: ["secret"] })[0]?.data).toMatchObject({
    catalog: { providers: { okta: [{ token: "of no worth" }, { oauth: { privateKey: pem } }] } },
  });
});

it("takes an entry of the module of the same key that many portals have", () => {
  const theirs = {
    orgUrl: "https://tenant.okta.com",
    oauth: { clientId: "0oa1", keyId: "kid", privateKey: pem },
    userFilter: 'profile.department eq "engineering"',
    groupFilter: 'profile.name eq "Everyone"',
    schedule: { frequency: { minutes: 5 }, timeout: { minutes: 10 }, initialDelay: { minutes: 1 } },
  };
  expect(read(theirs)).toHaveLength(1);
  expect(read({ ...theirs, userFilter: undefined, groupFilter: undefined })).toHaveLength(1);
});

it("takes a key as environment variables bring it, and a JWK", () => {
  const oneLine = pem.toString().replaceAll("\n", "\\n");
  expect(read({ ...full, oauth: { ...full.oauth, privateKey: oneLine } })[0]?.oauth?.privateKey).toBe(pem);
  const jwk = JSON.stringify(createPrivateKey(pem).export({ format: "jwk" }));
  expect(read({ ...full, oauth: { ...full.oauth, privateKey: jwk } })[0]?.oauth?.privateKey).toBe(jwk);
});

it("is nothing to do where Okta is not configured", () => {
  expect(readProviders(new ConfigReader({}))).toEqual([]);
});

it("refuses a second entry for an org", () => {
  expect(() => read(entry, { ...full, orgUrl: entry.orgUrl })).toThrow(
    "okta[1].orgUrl is that of catalog.providers.okta[0]",
  );
});

it.each([
  [{ ...entry, token: undefined }, /okta\[0\]: needs either token or oauth/],
  [{ ...entry, oauth: full.oauth }, /needs either token or oauth/],
  [
    { ...full, oauth: { ...full.oauth, privateKey: "key.pem" } },
    /oauth\.privateKey is neither a private key in PEM nor/,
  ],
  [{ ...full, oauth: { ...full.oauth, privateKey: "{}" } }, /oauth\.privateKey is neither a private key in PEM nor/],
  [{ ...entry, namespace: "Acme Corp" }, /namespace is not a namespace/],
  [{ ...entry, groupFilter: "x" }, /has both groups and groupFilter/],
  [{ ...entry, deltaSchedule: { frequency: { trigger: "manual" } } }, /has a deltaSchedule, with which/],
  [{ ...entry, schedule: { frequency: "often" } }, /schedule.frequency is not a duration, such as 30m/],
  [{ ...entry, schedule: { frequency: { minuts: 30 } } }, /schedule.frequency is not a duration, such as 30m/],
  [{ ...entry, schedule: { frequency: "30m", scope: "local" } }, /schedule Unrecognized key.*'scope'/],
  [{ ...entry, orgUrl: "http://acme.okta.com" }, /orgUrl is not an org's URL/],
  [{ ...entry, orgUrl: "https://acme.okta.com/" }, /orgUrl is not an org's URL/],
  [{ ...entry, maxRemovedPercent: 200 }, /maxRemovedPercent/],
  [{ ...entry, groupsFilter: "x" }, /Unrecognized key\(s\) in object: 'groupsFilter'/],
  [{ ...entry, naming: { groups: { stripprefix: "x" } } }, /naming\.groups Unrecognized key.*'stripprefix'/],
])("refuses %j", (wrong, message) => {
  expect(() => read(wrong)).toThrow(message);
});
