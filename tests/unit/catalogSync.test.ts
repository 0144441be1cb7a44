import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { catalogProvider, givenVariables, withCatalogNames } from "../../components/catalogProvider";
import { CatalogSync } from "../../components/catalogSync";
import { checkConfig } from "../../components/checkConfig";
import { config } from "./config";
import { insideSecret, mockEngine, valueOf } from "./mocks";

const good = { portalUrl: "https://a.example", oktaUrl: "https://acme.okta.com", allowedGroups: ["users"] };
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
const oauth = { clientId: "0oa1", keyId: "k1", privateKey: pem };
const environment = { ...process.env };
afterEach(() => void (process.env = { ...environment }));

describe("the service app", () => {
  async function make() {
    Object.assign(process.env, { OKTA_ORG_NAME: "acme", OKTA_BASE_URL: "okta.com" });
    const registered = mockEngine();
    const args = {
      label: "Backstage (dev)",
      portalId: pulumi.output("backstage-1"),
      oktaUrl: "https://login.acme.example",
    };
    const { variables } = new CatalogSync("backstage", args);
    const values = await valueOf(variables);
    await pulumi.runtime.disconnect();
    return { values, inputs: (type: string) => registered.find((each) => each.type === type)?.inputs };
  }

  it("signs in by a key alone, whose public half is all that Okta gets", async () => {
    const { values, inputs } = await make();
    const app = inputs("okta:app/oAuth:OAuth") as { jwks: [{ n: string; e: string; kid: string; kty: string }] };
    expect(app).toMatchObject({
      clientId: "backstage-1-catalog",
      label: "Backstage (dev) catalog",
      type: "service",
      grantTypes: ["client_credentials"],
      responseTypes: ["token"],
      tokenEndpointAuthMethod: "private_key_jwt",
    });
    expect(Object.keys(app.jwks[0]).sort()).toEqual(["e", "kid", "kty", "n"]);
    expect(app.jwks[0].kid).toBe(values.OKTA_CATALOG_KEY_ID);
    const { e, n } = app.jwks[0];
    const key = createPrivateKey(values.OKTA_CATALOG_PRIVATE_KEY as string);
    const signature = sign("sha256", Buffer.from("x"), key);
    expect(
      verify("sha256", Buffer.from("x"), createPublicKey({ key: { kty: "RSA", e, n }, format: "jwk" }), signature),
    ).toBe(true);
  });

  it("keeps its key in the state as a secret", async () => {
    const { inputs } = await make();
    expect(insideSecret(inputs("pulumi:index:Stash")?.input)).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  it("may read people and groups, by the org's own URL", async () => {
    const { inputs } = await make();
    expect(inputs("okta:index/appOauthApiScope:AppOauthApiScope")).toEqual({
      appId: "backstage-catalog-id",
      issuer: "https://acme.okta.com",
      scopes: ["okta.users.read", "okta.groups.read"],
    });
    expect(inputs("okta:app/oauthRoleAssignment:OauthRoleAssignment")).toEqual({
      clientId: "backstage-1-catalog",
      type: "READ_ONLY_ADMIN",
    });
  });
});

describe("the provider's entry", () => {
  const entry = (values: object) => {
    const { catalogSync } = checkConfig(config({ ...good, catalogSync: values })).values;
    return catalogProvider(catalogSync!, "https://acme.okta.com");
  };

  it("names variables where a credential goes, and else what the config says", () => {
    expect(entry({ groups: { prefix: "t-" }, maxRemovedPercent: 5 })).toEqual({
      orgUrl: "https://acme.okta.com",
      oauth: {
        clientId: "${OKTA_CATALOG_CLIENT_ID}",
        keyId: "${OKTA_CATALOG_KEY_ID}",
        privateKey: "${OKTA_CATALOG_PRIVATE_KEY}",
      },
      groups: { prefix: "t-" },
      maxRemovedPercent: 5,
    });
    expect(entry({ credentials: "existing", oauth: { ...oauth, keyId: undefined } }).oauth).toEqual({
      clientId: "${OKTA_CATALOG_CLIENT_ID}",
      privateKey: "${OKTA_CATALOG_PRIVATE_KEY}",
    });
    expect(entry({ credentials: "token", token: "x" })).toMatchObject({ token: "${OKTA_CATALOG_TOKEN}" });
  });

  it("goes with the variables for it", () => {
    expect(givenVariables({ credentials: "existing", keyVersion: 1, oauth })).toEqual({
      OKTA_CATALOG_CLIENT_ID: "0oa1",
      OKTA_CATALOG_KEY_ID: "k1",
      OKTA_CATALOG_PRIVATE_KEY: oauth.privateKey,
    });
    expect(givenVariables({ credentials: "token", keyVersion: 1, token: "t" })).toEqual({ OKTA_CATALOG_TOKEN: "t" });
  });

  it("names groups for those who sign in, too", () => {
    const sync = {
      credentials: "own",
      keyVersion: 1,
      namespace: "okta",
      naming: { groups: { stripPrefix: "t-" } },
    } as const;
    expect(withCatalogNames([{ resolver: "oktaUserId" }, { resolver: "oktaGroups" }], sync)).toEqual([
      { resolver: "oktaUserId" },
      { resolver: "oktaGroups", onlyGroupsInCatalog: true, stripPrefix: "t-", namespace: "okta" },
    ]);
    const loose = { resolver: "oktaGroups", onlyGroupsInCatalog: false };
    expect(withCatalogNames([loose], sync)).toMatchObject([loose]);
  });
});

describe("of the config", () => {
  function mistakes(
    catalogSync: object,
    { secret = false, ...others }: { secret?: boolean; signInResolvers?: object[] } = {},
  ) {
    process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(secret ? ["backstage-okta-sso:catalogSync"] : []);
    return checkConfig(config({ ...good, catalogSync, ...others })).mistakes;
  }

  it.each<[object]>([
    [{}],
    [{ credentials: "own" }],
    [{ groups: { names: ["a"] }, schedule: { frequency: "30m" }, userFilter: 'status eq "ACTIVE"', concurrency: 3 }],
  ])("takes %j", (values) => {
    expect(mistakes(values)).toEqual([]);
  });

  it("takes credentials that the file has encrypted", () => {
    expect(mistakes({ credentials: "existing", oauth }, { secret: true })).toEqual([]);
    expect(mistakes({ credentials: "token", token: "t" }, { secret: true })).toEqual([]);
  });

  it.each<[object, string, RegExp]>([
    [{ credentials: "mine" }, "catalogSync.credentials", /is not one of own, existing, token/],
    [{ keyVersion: 0 }, "catalogSync.keyVersion", /is not a whole number from 1/],
    [{ group: { prefix: "x" } }, "catalogSync.group", /is not an option of the catalog module/],
    [{ orgUrl: "https://evil.example" }, "catalogSync.orgUrl", /is that of oktaUrl: leave it out/],
    [{ groups: { prefix: "" } }, "catalogSync.groups.prefix", /is not valid/],
    [{ schedule: { frequency: "often" } }, "catalogSync.schedule.frequency", /is not a duration/],
    [{ userFilter: "${OKTA_CLIENT_SECRET}" }, "catalogSync.userFilter", /has \$\{/],
    [{ oauth }, "catalogSync.oauth", /is given, but credentials is own/],
    [{ credentials: "existing" }, "catalogSync.oauth", /is missing, but credentials is existing/],
    [{ credentials: "token" }, "catalogSync.token", /is missing, but credentials is token/],
    [
      { credentials: "token", token: "t0ken" },
      "catalogSync.token",
      /stands in plain text .*--secret --path 'catalogSync.token'/,
    ],
    [{ credentials: "existing", oauth }, "catalogSync.oauth.privateKey", /stands in plain text/],
  ])("refuses %j", (values, key, remedy) => {
    expect(mistakes(values)).toEqual([
      expect.objectContaining({ key, remedy: expect.stringMatching(remedy) as string }),
    ]);
  });

  it("shows no credential, whatever is wrong with it", () => {
    const wrong = mistakes({ credentials: "existing", oauth: { ...oauth, extra: "x" }, token: "t0ken" });
    expect(wrong.length).toBeGreaterThan(1);
    expect(JSON.stringify(wrong)).not.toMatch(/BEGIN|t0ken/);
  });

  it("refuses what is no key", () => {
    expect(mistakes({ credentials: "existing", oauth: { ...oauth, privateKey: "key.pem" } }, { secret: true })).toEqual(
      [
        {
          key: "catalogSync.oauth.privateKey",
          value: undefined,
          remedy: expect.stringMatching(/is neither a private key/) as string,
        },
      ],
    );
  });

  it("refuses names for those who sign in that are not the catalog's", () => {
    const signInResolvers = [{ resolver: "oktaGroups", stripPrefix: "backstage-" }];
    expect(mistakes({ credentials: "own" }, { signInResolvers })).toEqual([
      {
        key: "signInResolvers[0].stripPrefix",
        value: "backstage-",
        remedy: expect.stringMatching(
          /conflicts with catalogSync.*set catalogSync\.naming\.groups\.stripPrefix/,
        ) as string,
      },
    ]);
    expect(mistakes({ naming: { groups: { stripPrefix: "backstage-" } } }, { signInResolvers })).toEqual([]);
  });
});
