import { request } from "node:http";
import { PROVIDER_CALLS, type ProviderCall } from "./fixtures/oktaProviderCalls";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";

interface Resource {
  id?: string;
  credentials?: { oauthClient?: { client_id: string; client_secret: string } };
  settings?: { oauthClient: { redirect_uris: string[] } };
}

let okta: LocalOktaProcess;
/** What `{name}` in a call stands for. */
let kept: Record<string, string>;

beforeEach(async () => {
  okta = await startLocalOkta();
  kept = {};
});
afterEach(() => okta.stop());

/** Sends a request as a client with a proxy does: its target is a whole URL. */
function sendAbsolute(method: string, target: string, body?: string): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(okta.url);
  const headers = { Authorization: `SSWS ${okta.credentials.apiToken}`, "Content-Type": "application/json" };
  return new Promise((done, fail) => {
    const sent = request({ host: hostname, port, method, path: target, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => done({ status: response.statusCode!, body: text }));
    });
    sent.on("error", fail);
    sent.end(body);
  });
}

function fill(text: string): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => kept[name] ?? whole);
}

/** Sends the calls of a phase in order, and checks the status of each. */
async function replay(calls: ProviderCall[], origin: string): Promise<Resource> {
  let last: Resource = {};
  for (const { method, path, body, status, keep } of calls) {
    const target = fill(path);
    const answer = await sendAbsolute(method, origin + target, body === undefined ? body : fill(JSON.stringify(body)));
    expect([method, target, answer.status, answer.status === status ? "" : answer.body]).toEqual([
      method,
      target,
      status,
      "",
    ]);
    const parsed = (answer.body === "" ? {} : JSON.parse(answer.body)) as Resource | Resource[];
    last = Array.isArray(parsed) ? parsed[0]! : parsed;
    if (keep) kept[keep] = last.id!;
    if (last.credentials?.oauthClient) kept.secret = last.credentials.oauthClient.client_secret;
  }
  return last;
}

const getApp = async () => (await okta.api<Resource>("GET", `/api/v1/apps/${kept.app}`)).body;

it.each([
  ["with the port", () => okta.url],
  ["with the port left out", () => "http://127.0.0.1"],
])("the genuine provider's create, refresh, update and destroy work in absolute form %s", async (_, origin) => {
  const before = await okta.api<Resource[]>("GET", "/api/v1/apps");
  await replay(PROVIDER_CALLS.create, origin());
  const made = await getApp();
  expect(made.credentials!.oauthClient!.client_id).toBe(kept.app);

  await replay(PROVIDER_CALLS.refresh, origin());
  expect(await getApp()).toEqual(made);

  await replay(PROVIDER_CALLS.update, origin());
  const updated = await getApp();
  expect(updated.settings!.oauthClient.redirect_uris).toEqual([
    "https://portal2.example.com/api/auth/okta/handler/frame",
  ]);
  expect(updated.credentials!.oauthClient).toEqual(made.credentials!.oauthClient);

  await replay(PROVIDER_CALLS.destroy, origin());
  expect((await okta.api<Resource[]>("GET", "/api/v1/apps")).body).toEqual(before.body);
  const servers = await okta.api<Resource[]>("GET", "/api/v1/authorizationServers");
  expect(servers.body.map(({ id }) => id)).toEqual(["default"]);
});

it("everything made is still there after kill -9 and a restart", async () => {
  await replay(PROVIDER_CALLS.create, okta.url);
  const paths = [
    "/api/v1/users",
    "/api/v1/groups",
    "/api/v1/apps",
    `/api/v1/apps/${kept.app}/groups`,
    `/api/v1/authorizationServers`,
    `/api/v1/authorizationServers/${kept.server}/scopes`,
    `/api/v1/authorizationServers/${kept.server}/claims`,
    `/api/v1/authorizationServers/${kept.server}/policies`,
    `/api/v1/authorizationServers/${kept.server}/policies/${kept.policy}/rules`,
  ];
  const read = () => Promise.all(paths.map(async (path) => (await okta.api<unknown>("GET", path)).body));
  const before = await read();

  await okta.restart();

  expect(await read()).toEqual(before);
  await replay(PROVIDER_CALLS.refresh, okta.url);
});
