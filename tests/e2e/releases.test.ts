import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { cacheFolder } from "../../sandbox/programs/cache";
import { LANGUAGE_HOST, PULUMI } from "../../sandbox/engine/programs";
import { API_SERVER, CONTROLLER_MANAGER, ETCD, KUBECTL, KUBELET, SCHEDULER } from "../../sandbox/kubernetes/programs";
import { isReleased, pathOf, versionOf, type Program } from "../../sandbox/programs/program";
import { currentPlatform } from "../../sandbox/programs/release";
import { waitFor } from "../../sandbox/processes/wait";
import { Mirror } from "../unit/sandbox/mirror";
import { environment, run } from "./support/sandbox";

const MAIN = resolve(__dirname, "../../sandbox/main.ts");
// `sandbox run` takes down what is beside the state folder of the tests' own sandbox.
const folder = mkdtempSync(join(dirname(process.env.SANDBOX_STATE!), "releases-"));

let mirror: Mirror;
beforeEach(async () => (mirror = await Mirror.start()));
afterEach(() => mirror.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A cache with what no project publishes as a program. */
function newCache(): string {
  const cache = mkdtempSync(join(folder, "cache-"));
  mkdirSync(join(cache, "backstage-okta-sso"));
  for (const name of readdirSync(cacheFolder()))
    if (/^(portal|container-runtime)-.*(?<!\.(lock|partial))$/.test(name))
      symlinkSync(join(cacheFolder(), name), join(cache, "backstage-okta-sso", name));
  return cache;
}

const released = (program: Program) => program.release!(versionOf(program), currentPlatform()!)!;

/** Publishes a program of this machine, in an archive or alone, as its project does. */
async function publish(program: Program, files: Record<string, string> = { [program.name]: pathOf(program) }) {
  const { file, checksums, members } = released(program);
  if (!members) return mirror.publishFile(`/${file}`, pathOf(program), `/${checksums}`);
  const work = mkdtempSync(join(folder, "archive-"));
  for (const member of members) {
    mkdirSync(dirname(join(work, member)), { recursive: true });
    copyFileSync(files[member.split("/").at(-1)!]!, join(work, member));
  }
  // Not compressed, which takes longer than everything else; tar looks what it is.
  await run("tar", ["--create", "--file", join(work, "archive"), "--directory", work, dirname(members[0]!)]);
  return mirror.publishFile(`/${file}`, join(work, "archive"), `/${checksums}`);
}

/** A machine without Go, from which nothing but the mirror can be reached. */
const machine = (cache: string) => {
  const PATH = [dirname(process.execPath), "/usr/bin", "/bin", "/usr/sbin", "/sbin"].join(":");
  return environment({ ...mirror.env, XDG_CACHE_HOME: cache, PATH });
};

it("comes up with released programs on a machine without Go", async () => {
  const engine = dirname(pathOf(PULUMI));
  const host = isReleased(PULUMI) ? LANGUAGE_HOST.name : "nodejs-host";
  await publish(PULUMI, {
    [PULUMI.name]: pathOf(PULUMI),
    [LANGUAGE_HOST.name]: join(engine, host),
    "pulumi-resource-pulumi-nodejs": join(engine, "pulumi-resource-pulumi-nodejs"),
  });
  for (const program of [ETCD, API_SERVER, CONTROLLER_MANAGER, SCHEDULER, KUBELET, KUBECTL]) await publish(program);
  const state = mkdtempSync(join(dirname(folder), "another-"));
  const env = machine(newCache());
  const sandbox = (...args: string[]) => run("node", ["-r", "ts-node/register", MAIN, ...args], { env, reject: false });
  try {
    const started = Date.now();
    const up = await sandbox("up", "--no-portal", "--state", state, "--plugins", "local");
    console.log(`With released programs the sandbox is up after ${Math.round((Date.now() - started) / 1000)} s`);
    expect({ exitCode: up.exitCode, stderr: up.stderr }).toMatchObject({ exitCode: 0 });
    expect(mirror.asked).toEqual(expect.arrayContaining([`/${released(ETCD).file}`, `/${released(API_SERVER).file}`]));
    const { stdout: exports } = await sandbox("env", "--state", state);
    const commands = `${exports}\npulumi stack init local && pulumi preview --stack local`;
    expect((await run("sh", ["-ec", commands], { env })).stdout).toMatch(/\+ \d+ to create/);
  } finally {
    await sandbox("down", "--state", state);
  }
}, 180_000);

it("leaves nothing behind when a download is interrupted", async () => {
  // Each breaks off: one that could not be had at all would end the command by itself, for lack of Go.
  for (const program of [PULUMI, ETCD, API_SERVER, CONTROLLER_MANAGER, SCHEDULER, KUBELET, KUBECTL]) {
    const { file, checksums } = released(program);
    mirror.publish(`/${file}`, Buffer.from(program.name), `/${checksums}`);
    mirror.breakOff(`/${file}`, () => undefined);
  }
  const { file } = released(ETCD);
  const state = mkdtempSync(join(dirname(folder), "another-"));
  const cache = newCache();
  const env = machine(cache);
  const up = run("node", ["-r", "ts-node/register", MAIN, "up", "--state", state], { env, reject: false });
  await waitFor("the download to begin", () => mirror.asked.includes(`/${file}`), { seconds: 60 });
  up.kill("SIGINT");
  expect((await up).exitCode).toBe(130);
  const etcd = readdirSync(join(cache, "backstage-okta-sso")).filter((name) => name.startsWith("etcd"));
  expect(etcd.filter((name) => !name.endsWith(".lock"))).toEqual([`etcd-${versionOf(ETCD)}-released.partial`]);
  expect(existsSync(join(state, "daemons"))).toBe(false);
}, 60_000);
