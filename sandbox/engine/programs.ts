import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { gte, parse } from "semver";
import { exec } from "../exec";
import { build, onPath, versionOf, type GoProgram } from "../program";

export const PULUMI: GoProgram = {
  name: "pulumi",
  folder: "engine/cli",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  module: "github.com/pulumi/pulumi/pkg/v3",
  variables: (version) => ({
    "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${version}`,
    "github.com/pulumi/pulumi/pkg/v3/version.Version": `v${version}`,
  }),
  duration: "4 minutes",
};

const SDK = "github.com/pulumi/pulumi/sdk/v3";

/** The genuine Node.js language host, in the last version whose Go module can be required. It cannot run policy packs. */
const GENUINE_HOST: GoProgram = {
  name: "pulumi-language-nodejs",
  folder: "engine/language",
  package: `${SDK}/nodejs/cmd/pulumi-language-nodejs`,
  module: SDK,
  duration: "half a minute",
};

/** What the language host and the engine look for beside the host: the genuine host, and a script for dynamic providers. */
export const BESIDE_LANGUAGE_HOST = ["nodejs-host", "pulumi-resource-pulumi-nodejs"] as const;

/** The Node.js language host: the genuine one behind a program that runs policy packs. */
export const LANGUAGE_HOST: GoProgram = {
  name: "pulumi-language-nodejs",
  folder: "engine/runPlugin",
  package: ".",
  module: SDK,
  duration: "a minute",
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
