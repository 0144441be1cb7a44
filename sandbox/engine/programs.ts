import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { gte, parse } from "semver";
import { exec } from "../exec";
import { onPath, versionOf, type GoProgram } from "../program";

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
/** Scripts beside the language host, which the engine runs for dynamic providers and policy packs. */
export const LANGUAGE_SCRIPTS = ["pulumi-resource-pulumi-nodejs", "pulumi-analyzer-policy"];

/** The Node.js language host, in the last version whose Go module can be required, and its scripts beside it. */
export const LANGUAGE_HOST: GoProgram = {
  name: "pulumi-language-nodejs",
  folder: "engine/language",
  package: `${SDK}/nodejs/cmd/pulumi-language-nodejs`,
  module: SDK,
  duration: "half a minute",
  add: async (into, signal) => {
    const cwd = join(__dirname, "language");
    const source = await exec("go", ["list", "-m", "-f", "{{.Dir}}", SDK], { cwd, env: { GOWORK: "off" }, signal });
    for (const script of LANGUAGE_SCRIPTS) {
      await copyFile(join(source, "nodejs", "dist", script), join(into, script));
      await chmod(join(into, script), 0o755);
    }
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
