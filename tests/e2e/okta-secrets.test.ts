import * as client from "openid-client";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";
import { OidcApp, refusalOf } from "./support/oidcApp";

interface Secret {
  id: string;
  client_secret: string;
  status: string;
}
interface App {
  credentials: { oauthClient: { client_secret: string } };
}

const NEW = "a-secret-of-the-stack's-own";
const OTHER = "another-secret-of-its-own";

let okta: LocalOktaProcess;
let app: OidcApp;
/** The secret that Okta made with the app. */
let first: Secret;

beforeAll(async () => {
  okta = await startLocalOkta();
  await OidcApp.addGroupsClaim(okta);
});
afterAll(() => okta.stop());
beforeEach(async () => {
  await okta.api("PUT", "/sandbox/variants", {});
  app = await OidcApp.make(okta, `${okta.url}/oauth2/default`);
  first = (await list())[0]!;
});

const path = (rest = "") => `/api/v1/apps/${app.id}/credentials/secrets${rest}`;
const list = async () => (await okta.api<Secret[]>("GET", path())).body;
const add = (client_secret?: string) => okta.api<Secret>("POST", path(), { client_secret });

async function put(client_secret?: string): Promise<number> {
  const { body } = await okta.api<App>("GET", `/api/v1/apps/${app.id}`);
  body.credentials.oauthClient = { ...body.credentials.oauthClient, client_secret: client_secret! };
  return (await okta.api("PUT", `/api/v1/apps/${app.id}`, body)).status;
}

/** Whether the token endpoint takes a secret, sent in the header. */
async function works(secret: string): Promise<boolean> {
  const answer = await refusalOf(client.refreshTokenGrant(await app.withSecret(secret), "no-such-token"));
  if (answer.error !== "invalid_client") return true;
  expect(answer).toEqual({
    status: 401,
    error: "invalid_client",
    error_description: "The client secret supplied for a confidential client is invalid.",
  });
  return false;
}

it("has two at most, both of which sign in while they are active", async () => {
  expect(await list()).toMatchObject([{ status: "ACTIVE" }]);
  const { status, body: second } = await add(NEW);
  expect([status, second]).toMatchObject([201, { client_secret: NEW, status: "ACTIVE" }]);
  expect((await add()).body).toMatchObject({ errorCode: "E0000001" });
  expect([await works(first.client_secret), await works(NEW), await works("neither")]).toEqual([true, true, false]);

  await okta.api("POST", path(`/${first.id}/lifecycle/deactivate`));
  expect([await works(first.client_secret), await works(NEW)]).toEqual([false, true]);
  expect((await okta.api("POST", path(`/${second.id}/lifecycle/deactivate`))).status).toBe(400);
  expect((await okta.api("DELETE", path(`/${second.id}`))).status).toBe(400);
  expect((await okta.api("DELETE", path(`/${first.id}`))).status).toBe(204);
  expect((await list()).map(({ id }) => id)).toEqual([second.id]);
});

it("is taken behind the odd header of Backstage's own module, as of Okta's apps", async () => {
  const refusedFor = async (client_secret: string) => {
    const credentials = Buffer.from(`${app.clientId}:${client_secret}`).toString("base64");
    const answer = await fetch(`${okta.url}/oauth2/default/v1/token`, {
      method: "POST",
      headers: { authorization: `Basic: ${credentials}` },
      body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: "no-such-token" }),
    });
    return ((await answer.json()) as { error: string }).error;
  };
  expect(await refusedFor(first.client_secret)).toBe("invalid_grant");
  expect(await refusedFor("another secret than the app's")).toBe("invalid_client");
});

it("makes a secret where none is given, and takes no short one, nor one twice", async () => {
  expect((await add("too-short")).status).toBe(400);
  expect((await add(first.client_secret)).status).toBe(400);
  expect((await add()).body.client_secret.length).toBeGreaterThanOrEqual(40);
});

it.each(["replaces", "adds"])(
  "stays as it is by a PUT of the app that names an active one, or none (%s)",
  async (way) => {
    await okta.api("PUT", "/sandbox/variants", { secretInPut: way });
    await add(NEW);
    const before = await list();
    for (const named of [first.client_secret, NEW, undefined]) {
      expect(await put(named)).toBe(200);
      expect(await list()).toEqual(before);
    }
  },
);

it.each([
  ["replaces", [NEW], false],
  ["adds", ["the first", NEW], true],
])("%s by a PUT of the app that names another one", async (way, expected, firstWorks) => {
  await okta.api("PUT", "/sandbox/variants", { secretInPut: way });
  expect(await put(NEW)).toBe(200);
  const named = expected.map((each) => (each === NEW ? NEW : first.client_secret));
  expect((await list()).map(({ client_secret }) => client_secret)).toEqual(named);
  expect([await works(first.client_secret), await works(NEW)]).toEqual([firstWorks, true]);
  expect((await okta.api<App>("GET", `/api/v1/apps/${app.id}`)).body.credentials.oauthClient.client_secret).toBe(NEW);
});

it.each([
  ["replaces", 200],
  ["adds", 400],
])("%s by a PUT of a third one with the status %d", async (way, status) => {
  await okta.api("PUT", "/sandbox/variants", { secretInPut: way });
  await add(NEW);
  expect(await put(OTHER)).toBe(status);
  expect(await works(OTHER)).toBe(status === 200);
  expect(await works(NEW)).toBe(status !== 200);
});

it.each(["replaces", "adds"])("comes back by a PUT of the app that names a retired one (%s)", async (way) => {
  await okta.api("PUT", "/sandbox/variants", { secretInPut: way });
  await add(NEW);
  await okta.api("POST", path(`/${first.id}/lifecycle/deactivate`));
  expect(await works(first.client_secret)).toBe(false);
  expect(await put(first.client_secret)).toBe(200);
  expect([await works(first.client_secret), await works(NEW)]).toEqual([true, way === "adds"]);
});
