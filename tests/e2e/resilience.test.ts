import { waitFor } from "../../sandbox/processes/wait";
import { kubectl, okta } from "./support/sandbox";
import { TestStack } from "./support/stack";

jest.setTimeout(300_000);

let stack: TestStack;
beforeEach(async () => {
  stack = await TestStack.make();
});
afterEach(async () => {
  await okta("DELETE", "/sandbox/faults");
  await stack.dispose();
});

const fault = (kind: object) => okta("POST", "/sandbox/faults", kind);
const calls = () => okta<{ method: string; path: string; status: number }[]>("GET", "/sandbox/calls");
interface OktaObject {
  id: string;
  name: string;
  label?: string;
  system?: boolean;
}

const apps = async () =>
  (await okta<{ id: string; label: string }[]>("GET", "/api/v1/apps?limit=200")).filter(({ label }) =>
    label.includes(stack.name),
  );

/** The stack is whole: one app, one Secret, one ConfigMap, and nothing left to do. */
async function expectWhole() {
  expect(await apps()).toHaveLength(1);
  const objects = await kubectl("get", "secret,configmap", "-n", stack.namespace, "-o", "name");
  expect(objects.split("\n").filter((name) => name.includes("backstage-okta"))).toHaveLength(2);
  await stack.pulumi(["preview", "--expect-no-changes"]);
}

describe("when the engine is killed in the middle of an update", () => {
  it.each<[string, ...[method: string, path: string][]]>([
    ["the app is made", ["POST", "^/api/v1/apps\\?"]],
    ["the access policy's rule is made", ["POST", "/rules$"]],
    ["a group is assigned and the server is made", ["PUT", "/groups/"], ["POST", "^/api/v1/authorizationServers$"]],
  ])("converges on the next run: while %s", async (_, ...held) => {
    // Okta acts, and the engine is killed before it is told so.
    for (const [method, path] of held) await fault({ method, path, times: 1, kind: "delayAfter" });
    await okta("DELETE", "/sandbox/calls");
    const update = stack.pulumi(["up", "--yes", "--skip-preview"], { reject: false });
    const areHeld = async () => {
      const seen = await calls();
      return held.every(([method, path]) => seen.some((call) => call.method === method && call.path.match(path)));
    };
    await waitFor("Okta to have been called", areHeld, { seconds: 90 });
    update.kill("SIGKILL");
    await update;

    await recover();
    await expectWhole();
  });

  /** What the docs name: unlock, forget what was not finished, delete what Okta has and the state lacks, run again. */
  async function recover() {
    await stack.pulumi(["cancel", "--yes"]);
    await stack.pulumi(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
    const { exitCode, stdout } = await stack.pulumi(["up", "--yes", "--skip-preview"], { reject: false });
    if (exitCode === 0) return;
    // Of the app Okta says no more.
    expect(stdout).toMatch(/name: An object with this field already exists|OAuth application: 400 Bad Request/);
    for (const path of await orphans()) {
      if (/^\/api\/v1\/\w+\/\w+$/.test(path)) await okta("POST", `${path}/lifecycle/deactivate`);
      await okta("DELETE", path);
    }
    await stack.up();
  }

  /** What else was being made at the time: what Okta has of the stack, and the state lacks. */
  async function orphans(): Promise<string[]> {
    const known = (await stack.state()).map(({ id }) => id);
    const own = async (path: string, filter: (object: OktaObject) => boolean) =>
      (await okta<OktaObject[]>("GET", `${path}?limit=200`)).filter(filter).map(({ id }) => `${path}/${id}`);
    const isNamedSo = ({ label, name }: OktaObject) => (label ?? name).includes(stack.name);
    const isMade = ({ system }: OktaObject) => system !== true;
    const servers = await own("/api/v1/authorizationServers", isNamedSo);
    const found = [...(await own("/api/v1/apps", isNamedSo)), ...servers];
    for (const server of servers) {
      for (const part of ["scopes", "claims"]) found.push(...(await own(`${server}/${part}`, isMade)));
      const policies = await own(`${server}/policies`, isMade);
      found.push(...policies);
      for (const policy of policies) found.push(...(await own(`${policy}/rules`, isMade)));
    }
    const lacking = found.filter((path) => !known.includes(path.split("/").at(-1)));
    // What a server has goes with it.
    return lacking.filter((path) => !lacking.some((other) => path.startsWith(`${other}/`)));
  }
});

it("takes over what a killed update left in the cluster", async () => {
  await stack.up();
  for (const { urn, type } of await stack.state()) {
    if (/:(Secret|ConfigMap)$/.test(type)) await stack.pulumi(["state", "delete", urn, "--yes", "--target-dependents"]);
  }
  stack.configure({ environment: "staging" });
  // The two, and the restart that depended on them.
  expect(await stack.up()).toMatchObject({ create: 4 });
  expect(await stack.overlay()).toContain("environment: staging");
  await expectWhole();
});

const POLICIES = "/authorizationServers/[^/]+/policies$";

it("waits out Okta's rate limit, and gets over a connection that Okta closes before it acts", async () => {
  await okta("DELETE", "/sandbox/calls");
  await fault({ path: "^/api/v1/", times: 3, skip: 4, kind: "rateLimit", resetSeconds: 2 });
  await fault({ method: "POST", path: POLICIES, times: 2, kind: "drop" });
  await stack.up();
  const answers = (await calls()).map(({ status }) => status);
  expect(answers.filter((status) => status === 0)).toHaveLength(2);
  expect(answers.filter((status) => status === 429).length).toBeGreaterThanOrEqual(3);
  await expectWhole();
});

it("finds in its way what Okta made without an answer, until that is deleted", async () => {
  await fault({ method: "POST", path: POLICIES, times: 1, kind: "dropAfter" });
  const taken = /name: An object with this field already exists/;
  expect(await stack.failedUp()).toMatch(taken);
  expect(await stack.failedUp()).toMatch(taken);

  const servers = await okta<{ id: string; name: string }[]>("GET", "/api/v1/authorizationServers?limit=200");
  const server = servers.find(({ name }) => name.includes(stack.name));
  const path = `/api/v1/authorizationServers/${server?.id}/policies`;
  for (const { id } of await okta<{ id: string }[]>("GET", path)) await okta("DELETE", `${path}/${id}`);
  await stack.up();
  await expectWhole();
});

it("stops at an error on Okta's side, keeps what is half made in the state, and converges on the next run", async () => {
  await fault({ method: "GET", path: "^/api/v1/", times: 2, skip: 3, kind: "status", status: 503 });
  await stack.failedUp();
  await okta("DELETE", "/sandbox/faults");
  await fault({ method: "POST", path: "/claims$", times: 10, kind: "status", status: 400 });
  await stack.failedUp();
  expect(await apps()).toHaveLength(1);
  await okta("DELETE", "/sandbox/faults");
  await stack.up();
  // Nothing is made twice.
  await expectWhole();
});
