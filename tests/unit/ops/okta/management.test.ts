import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { decodeJwt, jwtVerify } from "jose";
import { OktaManagement, readSignIn } from "../../../../ops/okta/management";
import { ClientSecrets } from "../../../../ops/okta/secrets";

describe("how the provider signs in", () => {
  it("is read from the stack's config first, then from the environment", () => {
    const config = { "okta:orgName": { value: "acme" }, "okta:apiToken": { value: "config", secret: true } };
    const environment = { OKTA_ORG_NAME: "other", OKTA_BASE_URL: "oktapreview.com", OKTA_API_TOKEN: "environment" };
    expect(readSignIn(config, environment)).toEqual({
      orgUrl: "https://acme.oktapreview.com",
      address: "https://acme.oktapreview.com",
      credentials: { kind: "SSWS", token: "config" },
    });
  });

  it.each([
    ["an org", { OKTA_API_TOKEN: "token" }],
    ["credentials", { OKTA_ORG_NAME: "acme" }],
    ["a key's scopes", { OKTA_ORG_NAME: "acme", OKTA_API_CLIENT_ID: "0oa1", OKTA_API_PRIVATE_KEY: "key" }],
  ])("is not known without %s", (_, environment) => {
    expect(readSignIn({}, environment)).toBeUndefined();
  });
});

describe("the management API", () => {
  let server: Server;
  let url: string;
  const asked: { request: IncomingMessage; body: string }[] = [];
  let answer: (path: string) => { status?: number; body: unknown; link?: string };

  beforeEach(async () => {
    asked.length = 0;
    server = createServer((request, response) => {
      void text(request).then((body) => {
        asked.push({ request, body });
        const { status = 200, body: json, link } = answer(request.url!);
        response.writeHead(status, link ? { link: `<${url}${link}>; rel="next"` } : {}).end(JSON.stringify(json));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const environment = (credentials: object) => ({ OKTA_ORG_NAME: "acme", OKTA_HTTP_PROXY: url, ...credentials });
  const connect = (credentials: object) => new OktaManagement(readSignIn({}, environment(credentials))!);

  it("is read page after page", async () => {
    answer = (path) => (path === "/all" ? { body: [1, 2], link: "/all?after=2" } : { body: [3] });
    expect(await connect({ OKTA_API_TOKEN: "token" }).list("/all")).toEqual([1, 2, 3]);
    expect(asked.map(({ request }) => request.headers.authorization)).toEqual(["SSWS token", "SSWS token"]);
  });

  it("is asked as a service app, which signs in once with its key", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = privateKey.export({ type: "pkcs1", format: "pem" }) as string;
    answer = (path) => ({ body: path === "/oauth2/v1/token" ? { access_token: "granted" } : {} });
    const okta = connect({
      OKTA_API_CLIENT_ID: "0oa1",
      OKTA_API_PRIVATE_KEY: key,
      OKTA_API_PRIVATE_KEY_ID: "kid1",
      OKTA_API_SCOPES: "okta.apps.read, okta.groups.read",
    });
    await Promise.all([okta.get("/one"), okta.get("/two")]);

    const [signIn, ...others] = asked;
    expect(others.map(({ request }) => request.headers.authorization)).toEqual(["Bearer granted", "Bearer granted"]);
    const form = new URLSearchParams(signIn?.body);
    expect(form.get("scope")).toBe("okta.apps.read okta.groups.read");
    const assertion = form.get("client_assertion")!;
    await jwtVerify(assertion, publicKey, { audience: "https://acme.okta.com/oauth2/v1/token", issuer: "0oa1" });
    expect(decodeJwt(assertion).sub).toBe("0oa1");
  });

  it("is told to make, to start and to delete", async () => {
    answer = () => ({ status: 200, body: { id: "ocs1" } });
    const secrets = new ClientSecrets(connect({ OKTA_API_TOKEN: "token" }), "0oa1");
    const secret = await secrets.add("a-secret-of-ours");
    await secrets.deactivate(secret);
    await secrets.remove(secret);
    expect(asked.map(({ request, body }) => [request.method, request.url, body])).toEqual([
      ["POST", "/api/v1/apps/0oa1/credentials/secrets", '{"client_secret":"a-secret-of-ours","status":"ACTIVE"}'],
      ["POST", "/api/v1/apps/0oa1/credentials/secrets/ocs1/lifecycle/deactivate", "{}"],
      ["DELETE", "/api/v1/apps/0oa1/credentials/secrets/ocs1", ""],
    ]);
  });

  it("is quoted as it refuses, without the credentials", async () => {
    answer = () => ({ status: 403, body: { errorCode: "E0000006", errorSummary: "You do not have permission" } });
    await expect(connect({ OKTA_API_TOKEN: "token" }).get("/one")).rejects.toMatchObject({
      message: "Okta answers 403 at /one: E0000006 You do not have permission",
      status: 403,
    });
  });

  it("gets no credentials over plain http, but on this machine", async () => {
    const okta = new OktaManagement(
      readSignIn({}, { OKTA_ORG_NAME: "acme", OKTA_API_TOKEN: "token", OKTA_HTTP_PROXY: "http://okta.acme.example" })!,
    );
    await expect(okta.get("/one")).rejects.toThrow("http://okta.acme.example is not https: no credentials are sent");
  });
});
