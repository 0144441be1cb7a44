import { importPKCS8, SignJWT } from "jose";
import { parse } from "yaml";
import { oktaUrl } from "./support/sandbox";
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
