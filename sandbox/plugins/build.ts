import { createHash } from "node:crypto";
import { chmod, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { build } from "esbuild";

const ROOT = resolve(__dirname, "../..");
const PLUGINS = ["kubernetes", "okta", "random"];

/** Starts a plugin as the engine expects: the process that it spawned is the plugin itself, so that it can end it. */
const LAUNCHER = `#!/bin/sh
exec node "\${0%/*}/plugin.mjs" "$@"
`;

/** What CommonJS modules find in Node, and their bundle as ES modules does not. */
const COMMONJS = `import { createRequire as createRequireOfBundle } from "node:module";
const require = createRequireOfBundle(import.meta.url), __dirname = import.meta.dirname;`;

/**
 * Bundles the local provider plugins into INTO/plugins, laid out as in a PULUMI_HOME: one folder for each, named after
 * the version that the installed SDK asks for. A bundle starts several times as fast as its modules would, and what a
 * plugin imports only when it needs it, such as its client library, is a file beside it that is read only then.
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
  await rm(folder, { recursive: true, force: true });
  await build({
    entryPoints: { plugin: join(ROOT, "sandbox/plugins", name, "main.ts") },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    banner: { js: COMMONJS },
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
