import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { nameOnMachine } from "../../sandbox/kubernetes/node";
import { processStart } from "../../sandbox/processes/processStart";
import { State } from "../../sandbox/pieces/state";
import { waitFor } from "../../sandbox/processes/wait";
import { status } from "../../sandbox/status";
import { hasNode, run } from "./support/sandbox";

const MAIN = resolve(__dirname, "../../sandbox/main.ts");
const running = process.env.SANDBOX_STATE!;

// Beside the state folder of the tests' own sandbox: `sandbox run` takes down what is there, should a test be killed.
const newState = () => mkdtempSync(join(dirname(running), "another-"));

const sandbox = (...args: string[]) => run("node", ["-r", "ts-node/register", MAIN, ...args], { reject: false });

/** What `sandbox status --json` prints, without its start. */
const statusOf = (state: string) => status(new State(state));

const pidOf = (state: string, daemon: string) =>
  (JSON.parse(readFileSync(join(state, "daemons", `${daemon}.json`), "utf8")) as { pid: number }).pid;

const pidsOf = (state: string) =>
  readdirSync(join(state, "daemons")).map((file) => pidOf(state, file.replace(/\.json$/, "")));

/** The digest of each file of a sandbox's provider plugins. */
function pluginsOf(state: string): Record<string, string> {
  const folder = join(state, "pulumi-home", "plugins");
  // Beside them the engine notes when each was last used.
  const plugins = readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory());
  const files = plugins.flatMap((plugin) => readdirSync(join(folder, plugin)).map((file) => join(plugin, file)));
  const digest = (file: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, file)))
      .digest("hex");
  return Object.fromEntries(files.sort().map((file) => [file, digest(file)]));
}

const alive = (pids: number[]) => pids.filter((pid) => processStart(pid) !== undefined);

/** The processes on the sandbox's node: containerd and what it has started, and the containers of pods. */
function onNode(state: string): number[] {
  const mountNamespace = (pid: number | string) => readlinkSync(`/proc/${pid}/ns/mnt`);
  const node = mountNamespace(pidOf(state, "node"));
  const isOnNode = (pid: string) => {
    try {
      const cgroups = readFileSync(`/proc/${pid}/cgroup`, "utf8");
      return cgroups.includes(`/${nameOnMachine(new State(state))}/`) || mountNamespace(pid) === node;
    } catch {
      // It has ended, or it is none of ours.
      return false;
    }
  };
  return readdirSync("/proc").filter(isOnNode).map(Number);
}

/** What there is on the machine of the sandbox's node, besides processes. */
function tracesOf(state: string) {
  const name = nameOnMachine(new State(state));
  return {
    bridge: existsSync(`/sys/class/net/${name}`),
    cgroup: existsSync(`/sys/fs/cgroup/${name}`) || existsSync(`/sys/fs/cgroup/memory/${name}`),
    mounts: readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .filter((mount) => mount.includes(state)),
  };
}

/** What a shell prints that has taken over the sandbox's environment. */
async function inShell(state: string, commands: string): Promise<string> {
  const { stdout: exports } = await sandbox("env", "--state", state);
  return (await run("sh", ["-c", `set -e\n${exports}\n${commands}`])).stdout;
}

it("keeps its plugins when it is brought up again in a shell that has its environment", async () => {
  const [{ plugins }, files] = [statusOf(running), pluginsOf(running)];
  expect(Object.keys(files).length).toBeGreaterThanOrEqual(3);
  // These tests run in such a shell: PULUMI_HOME is the sandbox's own.
  expect(process.env.PULUMI_HOME).toBe(join(running, "pulumi-home"));
  expect(await sandbox("up", "--no-portal", "--state", running)).toMatchObject({ exitCode: 0 });
  expect(statusOf(running)).toMatchObject({ up: true, plugins });
  expect(pluginsOf(running)).toEqual(files);
}, 60_000);

describe("a second sandbox", () => {
  const state = newState();

  beforeAll(async () => {
    const { exitCode, stderr } = await sandbox("up", "--no-portal", "--state", state, "--plugins", "local");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  }, 120_000);
  afterAll(() => sandbox("down", "--state", state), 60_000);

  it("runs beside the first, at addresses of its own", async () => {
    const { stdout } = await sandbox("status", "--json", "--state", state);
    const [first, second] = [statusOf(running), statusOf(state)];
    expect(JSON.parse(stdout)).toEqual(second);
    expect([first.up, second.up]).toEqual([true, true]);
    expect(second.okta?.url).not.toBe(first.okta?.url);
  });

  it("gives any shell what it takes to use it", async () => {
    const commands = [
      "pulumi version",
      "kubectl get deployment backstage --namespace backstage --output 'jsonpath={.spec.replicas} replicas'",
      `node -e 'fetch(process.env.OKTA_HTTP_PROXY + "/api/v1/users/me",
        { headers: { authorization: "SSWS " + process.env.OKTA_API_TOKEN } }).then(({ status }) => console.log("", status))'`,
    ];
    expect(await inShell(state, commands.join("\n"))).toMatch(/^v3\.\d+\.\d+\n0 replicas 200$/);
  });

  it("gives the private key instead of the token when asked for OAuth 2.0", async () => {
    const { stdout } = await sandbox("env", "--oauth2", "--state", state);
    expect(stdout).toMatch(/^export OKTA_API_PRIVATE_KEY='-----BEGIN PRIVATE KEY-----\n/m);
    expect(stdout).toMatch(/^unset OKTA_API_TOKEN$/m);
  });

  it("starts what was killed at the next up, with its data and its addresses", async () => {
    const group = '{"profile":{"name":"survivors"}}';
    const request = `fetch(process.env.OKTA_HTTP_PROXY + "/api/v1/groups", { method: "POST", body: process.argv[1],
      headers: { authorization: "SSWS " + process.env.OKTA_API_TOKEN, "content-type": "application/json" } })`;
    await inShell(state, `node -e '${request}' '${group}'\nkubectl create configmap survivor --namespace backstage`);
    const before = statusOf(state);
    for (const name of ["okta", "etcd"]) process.kill(pidOf(state, name), "SIGKILL");
    await waitFor("the killed processes to be gone", () => !statusOf(state).up);

    const killed = await sandbox("status", "--state", state);
    expect(killed.exitCode).toBe(1);
    expect(killed.stdout).toContain("okta ended");
    expect((await sandbox("up", "--no-portal", "--state", state)).exitCode).toBe(0);

    expect(statusOf(state)).toEqual(before);
    const found = await inShell(
      state,
      `kubectl get configmap survivor --namespace backstage --output name
      node -e 'fetch(process.env.OKTA_HTTP_PROXY + "/api/v1/groups?q=survivors",
        { headers: { authorization: "SSWS " + process.env.OKTA_API_TOKEN } })
        .then((response) => response.json()).then((groups) => console.log(groups.map(({ profile }) => profile.name)))'`,
    );
    expect(found).toBe("configmap/survivor\n[ 'survivors' ]");
  }, 120_000);

  it("says what to do next when its demo is interrupted, and when the update of it fails", async () => {
    const interrupted = sandbox("demo", "--state", state);
    interrupted.stdout.on("data", (text: Buffer) => {
      if (text.includes("Previewing update")) interrupted.kill("SIGINT");
    });
    expect(await interrupted).toMatchObject({
      exitCode: 130,
      stderr: expect.stringContaining(
        `The sandbox stays up. To go on: npm run -s sandbox -- demo --state ${state};`,
      ) as string,
    });

    const fault = { method: "POST", path: "^/api/v1/apps\\?", times: 1, kind: "status", status: 400 };
    const headers = { "content-type": "application/json" };
    const faults = `${statusOf(state).okta?.url}/sandbox/faults`;
    expect((await fetch(faults, { method: "POST", headers, body: JSON.stringify(fault) })).ok).toBe(true);
    const failed = await sandbox("demo", "--state", state);
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stderr).toContain(
      `To begin anew:\n  npm run -s sandbox -- down --state ${state} && rm -r ${state} && `,
    );
  }, 300_000);

  it("shows a portal that is ready, in a pod where pods can run", async () => {
    const { exitCode, stdout, stderr } = await sandbox("demo", "--state", state);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    const { up, portal } = statusOf(state);
    expect(up).toBe(true);
    expect(portal?.pods).toBe(hasNode);
    expect(stdout).toContain(`Open ${portal?.url} and sign in as alice@example.com`);
    expect(await isPortalReady()).toBe(true);
  }, 300_000);

  it("goes down alone, and starts the portal again with the rest", async () => {
    const [mine, others] = [pidsOf(state), pidsOf(running)];
    expect((await sandbox("down", "--state", state)).exitCode).toBe(0);
    expect(alive(mine)).toEqual([]);
    expect(alive(others)).toEqual(others);
    expect(statusOf(running).up).toBe(true);

    expect((await sandbox("up", "--state", state)).exitCode).toBe(0);
    await waitFor("the portal to be ready again", isPortalReady, { seconds: 90 });
  }, 300_000);

  const isPortalReady = async () => (await fetch(`${statusOf(state).portal?.url}/.backstage/health/v1/readiness`)).ok;

  // Without a node there is nothing of it to be left behind.
  (hasNode ? it : it.skip).each([
    ["was up", () => Promise.resolve()],
    [
      "was killed",
      () => {
        const pids = pidsOf(state);
        pids.forEach((pid) => process.kill(pid, "SIGKILL"));
        return waitFor("the killed processes to be gone", () => alive(pids).length === 0);
      },
    ],
  ])(
    "leaves no process, mount, bridge or control group of its node behind when it %s before it goes down",
    async (_, happen) => {
      expect((await sandbox("up", "--no-portal", "--state", state)).exitCode).toBe(0);
      await inShell(
        state,
        `kubectl delete pod pause --ignore-not-found
        kubectl run pause --image localhost/pause:1
        kubectl wait pod/pause --for condition=Ready --timeout 60s`,
      );
      const pids = onNode(state);
      expect(tracesOf(state)).toEqual({ bridge: true, cgroup: true, mounts: [] });
      expect(pids.length).toBeGreaterThan(4);
      await happen();
      expect((await sandbox("down", "--state", state)).exitCode).toBe(0);
      // The kernel ends the last ones of a node that was killed.
      await waitFor("the processes to be gone", () => alive(pids).length === 0);
      expect(tracesOf(state)).toEqual({ bridge: false, cgroup: false, mounts: [] });
    },
    120_000,
  );

  it("says what to run when its environment is asked for and it is down", async () => {
    const state = newState();
    const { exitCode, stdout, stderr } = await sandbox("env", "--state", state);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `sandbox: not up: npm run sandbox -- up --state ${state}`,
    });
  });
});

describe("down", () => {
  it("leaves a process alone that got the pid of a daemon later", async () => {
    const state = newState();
    const bystander = run("sleep", ["600"], { reject: false });
    try {
      mkdirSync(join(state, "daemons"));
      const record = join(state, "daemons", "okta.json");
      writeFileSync(record, JSON.stringify({ pid: bystander.pid, start: "an earlier process", command: ["node"] }));
      expect((await sandbox("down", "--state", state)).exitCode).toBe(0);
      expect(alive([bystander.pid!])).toEqual([bystander.pid]);
      expect(existsSync(record)).toBe(false);
    } finally {
      bystander.kill("SIGKILL");
    }
  });
});

describe("up", () => {
  it("ends what it has started when one piece fails, and shows the end of that one's log", async () => {
    const state = newState();
    mkdirSync(join(state, "kubernetes"));
    writeFileSync(join(state, "kubernetes", "etcd"), "not a folder");
    const { exitCode, stderr } = await sandbox("up", "--state", state, "--plugins", "local");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`etcd has ended. The end of its log, ${join(state, "logs", "etcd.log")}:`);
    expect(existsSync(join(state, "logs", "okta.log"))).toBe(true);
    expect(new Set(Object.values(statusOf(state).processes))).toEqual(new Set(["ended"]));
    expect(readdirSync(join(state, "daemons"))).toEqual([]);
    expect(tracesOf(state)).toEqual({ bridge: false, cgroup: false, mounts: [] });
  }, 60_000);
});

describe("run", () => {
  const temporary = newState();
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  /** Starts `sandbox run`; its temporary folder is in `temporary`. */
  const start = (...rest: string[]) =>
    run("node", ["-r", "ts-node/register", MAIN, "run", ...rest], { env: { TMPDIR: temporary }, reject: false });

  const folders = () => readdirSync(temporary).filter((name) => name.startsWith("backstage-okta-sso-"));

  /** The pids of the sandbox's daemons, once there are some of these. */
  const daemons = (...names: string[]) =>
    waitFor(`${names.join(", ")} to be started`, () => {
      const state = join(temporary, folders()[0] ?? "", "sandbox");
      return names.every((name) => existsSync(join(state, "daemons", `${name}.json`))) && pidsOf(state);
    });

  it("exits as the command does, and leaves no process and no file of any copy behind", async () => {
    const pids = join(temporary, "pids.json");
    const script = `const { readdirSync, readFileSync, statSync, writeFileSync } = require("node:fs");
      const folders = JSON.parse(process.env.SANDBOX_COPIES).map((copy) => copy.SANDBOX_STATE + "/daemons/");
      const pidsIn = (folder) => readdirSync(folder).map((file) => JSON.parse(readFileSync(folder + file)).pid);
      const pids = folders.flatMap(pidsIn);
      const child = require("node:child_process").spawn("sleep", ["600"], { stdio: "ignore", detached: true });
      writeFileSync(process.argv[1], JSON.stringify([...pids, child.pid]));
      process.exit(3);`;
    expect((await start("--copies", "2", "--", "node", "-e", script, pids)).exitCode).toBe(3);
    const started = JSON.parse(readFileSync(pids, "utf8")) as number[];
    expect(new Set(started).size).toBe(hasNode ? 17 : 11);
    expect(alive(started)).toEqual([]);
    expect(folders()).toEqual([]);
  }, 120_000);

  it.each([
    ["while the command runs", ["okta", hasNode ? "kubelet" : "kube-scheduler"]],
    ["while the sandbox comes up", ["okta"]],
  ])(
    "leaves no process and no file behind when it is interrupted %s",
    async (_, names) => {
      const command = start("--", "sleep", "600");
      const pids = await daemons(...names);
      command.kill("SIGINT");
      expect((await command).exitCode).toBe(130);
      expect(alive(pids)).toEqual([]);
      expect(folders()).toEqual([]);
    },
    120_000,
  );
});
