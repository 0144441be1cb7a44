import { createHash } from "node:crypto";
import { chmod, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { exec } from "../processes/exec";

const ROOT = resolve(__dirname, "../..");
/** The providers that the stack uses. */
export const PROVIDERS = ["kubernetes", "okta", "random"];

/** A file in the folder of each local plugin, and in that of no genuine one: the digest of what it was built from. */
export const LOCAL_MARK = "sources.sha256";

/** Starts a plugin as the engine expects: the process that it spawned is the plugin itself, so that it can end it. */
const LAUNCHER = `#!/bin/sh
exec node "\${0%/*}/start.cjs" "$@"
`;

/**
 * Runs the bundle from V8's code cache, which saves a third of a plugin's start. With --warm it makes that cache, at the
 * moment when the plugin prints its port and so has run all that a start needs. Another Node ignores the cache.
 */
const STARTER = `const { readFileSync, writeFileSync } = require("node:fs");
const { Script } = require("node:vm");
const warm = process.argv[2] === "--warm";
const [filename, cache] = [__dirname + "/plugin.cjs", __dirname + "/plugin.cache"];
const source = "(function (require, module, exports, __dirname) {" + readFileSync(filename, "utf8") + "\\n})";
const script = new Script(source, { filename, cachedData: warm ? undefined : readFileSync(cache) });
if (warm) process.stdout.write = () => (writeFileSync(cache, script.createCachedData()), process.exit());
const plugin = { exports: {} };
script.runInThisContext()(require, plugin, plugin.exports, __dirname);
`;

/**
 * Bundles the local provider plugins into INTO/plugins, laid out as in a PULUMI_HOME: one folder for each, named after
 * the version that the installed SDK asks for. A bundle starts several times as fast as its modules would; what a plugin
 * imports only when it needs it, such as its client library, is in there, but is run only then.
 * Does nothing for a plugin whose sources and dependencies have not changed.
 *
 * @param into the folder that PULUMI_HOME shall point to
 */
export async function buildPlugins(into: string): Promise<void> {
  const sources = await sourcesDigest();
  await Promise.all(PROVIDERS.map((name) => buildPlugin(name, into, sources)));
}

async function buildPlugin(name: string, into: string, sources: string): Promise<void> {
  const folder = join(into, "plugins", `resource-${name}-v${await sdkVersion(name)}`);
  const stamp = join(folder, LOCAL_MARK);
  if ((await readFile(stamp, "utf8").catch(() => "")) === sources) return;
  await rm(folder, { recursive: true, force: true });
  await build({
    entryPoints: [join(ROOT, "sandbox/plugins", name, "main.ts")],
    outfile: join(folder, "plugin.cjs"),
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    minify: true,
    logLevel: "error",
  });
  const starter = join(folder, "start.cjs");
  await writeFile(starter, STARTER);
  await exec("node", [starter, "--warm"]);
  const launcher = join(folder, `pulumi-resource-${name}`);
  await writeFile(launcher, LAUNCHER);
  await chmod(launcher, 0o755);
  await writeFile(stamp, sources);
}

/** The plugin version that the installed SDK of a provider asks the engine for. */
export async function sdkVersion(name: string): Promise<string> {
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
