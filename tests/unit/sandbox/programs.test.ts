import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { installedPulumi, LANGUAGE_HOST, PULUMI } from "../../../sandbox/engine/programs";
import { API_SERVER, ETCD, installedKubectl, KUBECTL } from "../../../sandbox/kubernetes/programs";
import { versionOf } from "../../../sandbox/programs/program";

const folder = mkdtempSync(join(tmpdir(), "path-"));
const previous = process.env.PATH;
beforeAll(() => (process.env.PATH = [folder, "/usr/bin", "/bin"].join(delimiter)));
afterAll(() => {
  process.env.PATH = previous;
  rmSync(folder, { recursive: true });
});

function install(name: string, prints: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${prints}'\n`);
  chmodSync(path, 0o755);
  return path;
}

describe("the version of a program", () => {
  it.each([PULUMI, LANGUAGE_HOST, ETCD, API_SERVER, KUBECTL])("$name's is the one in its go.mod", (program) => {
    expect(versionOf(program)).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe("kubectl on PATH", () => {
  it.each([
    ["v1.33.0", "one minor version older", true],
    ["v1.34.9", "of the API server's minor version", true],
    ["v1.35.1-gke.7", "one minor version newer", true],
    ["v1.32.4", "two minor versions older", false],
    ["v1.36.0", "two minor versions newer", false],
    ["unknown", "without a version", false],
  ])("%s, %s, is taken: %s", async (version, _, taken) => {
    const path = install("kubectl", `Client Version: ${version}`);
    expect(await installedKubectl()).toBe(taken ? path : undefined);
  });
});

describe("pulumi on PATH", () => {
  afterEach(() => rmSync(join(folder, LANGUAGE_HOST.name), { force: true }));

  it("is not taken without its language host", async () => {
    install("pulumi", `v${versionOf(PULUMI)}`);
    expect(await installedPulumi()).toBeUndefined();
  });

  it("is taken when it is new enough", async () => {
    install(LANGUAGE_HOST.name, "");
    const path = install("pulumi", "v3.1000.0");
    expect(await installedPulumi()).toBe(path);
  });

  it("is not taken when it is older", async () => {
    install(LANGUAGE_HOST.name, "");
    install("pulumi", "v3.99.0");
    expect(await installedPulumi()).toBeUndefined();
  });
});
