import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Connection } from "../../../sandbox/plugins/okta/connection";
import { Okta } from "../../../sandbox/plugins/okta/okta";
import { readSettings } from "../../../sandbox/plugins/okta/settings";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An org that gives these answers one after the other, and notes what it was asked. */
let answers: Answer[];
let calls: string[];
let server: Server;
let okta: Okta;
let logged: string[];

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const hangUp: Answer = (request) => request.socket.destroy();
const failure = { errorCode: "E0000009", errorSummary: "Internal Server Error", errorId: "oae1", errorCauses: [] };
const inSeconds = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds);

beforeEach(async () => {
  [answers, calls, logged] = [[], [], []];
  server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    (answers.shift() ?? hangUp)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const environment = { OKTA_ORG_NAME: "acme", OKTA_API_TOKEN: "t0ken", OKTA_HTTP_PROXY: address };
  const connection = new Connection(readSettings({ maxRetries: "2" }, environment));
  okta = new Okta(connection, {
    log: (_, message) => void logged.push(message),
    signal: new AbortController().signal,
  });
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

describe("Calling Okta", () => {
  it("repeats a call that failed on Okta's side", async () => {
    answers = [json(503, failure), hangUp, json(200, { id: "1" })];
    await expect(okta.find("/api/v1/things/1")).resolves.toEqual({ id: "1" });
    expect(calls).toHaveLength(3);
  });

  it("gives up after the retries that are allowed, and says what Okta said", async () => {
    answers = [json(500, failure), json(500, failure), json(500, failure)];
    await expect(okta.find("/api/v1/things/1?x=y")).rejects.toThrow(
      "GET /api/v1/things/1: Okta answered 500 E0000009 Internal Server Error (error ID oae1).",
    );
  });

  it("does not repeat what Okta refuses, and names the causes", async () => {
    const refusal = { errorCode: "E0000001", errorSummary: "Api validation failed: label" };
    answers = [json(400, { ...refusal, errorCauses: [{ errorSummary: "label: must not be blank" }] })];
    await expect(okta.put("/api/v1/apps/1", {})).rejects.toThrow(
      "PUT /api/v1/apps/1: Okta answered 400 E0000001 Api validation failed: label (label: must not be blank).",
    );
    expect(calls).toHaveLength(1);
  });

  it("waits for a rate limit to be lifted", async () => {
    answers = [json(429, failure, { "x-rate-limit-reset": inSeconds(0) }), json(200, [])];
    await expect(okta.list("/api/v1/apps")).resolves.toEqual([]);
    expect(logged.join()).toContain("waiting 1 s");
  });

  it("does not wait for longer than it may, and says for how long that would be", async () => {
    answers = [json(429, failure, { "x-rate-limit-reset": inSeconds(3600) })];
    await expect(okta.list("/api/v1/apps")).rejects.toThrow(/lifted in 360[01] s, .* maxWaitSeconds \(300\)/);
  });

  it("takes what is gone for deleted", async () => {
    answers = [json(404, { errorCode: "E0000007", errorSummary: "Not found" })];
    await expect(okta.delete("/api/v1/apps/1")).resolves.toBeUndefined();
  });

  it("follows the pages of a list", async () => {
    answers = [
      json(200, [{ id: "1" }], { link: '<https://acme.okta.com/api/v1/apps?after=1>; rel="next"' }),
      json(200, [{ id: "2" }]),
    ];
    await expect(okta.list("/api/v1/apps")).resolves.toEqual([{ id: "1" }, { id: "2" }]);
    expect(calls).toEqual(["GET /api/v1/apps", "GET /api/v1/apps?after=1"]);
  });

  it("puts the API token into no message and no log", async () => {
    answers = [json(401, { errorCode: "E0000011", errorSummary: "Invalid token provided" })];
    const error = await okta.find("/api/v1/users/me").catch((refused: Error) => refused);
    expect((error as Error).message).toContain("OKTA_API_TOKEN");
    expect((error as Error).message + logged.join()).not.toContain("t0ken");
  });
});

describe("Creating an object whose answer is lost", () => {
  const body = { label: "Backstage", settings: { notes: {}, uris: ["a"] } };
  const made = { ...body, id: "1", created: "", status: "ACTIVE" };
  const create = () => okta.create("/api/v1/apps?activate=true", body, "/api/v1/apps?q=Backstage");

  beforeEach(() => (made.created = new Date().toISOString()));

  it("finds what was made, and makes no second one", async () => {
    answers = [hangUp, json(200, [made])];
    await expect(create()).resolves.toEqual(made);
    expect(calls).toEqual(["POST /api/v1/apps?activate=true", "GET /api/v1/apps?q=Backstage"]);
  });

  it("asks again when nothing was made", async () => {
    answers = [hangUp, json(200, []), json(200, made)];
    await expect(create()).resolves.toEqual(made);
    expect(calls).toHaveLength(3);
  });

  it.each([
    ["was there before", { created: "2020-01-01T00:00:00.000Z" }],
    ["is otherwise set up", { settings: { uris: ["b"] } }],
  ])("does not take for it what %s", async (_, other) => {
    answers = [hangUp, json(200, [{ ...made, ...other }]), json(200, { ...made, id: "2" })];
    await expect(create()).resolves.toMatchObject({ id: "2" });
  });
});

describe("The provider's settings", () => {
  it("come from the variables, and from the config before that", () => {
    const environment = { OKTA_ORG_NAME: "acme", OKTA_BASE_URL: "oktapreview.com", OKTA_API_TOKEN: "t" };
    expect(readSettings({ orgName: "other" }, environment)).toMatchObject({
      orgUrl: "https://other.oktapreview.com",
      address: "https://other.oktapreview.com",
      credentials: { kind: "token" },
    });
  });

  it("take scopes with commas from the variable, and as a list from the config", () => {
    const environment = {
      OKTA_ORG_NAME: "acme",
      OKTA_API_CLIENT_ID: "0oa1",
      OKTA_API_PRIVATE_KEY: "key",
      OKTA_API_SCOPES: "okta.apps.manage, okta.groups.read",
    };
    const scopes = ["okta.apps.manage", "okta.groups.read"];
    expect(readSettings({}, environment).credentials).toMatchObject({ kind: "privateKey", scopes });
    expect(readSettings({ scopes: '["okta.apps.manage"]' }, environment).credentials).toMatchObject({
      scopes: ["okta.apps.manage"],
    });
  });

  it.each([
    ["no org", {}, { OKTA_API_TOKEN: "t" }, "OKTA_ORG_NAME"],
    ["no credentials", {}, { OKTA_ORG_NAME: "acme" }, "OKTA_API_TOKEN"],
    ["a client ID alone", {}, { OKTA_ORG_NAME: "acme", OKTA_API_CLIENT_ID: "0oa1" }, "OKTA_API_PRIVATE_KEY"],
    ["a key it does not know", { orgname: "acme" }, {}, "okta:orgname"],
    [
      "a number that is none",
      { maxRetries: "many" },
      { OKTA_ORG_NAME: "acme", OKTA_API_TOKEN: "t" },
      "okta:maxRetries",
    ],
  ])("refuse %s, and say what is meant", (_, config, environment, named) => {
    expect(() => readSettings(config as Record<string, string>, environment)).toThrow(named);
  });
});
