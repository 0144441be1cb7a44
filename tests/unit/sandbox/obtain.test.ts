import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { engine, LANGUAGE_HOST, PULUMI } from "../../../sandbox/engine/programs";
import { API_SERVER, ETCD, KUBECTL } from "../../../sandbox/kubernetes/programs";
import { programSteps } from "../../../sandbox/programs/obtain";
import { waitFor } from "../../../sandbox/processes/wait";
import { isHere, pathOf, versionOf, type Program } from "../../../sandbox/programs/program";
import type { Step } from "../../../sandbox/processes/progress";
import { addressOf, currentPlatform, ETCD_RELEASES, type Platform } from "../../../sandbox/programs/release";
import { Mirror } from "./mirror";

const folder = mkdtempSync(join(tmpdir(), "obtain-"));
const previous = { ...process.env };
const platform = currentPlatform()!;
let cache: string;
let mirror: Mirror;
let test = 0;

beforeEach(async () => {
  mirror = await Mirror.start();
  cache = join(folder, String(++test));
  // Without Go, and so without a way out.
  process.env = { ...previous, ...mirror.env, XDG_CACHE_HOME: cache, PATH: [folder, "/usr/bin", "/bin"].join(":") };
});
afterEach(() => mirror.stop());
afterAll(() => {
  process.env = previous;
  rmSync(folder, { recursive: true });
});

const released = (program: Program) => program.release!(versionOf(program), platform)!;

const script = (name: string) => Buffer.from(`#!/bin/sh\necho released ${name}\n`);

/** Publishes a program as its project does, in an archive with other files or alone. */
function publish(program: Program): void {
  const { file, checksums, members } = released(program);
  if (!members) return mirror.publish(`/${file}`, script(program.name), `/${checksums}`);
  const work = mkdtempSync(join(folder, "archive-"));
  const top = members[0]!.split("/")[0]!;
  mkdirSync(join(work, top));
  for (const member of [...members, `${top}/README.md`]) {
    writeFileSync(join(work, member), script(member.split("/").at(-1)!));
    chmodSync(join(work, member), 0o755);
  }
  execFileSync("tar", ["--create", "--gzip", "--file", join(work, "archive"), "--directory", work, top]);
  mirror.publish(`/${file}`, readFileSync(join(work, "archive")), `/${checksums}`);
}

const said: string[] = [];
beforeEach(() => said.splice(0));

/** Performs a step, and returns what it is called when it has been. */
const perform = (step: Step, signal = new AbortController().signal) => step.run(signal, (line) => said.push(line));

const obtain = (programs: Program[], signal?: AbortSignal) =>
  Promise.all(programSteps(programs).map((step) => perform(step, signal)));

const cached = () => readdirSync(join(cache, "backstage-okta-sso")).filter((name) => !/\.(partial|lock)$/.test(name));

describe("released programs", () => {
  const all = [PULUMI, LANGUAGE_HOST, ETCD, API_SERVER, KUBECTL];

  it("are fetched, and what else is in their archives is not kept", async () => {
    [PULUMI, ETCD, API_SERVER, KUBECTL].forEach(publish);
    expect(await obtain(all)).toEqual([
      `Pulumi ${versionOf(PULUMI)}: fetched`,
      `etcd ${versionOf(ETCD)}: fetched`,
      `Kubernetes ${versionOf(KUBECTL)}: fetched`,
    ]);
    expect(said).toEqual([]);
    for (const program of [PULUMI, ETCD, API_SERVER, KUBECTL]) {
      accessSync(pathOf(program), constants.X_OK);
      expect(readFileSync(pathOf(program))).toEqual(script(program.name));
    }
    const files = readdirSync(join(cache, "backstage-okta-sso"), { recursive: true, withFileTypes: true });
    expect(
      files
        .filter((file) => file.isFile())
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      "etcd",
      "kube-apiserver",
      "kubectl",
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-resource-pulumi-nodejs",
    ]);
    expect(programSteps(all)).toEqual([]);
  });

  it("bring Pulumi's language host along, which runs policy packs itself", async () => {
    publish(PULUMI);
    await obtain([PULUMI, LANGUAGE_HOST]);
    const host = join(await engine(), "..", LANGUAGE_HOST.name);
    expect(readFileSync(host)).toEqual(script(LANGUAGE_HOST.name));
  });

  it("are fetched once by two processes at a time", async () => {
    publish(ETCD);
    const source = `
      const { ETCD } = require("./sandbox/kubernetes/programs");
      const { programSteps } = require("./sandbox/programs/obtain");
      const run = (step) => step.run(new AbortController().signal, console.error);
      Promise.all(programSteps([ETCD]).map(run)).then((titles) => console.log(titles.join()));`;
    const start = () => {
      const cwd = resolve(__dirname, "../../..");
      const { env } = process;
      const child = spawn(process.execPath, ["-r", "ts-node/register", "-e", source], { cwd, env });
      const output = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const)
        child[name].setEncoding("utf8").on("data", (text: string) => (output[name] += text));
      return { output, closed: once(child, "close") };
    };
    const held = mirror.held(`/${released(ETCD).file}`);
    const first = start();
    const answer = await held;
    const second = start();
    await waitFor("the second one to wait", () => second.output.stderr.includes("Waiting for another process"));
    answer();
    for (const { output, closed } of [first, second]) {
      expect(await closed).toEqual([0, null]);
      expect(output.stdout).toBe(`etcd ${versionOf(ETCD)}: fetched\n`);
    }
    expect(mirror.asked).toEqual([`/${released(ETCD).checksums}`, `/${released(ETCD).file}`]);
  });

  it("are fetched whole after an interruption", async () => {
    publish(ETCD);
    const file = `/${released(ETCD).file}`;
    const interruption = new AbortController();
    mirror.breakOff(file, () => interruption.abort(new Error("interrupted by SIGINT")));
    await expect(obtain([ETCD], interruption.signal)).rejects.toThrow("interrupted by SIGINT");
    expect(isHere(ETCD)).toBe(false);
    publish(ETCD);
    await obtain([ETCD]);
    expect(readFileSync(pathOf(ETCD))).toEqual(script("etcd"));
  });
});

describe("programs that cannot be fetched", () => {
  const needsGo =
    "Building kubectl takes Go 1.21 or newer (https://go.dev/doc/install), and there is no go command on PATH.";

  it.each<[string, () => void, RegExp]>([
    ["a broken download", () => mirror.breakOff(`/${released(KUBECTL).file}`), /could not be downloaded/],
    [
      "a wrong checksum",
      () => mirror.serve(`/${released(KUBECTL).file}`, "another program"),
      /is not what was published/,
    ],
    [
      "a proxy's error page",
      () => mirror.serve(`/${released(KUBECTL).checksums}`, "<html>Blocked</html>"),
      /has no SHA-256 checksum/,
    ],
  ])("are built after %s, which is said in one line", async (_, misbehave, why) => {
    [KUBECTL, API_SERVER].forEach(publish);
    misbehave();
    await expect(obtain([KUBECTL, API_SERVER])).rejects.toThrow(needsGo);
    expect(said).toEqual([expect.stringMatching(/^Kubernetes \S+ is built from source, since http.*$/)]);
    expect(said[0]).toMatch(why);
    expect(cached()).toEqual([]);
    // Nothing more of the same project was tried.
    expect(mirror.asked.filter((path) => path.includes("kube-apiserver"))).toEqual([]);
  });

  it("do not keep another project's from being fetched", async () => {
    publish(ETCD);
    const [etcd, kubectl] = await Promise.allSettled(programSteps([ETCD, KUBECTL]).map((step) => perform(step)));
    expect(kubectl).toMatchObject({ status: "rejected", reason: { message: needsGo } });
    expect(etcd).toEqual({ status: "fulfilled", value: `etcd ${versionOf(ETCD)}: fetched` });
  });

  describe("are built with Go,", () => {
    const [log, gate] = [join(folder, "go.log"), join(folder, "go.gate")];
    /** A `go` that notes how it is called, and builds once the gate is there. */
    beforeEach(() => {
      writeFileSync(
        join(folder, "go"),
        `#!/bin/sh
case "$1" in version) echo go version go1.26.0; exit;; list) exit;; esac
echo "$@" >>"${log}"
while [ ! -e "${gate}" ]; do sleep 0.05; done
while [ "$1" != -o ]; do shift; done
into=$2; shift 2
for package; do
  name=$(echo "$package" | sed 's,/v[0-9]*$,,')
  echo built >"$into/\${name##*/}"
done
`,
      );
      chmodSync(join(folder, "go"), 0o755);
    });
    afterEach(() => ["go", "go.log", "go.gate"].forEach((name) => rmSync(join(folder, name), { force: true })));

    const KUBELET = { ...API_SERVER, name: "kubelet", package: "k8s.io/kubernetes/cmd/kubelet" };

    it("those of one project at one go, without those that were fetched", async () => {
      publish(KUBECTL);
      writeFileSync(gate, "");
      expect(await obtain([KUBECTL, API_SERVER, KUBELET])).toEqual([
        `Kubernetes ${versionOf(KUBECTL)}: built from source`,
      ]);
      const calls = readFileSync(log, "utf8").trim().split("\n");
      expect(calls).toHaveLength(1);
      expect(calls[0]).toMatch(/ k8s\.io\/kubernetes\/cmd\/kube-apiserver k8s\.io\/kubernetes\/cmd\/kubelet$/);
      expect(readFileSync(pathOf(API_SERVER), "utf8")).toBe("built\n");
      expect(readFileSync(pathOf(KUBECTL))).toEqual(script("kubectl"));
    });

    it("with an engine that was built, its language host alone", async () => {
      writeFileSync(gate, "");
      await obtain([PULUMI]);
      publish(PULUMI);
      const host = { ...LANGUAGE_HOST, add: undefined };
      expect(await obtain([PULUMI, host])).toEqual([
        `${LANGUAGE_HOST.name} ${versionOf(LANGUAGE_HOST)}: built from source`,
      ]);
      expect(readFileSync(pathOf(host), "utf8")).toBe("built\n");
    });

    it("one project after the other, and say how long it will take with those that come before", async () => {
      const steps = programSteps([ETCD, API_SERVER]);
      const built = Promise.all(steps.map((step) => perform(step)));
      const [one = 0, other = 0] = await waitFor("both builds to be in the queue", () => {
        const left = steps.map(({ secondsLeft }) => secondsLeft?.());
        return existsSync(log) && left.every((seconds) => seconds !== undefined) && left;
      });
      const total = ETCD.seconds + API_SERVER.seconds;
      expect(Math.max(one, other)).toBeGreaterThan(total - 60);
      expect(Math.max(one, other)).toBeLessThanOrEqual(total);
      expect(Math.min(one, other)).toBeLessThan(total - Math.min(ETCD.seconds, API_SERVER.seconds) + 1);
      expect(readFileSync(log, "utf8").trim().split("\n")).toHaveLength(1);
      writeFileSync(gate, "");
      await built;
      expect(readFileSync(log, "utf8").trim().split("\n")).toHaveLength(2);
      expect(steps.map(({ secondsLeft }) => secondsLeft?.())).toEqual([0, 0]);
    });
  });
});

describe("what is published", () => {
  const files = (platform: Platform) =>
    [PULUMI, ETCD, API_SERVER, KUBECTL].map((program) => program.release!("1.2.3", platform)?.file);

  it.each<[Platform, (string | undefined)[]]>([
    [
      { os: "linux", arch: "amd64" },
      [
        "v1.2.3/pulumi-v1.2.3-linux-x64.tar.gz",
        "v1.2.3/etcd-v1.2.3-linux-amd64.tar.gz",
        "v1.2.3/bin/linux/amd64/kube-apiserver",
        "v1.2.3/bin/linux/amd64/kubectl",
      ],
    ],
    [
      { os: "darwin", arch: "arm64" },
      [
        "v1.2.3/pulumi-v1.2.3-darwin-arm64.tar.gz",
        "v1.2.3/etcd-v1.2.3-darwin-arm64.zip",
        undefined,
        "v1.2.3/bin/darwin/arm64/kubectl",
      ],
    ],
  ])("for %j", (platform, expected) => {
    expect(files(platform)).toEqual(expected);
  });

  it("is nothing for other kinds of machines", () => {
    expect(currentPlatform({ platform: "win32", arch: "x64" })).toBeUndefined();
    expect(currentPlatform({ platform: "linux", arch: "riscv64" })).toBeUndefined();
  });
});

describe("the address of a mirror", () => {
  it("replaces the project's own", () => {
    process.env.SANDBOX_ETCD_RELEASES = "https://mirror.example.com/etcd/";
    expect(addressOf(ETCD_RELEASES)).toBe("https://mirror.example.com/etcd");
    process.env.SANDBOX_ETCD_RELEASES = "";
    expect(addressOf(ETCD_RELEASES)).toBe("https://github.com/etcd-io/etcd/releases/download");
  });

  it.each(["mirror.example.com", "ftp://mirror.example.com", "/mnt/mirror"])("cannot be %s", (value) => {
    process.env.SANDBOX_ETCD_RELEASES = value;
    expect(() => addressOf(ETCD_RELEASES)).toThrow(
      `SANDBOX_ETCD_RELEASES is "${value}": it must be an http or https address`,
    );
  });
});
