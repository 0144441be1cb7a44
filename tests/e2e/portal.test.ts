import { resolve } from "node:path";
import { Child } from "../../sandbox/processes/child";
import { sendSignal } from "../../sandbox/processes/exec";
import { freePort, isListening } from "../../sandbox/processes/port";
import { waitFor } from "../../sandbox/processes/wait";
import { BackstageClient } from "./support/backstage";
import { PEOPLE_FROM_A_FILE } from "./support/portal";
import { kubectl, run } from "./support/sandbox";
import type { Cookies } from "./support/signIn";
import { TestStack } from "./support/stack";

const PROGRAM = resolve(__dirname, "../../sandbox/portal/process.ts");
const START = { seconds: 120 };

jest.setTimeout(300_000);

describe("the portal as a process", () => {
  let stack: TestStack;
  let portal: BackstageClient;
  let child: Child;

  beforeAll(async () => {
    const port = await freePort();
    portal = new BackstageClient(`http://127.0.0.1:${port}`);
    stack = await TestStack.make({ config: { portalUrl: portal.url } });
    const options = ["--namespace", stack.namespace, "--port", String(port)];
    child = new Child({
      name: "the portal",
      file: process.execPath,
      args: ["-r", "ts-node/register", PROGRAM, ...options, "--portal", process.env.SANDBOX_PORTAL!],
      env: PEOPLE_FROM_A_FILE,
      keepLog: true,
      detached: true,
      isReady: () => isListening(port),
    });
    await child.ready(START);
  });
  afterAll(async () => {
    sendSignal(-child.pid!, "SIGKILL");
    await stack.dispose();
  });

  /** The ownership of Alice after a sign-in from nothing. */
  async function ownership(cookies: Cookies = new Map()): Promise<string[]> {
    const { response, error } = await portal.signIn("alice", "production", cookies);
    if (!response) throw new Error(error?.message);
    return portal.ownership(response.backstageIdentity.token);
  }

  it("says what it waits for until the stack is up", async () => {
    const answer = await fetch(portal.url);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("pulumi up");
  });

  it("signs people in with what the stack made", async () => {
    await stack.up();
    await waitFor("the portal to be ready", () => child.log.includes(`Ready: ${portal.url}`), START);
    const cookies: Cookies = new Map();
    expect(await ownership(cookies)).toEqual(["user:default/alice", "group:default/staff"]);
    expect(await portal.session("refresh", "production", cookies)).toMatchObject({ status: 200 });
  });

  it("takes what the stack has changed, while it goes on serving", async () => {
    const cookies: Cookies = new Map();
    await ownership(cookies);
    stack.configure({ signInResolvers: [{ resolver: "oktaGroups", stripPrefix: "backstage-" }] });
    await stack.up();
    const hasChanged = async () => (await ownership()).includes("group:default/users");
    await waitFor("the portal to take the resolver", hasChanged, START);
    expect(await ownership()).toEqual(["user:default/alice", "group:default/staff", "group:default/users"]);
    expect(await portal.session("refresh", "production", cookies)).toMatchObject({ status: 200 });
  });

  it("starts again when Backstage has ended by itself", async () => {
    const starts = () => child.log.split(`Ready: ${portal.url}`).length;
    const before = starts();
    const { stdout } = await run("pgrep", ["--pgroup", String(child.pid), "--full", "backend --config"]);
    process.kill(Number(stdout), "SIGKILL");
    await waitFor("the portal to be ready again", () => starts() > before, START);
    expect(await ownership()).toContain("group:default/users");
  });

  it("goes on as it was when it cannot start with what was changed, and says why", async () => {
    const patch = JSON.stringify({
      data: { "app-config.okta.yaml": "auth: { providers: { okta: { production: {} } } }" },
    });
    await kubectl("patch", "configmap", "backstage-okta", "--namespace", stack.namespace, "--patch", patch);
    await waitFor("the portal to refuse it", () => child.log.includes("The one before goes on"), START);
    const words = child.log.split("\n").filter((line) => !line.startsWith("{"));
    expect(words.slice(-4).join("\n")).toMatch(/startup failed; caused by .* auth\.session\.secret is missing/);
    expect(await ownership()).toContain("group:default/users");
  });

  it("leaves no process behind when it is ended", async () => {
    expect(await child.stop()).toBe(0);
    expect(() => process.kill(-child.pid!, 0)).toThrow("ESRCH");
  });
});
