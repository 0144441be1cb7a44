import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { build } from "esbuild";

const ROOT = resolve(__dirname, "../..");
const PLUGINS = ["kubernetes", "okta", "random"];

/** Starts a plugin as the engine expects: the process that it spawned is the plugin itself, so that it can end it. */
const LAUNCHER = `#!/bin/sh
exec node "\${0%/*}/plugin.js" "$@"
`;

/**
 * Bundles the local provider plugins into INTO/plugins, laid out as in a PULUMI_HOME: one folder for each, named after
 * the version that the installed SDK asks for. One bundled file starts four times as fast as its modules would.
 * Does nothing for a plugin whose sources and dependencies have not changed.
 *
 * @param into the folder that PULUMI_HOME shall point to
 */
export async function buildPlugins(into: string): Promise<void> {
  const sources = await sourcesDigest();
  await Promise.all(PLUGINS.map((name) => buildPlugin(name, into, sources)));
}

async function buildPlugin(name: string, into: string, sources: string): Promise<void> {
  const folder = join(into, "plugins", `resource-${name}-v${await sdkVersion(name)}`);
  const stamp = join(folder, "sources.sha256");
  if ((await readFile(stamp, "utf8").catch(() => "")) === sources) return;
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [join(ROOT, "sandbox/plugins", name, "main.ts")],
    outfile: join(folder, "plugin.js"),
    bundle: true,
    platform: "node",
    target: "node20",
    minify: true,
    logLevel: "error",
  });
  const launcher = join(folder, `pulumi-resource-${name}`);
  await writeFile(launcher, LAUNCHER);
  await chmod(launcher, 0o755);
  await writeFile(stamp, sources);
}

/** The plugin version that the installed SDK of a provider asks the engine for. */
async function sdkVersion(name: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(ROOT, "node_modules/@pulumi", name, "package.json"), "utf8")) as {
    version: string;
    pulumi?: { version?: string };
  };
  return manifest.pulumi?.version ?? manifest.version;
}

async function sourcesDigest(): Promise<string> {
  const hash = createHash("sha256").update(await readFile(join(ROOT, "package-lock.json")));
  const entries = await readdir(__dirname, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(relative(ROOT, file)).update(await readFile(file));
  return hash.digest("hex");
}
