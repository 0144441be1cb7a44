import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { importPKCS8, SignJWT } from "jose";
import { parse } from "yaml";
import { oktaUrl, run } from "./support/sandbox";
import { TestStack } from "./support/stack";

jest.setTimeout(300_000);

const OWN = { groups: { prefix: "backstage-" }, schedule: { frequency: "30m" } };
const APP = "okta:app/oAuth:OAuth";

let stack: TestStack;
afterEach(() => stack.dispose());

/** Whom the portal's catalog would read as, by the Secret. */
interface Reader {
  OKTA_CATALOG_CLIENT_ID: string;
  OKTA_CATALOG_KEY_ID: string;
  OKTA_CATALOG_PRIVATE_KEY: string;
}

const reader = async () => (await stack.variables()) as unknown as Reader;

/** Asks Okta for a token as the catalog does. */
async function token({
  OKTA_CATALOG_CLIENT_ID: id,
  ...key
}: Reader): Promise<{ access_token?: string; error?: string }> {
  const address = `${oktaUrl}/oauth2/v1/token`;
  const client_assertion = await new SignJWT()
    .setProtectedHeader({ alg: "RS256", kid: key.OKTA_CATALOG_KEY_ID })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(address)
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(await importPKCS8(key.OKTA_CATALOG_PRIVATE_KEY, "RS256"));
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    scope: "okta.users.read okta.groups.read",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion,
  });
  return (await (await fetch(address, { method: "POST", body })).json()) as { access_token?: string };
}

const statusOf = async (path: string, access_token = "", method = "GET") =>
  (await fetch(oktaUrl + path, { method, headers: { Authorization: `Bearer ${access_token}` } })).status;

it("makes a service app that reads people and groups, and nothing else", async () => {
  stack = await TestStack.make({ config: { catalogSync: OWN } });
  await stack.up();
  const credentials = await reader();
  const { access_token } = await token(credentials);
  expect(await statusOf("/api/v1/users", access_token)).toBe(200);
  expect(await statusOf("/api/v1/groups", access_token)).toBe(200);
  expect(await statusOf("/api/v1/apps", access_token)).toBe(403);
  expect(parse(await stack.overlay())).toMatchObject({
    catalog: {
      providers: {
        okta: [
          {
            orgUrl: oktaUrl,
            oauth: {
              clientId: "${OKTA_CATALOG_CLIENT_ID}",
              keyId: "${OKTA_CATALOG_KEY_ID}",
              privateKey: "${OKTA_CATALOG_PRIVATE_KEY}",
            },
            ...OWN,
          },
        ],
      },
    },
  });
  const state = JSON.stringify(await stack.state());
  const line = credentials.OKTA_CATALOG_PRIVATE_KEY.split("\n")[1]!;
  expect(state).not.toContain(line);
  await stack.pulumi(["preview", "--expect-no-changes"]);
  await stack.pulumi(["preview", "--expect-no-changes", "--refresh"]);

  stack.configure({ catalogSync: { ...OWN, keyVersion: 2 } });
  expect(await stack.up()).toMatchObject({ create: 1, delete: 1 });
  const next = await reader();
  expect(next.OKTA_CATALOG_CLIENT_ID).toBe(credentials.OKTA_CATALOG_CLIENT_ID);
  expect((await token(next)).access_token).toBeDefined();
  expect(await token(credentials)).toMatchObject({ error: "invalid_client" });

  stack.configure({ catalogSync: undefined });
  await stack.up();
  expect((await stack.state()).filter(({ type }) => type === APP)).toHaveLength(1);
  expect(Object.keys(await stack.variables()).sort()).toEqual([
    "AUTH_SESSION_SECRET",
    "OKTA_CLIENT_ID",
    "OKTA_CLIENT_SECRET",
  ]);
  expect(await stack.overlay()).not.toContain("catalog");
});

it("says in the preview what a super administrator has to grant, where that is missing", async () => {
  const file = join(process.env.SANDBOX_STATE ?? "", "okta", "credentials.json");
  const { clientId, privateKeyId, privateKey } = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  const scopes = ["okta.apps.manage", "okta.groups.read", "okta.authorizationServers.manage", "okta.policies.read"];
  const env = {
    OKTA_API_TOKEN: undefined,
    OKTA_API_CLIENT_ID: clientId,
    OKTA_API_PRIVATE_KEY: privateKey,
    OKTA_API_PRIVATE_KEY_ID: privateKeyId,
    OKTA_API_SCOPES: scopes.join(","),
  };
  stack = await TestStack.make({ config: { catalogSync: OWN } });
  const words = "the credentials of this run lack okta.appGrants.manage and okta.roles.manage";
  expect((await stack.pulumi(["preview"], { env })).stdout).toContain(words);
  // A token's rights are not seen; and what is there stays, whoever runs this.
  expect((await stack.pulumi(["preview"])).stdout).not.toContain("the credentials of this run lack");
  await stack.up();
  const { stdout } = await stack.pulumi(["preview", "--expect-no-changes"], { env });
  expect(stdout).not.toContain("the credentials of this run lack");
});

it("hands over credentials that were made elsewhere, if the stack's file has them encrypted", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const oauth = { clientId: "0oa1", keyId: "k1", privateKey: pem };
  stack = await TestStack.make({ config: { catalogSync: { ...OWN, credentials: "existing", oauth } } });
  const refused = await stack.failedPreview();
  expect(refused).toMatch(/catalogSync\.oauth\.privateKey stands in plain text in the stack's file/);
  expect(refused).not.toContain(pem.split("\n")[1]);

  const key = "backstage-okta-sso:catalogSync.oauth.privateKey";
  const where = ["--stack", stack.name, "--config-file", stack.configFile];
  await run("pulumi", ["config", "set", "--path", "--secret", key, ...where], { input: pem });
  await stack.up();
  expect(await stack.variables()).toMatchObject({
    OKTA_CATALOG_CLIENT_ID: "0oa1",
    OKTA_CATALOG_KEY_ID: "k1",
    OKTA_CATALOG_PRIVATE_KEY: pem.trim(),
  });
  expect((await stack.state()).filter(({ type }) => type === APP)).toHaveLength(1);
  expect(await stack.overlay()).not.toContain("0oa1");
});
