import { chmod, copyFile, link, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gte, parse } from "semver";
import { exec } from "../processes/exec";
import { build } from "../programs/goBuild";
import { isReleased, onPath, pathOf, versionOf, type Program } from "../programs/program";
import { PULUMI_RELEASES } from "../programs/release";

/** The engine. What Pulumi releases has the Node.js language host, and the program for dynamic providers, with it. */
export const PULUMI: Program = {
  name: "pulumi",
  folder: "engine/cli",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  module: "github.com/pulumi/pulumi/pkg/v3",
  variables: (version) => ({
    "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${version}`,
    "github.com/pulumi/pulumi/pkg/v3/version.Version": `v${version}`,
  }),
  seconds: 105,
  release: (version, { os, arch }) => ({
    publisher: PULUMI_RELEASES,
    file: `v${version}/pulumi-v${version}-${os}-${arch === "amd64" ? "x64" : arch}.tar.gz`,
    checksums: `v${version}/pulumi-${version}-checksums.txt`,
    members: ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"].map((name) => `pulumi/${name}`),
  }),
};

const SDK = "github.com/pulumi/pulumi/sdk/v3";

/** The genuine Node.js language host, in the last version whose Go module can be required. It cannot run policy packs. */
const GENUINE_HOST: Program = {
  name: "pulumi-language-nodejs",
  folder: "engine/language",
  package: `${SDK}/nodejs/cmd/pulumi-language-nodejs`,
  module: SDK,
  seconds: 30,
};

/** What the language host and the engine look for beside the host: the genuine host, and a script for dynamic providers. */
const BESIDE_LANGUAGE_HOST = ["nodejs-host", "pulumi-resource-pulumi-nodejs"] as const;

/** The Node.js language host of an engine that was built: the genuine one behind a program that runs policy packs. */
export const LANGUAGE_HOST: Program = {
  name: "pulumi-language-nodejs",
  folder: "engine/cli",
  package: "./runPlugin",
  module: SDK,
  seconds: 28,
  comesWith: PULUMI,
  add: async (into, signal) => {
    const [host, script] = BESIDE_LANGUAGE_HOST;
    await copyFile(await build(GENUINE_HOST, signal), join(into, host));
    const cwd = join(__dirname, "language");
    const source = await exec("go", ["list", "-m", "-f", "{{.Dir}}", SDK], { cwd, env: { GOWORK: "off" }, signal });
    await copyFile(join(source, "nodejs", "dist", script), join(into, script));
    await chmod(join(into, script), 0o755);
  },
};

/** The `pulumi` on PATH, if it has its Node.js language host with it and is not older than the sandbox's own. */
export async function installedPulumi(signal?: AbortSignal): Promise<string | undefined> {
  const path = await onPath(PULUMI.name);
  if (!path || !(await onPath(LANGUAGE_HOST.name))) return undefined;
  const env = { PULUMI_SKIP_UPDATE_CHECK: "true" };
  const report = await exec(path, ["version"], { env, signal, seconds: 10 }).catch(() => "");
  const version = parse(report.trim());
  return version && gte(version, versionOf(PULUMI)) ? path : undefined;
}

/**
 * The engine in the user's cache, with its language host. It expects that beside itself, and warns on each run about one
 * on PATH.
 */
export async function engine(): Promise<string> {
  const pulumi = pathOf(PULUMI);
  if (isReleased(PULUMI)) return pulumi;
  const [from, to] = [dirname(pathOf(LANGUAGE_HOST)), dirname(pulumi)];
  for (const name of [LANGUAGE_HOST.name, ...BESIDE_LANGUAGE_HOST]) {
    // Not a symbolic link: the engine compares resolved paths. By rename, since an engine may be running.
    const partial = join(to, `${name}.${process.pid}`);
    await link(join(from, name), partial);
    await rename(partial, join(to, name));
    // rename(2) does nothing where both are links to one file already.
    await rm(partial, { force: true });
  }
  return pulumi;
}
