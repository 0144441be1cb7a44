import { waitFor } from "../../sandbox/processes/wait";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";

interface OktaErrorBody {
  errorCode: string;
  errorSummary: string;
}
interface Call {
  phase: string;
  method: string;
  path: string;
  auth: string | null;
  status: number;
}

let okta: LocalOktaProcess;
beforeAll(async () => {
  okta = await startLocalOkta();
});
afterAll(() => okta.stop());
afterEach(async () => {
  await okta.api("DELETE", "/sandbox/faults");
  await okta.api("PUT", "/sandbox/limits", {});
  await okta.api("PUT", "/sandbox/clock", { offsetSeconds: 0 });
});

const groupsNamed = async (name: string) => (await okta.api<unknown[]>("GET", `/api/v1/groups?q=${name}`)).body;

it("lists management and token calls by phase, with the scheme of the credentials and no credentials", async () => {
  await okta.api("DELETE", "/sandbox/calls");
  await okta.api("PUT", "/sandbox/phase", { phase: "create" });
  await okta.api("GET", "/api/v1/groups?q=backstage");
  await okta.api("PUT", "/sandbox/phase", { phase: "sign-in" });
  await fetch(`${okta.url}/oauth2/default/v1/token`, { method: "POST" });
  await fetch(`${okta.url}/oauth2/default/.well-known/openid-configuration`);

  const { body } = await okta.api<Call[]>("GET", "/sandbox/calls");
  expect(body).toEqual([
    { phase: "create", method: "GET", path: "/api/v1/groups?q=backstage", auth: "SSWS", status: 200 },
    { phase: "sign-in", method: "POST", path: "/oauth2/default/v1/token", auth: null, status: 401 },
  ]);
});

it("answers 429 with a reset time as often as told, after as many passes as told", async () => {
  const fault = { kind: "rateLimit", path: "^/api/v1/groups", method: "GET", skip: 1, times: 2, resetSeconds: 5 };
  await okta.api("POST", "/sandbox/faults", fault);
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await okta.api("GET", "/api/v1/groups")).status);
  expect(statuses).toEqual([200, 429, 429, 200]);

  await okta.api("POST", "/sandbox/faults", { ...fault, skip: 0 });
  const { headers, body } = await okta.api<OktaErrorBody>("GET", "/api/v1/groups");
  expect(body).toMatchObject({
    errorCode: "E0000047",
    errorSummary: "API call exceeded rate limit due to too many requests.",
  });
  expect(headers.get("X-Rate-Limit-Remaining")).toBe("0");
  const untilReset = Number(headers.get("X-Rate-Limit-Reset")) - Date.parse(headers.get("Date")!) / 1000;
  expect(untilReset).toBeGreaterThanOrEqual(5);
  expect(untilReset).toBeLessThanOrEqual(7);
});

it("answers a chosen 5xx in Okta's error shape, from the token endpoint as well", async () => {
  await okta.api("POST", "/sandbox/faults", { kind: "status", path: "/v1/", times: 2 });
  expect(await okta.api("GET", "/api/v1/apps")).toMatchObject({ status: 503, body: { errorCode: "E0000009" } });
  expect((await fetch(`${okta.url}/oauth2/v1/token`, { method: "POST" })).status).toBe(503);
});

it("drops a connection before the request acts", async () => {
  await okta.api("POST", "/sandbox/faults", { kind: "drop", path: "/api/v1/groups$", method: "POST", times: 1 });
  await expect(okta.api("POST", "/api/v1/groups", { profile: { name: "dropped" } })).rejects.toThrow("fetch failed");
  expect(await groupsNamed("dropped")).toEqual([]);
});

it("drops a connection after the request acted", async () => {
  await okta.api("POST", "/sandbox/faults", { kind: "dropAfter", path: "/api/v1/groups$", method: "POST", times: 1 });
  await expect(okta.api("POST", "/api/v1/groups", { profile: { name: "acted" } })).rejects.toThrow("fetch failed");
  expect(await groupsNamed("acted")).toHaveLength(1);
});

it("answers later than it acts, by as long as told", async () => {
  await okta.api("POST", "/sandbox/faults", { kind: "delayAfter", path: "/api/v1/groups$", times: 1, delayMs: 2000 });
  const start = performance.now();
  const answered = okta.api("POST", "/api/v1/groups", { profile: { name: "late" } }).then(() => performance.now());
  await waitFor("the group to be there", async () => (await groupsNamed("late")).length === 1);
  const acted = performance.now();
  expect(await answered).toBeGreaterThan(acted);
  expect((await answered) - start).toBeGreaterThanOrEqual(1999);
});

it("lets through as many requests a minute as told, for each part of the API on its own", async () => {
  await okta.api("PUT", "/sandbox/limits", { requestsPerMinute: 2 });
  const answers = [];
  for (let i = 0; i < 3; i++) answers.push(await okta.api("GET", "/api/v1/apps"));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(answers.map(({ headers }) => headers.get("X-Rate-Limit-Remaining"))).toEqual(["1", "0", "0"]);
  expect(answers[0]!.headers.get("X-Rate-Limit-Limit")).toBe("2");
  expect((await okta.api("GET", "/api/v1/groups")).status).toBe(200);
});

it("takes as long for each call as told", async () => {
  await okta.api("PUT", "/sandbox/limits", { latencyMs: 200 });
  const start = performance.now();
  await okta.api("GET", "/api/v1/apps");
  expect(performance.now() - start).toBeGreaterThanOrEqual(199);
});

it("moves the org's clock and not the rate limit's", async () => {
  await okta.api("PUT", "/sandbox/clock", { offsetSeconds: 86_400 });
  const { headers, body } = await okta.api("POST", "/api/v1/groups", { profile: { name: "of tomorrow" } });
  const ahead = (Date.parse(body.created as string) - Date.now()) / 1000;
  expect(ahead).toBeGreaterThan(86_390);
  expect(ahead).toBeLessThan(86_410);
  expect(Number(headers.get("X-Rate-Limit-Reset")) - Date.now() / 1000).toBeLessThan(61);
});

it("says what is wrong with a control request, and which operations there are", async () => {
  const { status, body } = await okta.api("POST", "/sandbox/faults", { kind: "drop", path: "(", times: 1, tims: 2 });
  expect(status).toBe(400);
  expect(body.error).toContain("not a regular expression");
  expect(body.error).toContain("tims");
  expect((await okta.api("GET", "/sandbox/fault")).body.error).toContain("POST /sandbox/faults");
});
