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
  const app = ["POST", "^/api/v1/apps\\?"];
  const rule = ["POST", "/rules$"];
  it.each([
    ["while the app is made", app],
    ["while the access policy's rule is made", rule],
    ["while a group is assigned", ["PUT", "/groups/"]],
  ])("converges on the next run: %s", async (_, [method, path]) => {
    // The call hangs long enough for the engine to be killed before it is answered.
    await fault({ method, path, times: 1, kind: "delay" });
    await okta("DELETE", "/sandbox/calls");
    const update = stack.pulumi(["up", "--yes", "--skip-preview"], { reject: false });
    await waitFor(
      `${method} ${path}`,
      async () => (await calls()).some((call) => call.method === method && new RegExp(path ?? "").test(call.path)),
      { seconds: 90 },
    );
    update.kill("SIGKILL");
    await update;

    await recover();
    await expectWhole();
  });

  /** What the README names: unlock, forget what was not finished, delete what Okta says it has already, run again. */
  async function recover() {
    await stack.pulumi(["cancel", "--yes"]);
    await stack.pulumi(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
    const { exitCode, stdout } = await stack.pulumi(["up", "--yes", "--skip-preview"], { reject: false });
    if (exitCode === 0) return;
    const taken = /error: .*(client_id|name).*/.exec(stdout)?.[0];
    expect(taken).toMatch(/already|exists|in use|unique/i);
    for (const app of await apps()) {
      await okta("POST", `/api/v1/apps/${app.id}/lifecycle/deactivate`);
      await okta("DELETE", `/api/v1/apps/${app.id}`);
    }
    await stack.up();
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
