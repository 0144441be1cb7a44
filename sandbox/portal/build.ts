import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { cached, isCached } from "../programs/cache";
import { exec } from "../processes/exec";
import { CHECKOUT } from "../pieces/state";

/** A Backstage that can be run: its dependencies, the built frontend and backend, and its app-config.yaml. */
export interface Portal {
  /** Its folder in the user's cache; it starts by backend/dist/index.js. */
  folder: string;
  /** A digest of everything that it was built from. */
  version: string;
}

/** About how long the first build takes on two cores; after a change of a source alone, half a minute. */
export const DURATION = "3 minutes";

/** This checkout's backend modules, by their folders below backstage/. */
const MODULES = {
  auth: "backstage-plugin-auth-backend-module-okta-sso",
  catalog: "backstage-plugin-catalog-backend-module-okta-org",
};
const WORKSPACES = ["app", "backend", "database"];
const MANIFESTS = ["package.json", "package-lock.json", ".npmrc", ...WORKSPACES.map((name) => `${name}/package.json`)];
const SOURCES = [...WORKSPACES, "app-config.yaml", "catalog.yaml", "people.yaml"];
// "app" is built with packages that are none of the running portal's: all of them are its devDependencies.
const INSTALL = {
  app: ["--workspace", "app", "--include=dev"],
  backend: ["--workspace", "backend", "--workspace", "database", "--omit=dev"],
};
const TSC = join(CHECKOUT, "node_modules", "typescript", "bin", "tsc");
// Some dependencies are compiled for one kind of machine, whatever its Node.js.
const MACHINE = [process.platform, process.arch].join("-");

/** Whether the portal, as its sources are now, has been built on this machine. */
export function isPortalBuilt(): boolean {
  return isCached(cacheName(currentVersion()));
}

/**
 * Builds the portal with this checkout's backend modules in it, unless it is in the user's cache. Its dependencies are
 * kept there too, so that they are installed anew only when the lock file changes.
 *
 * @throws with the last lines of npm's or the compiler's output
 */
export async function buildPortal(signal?: AbortSignal): Promise<Portal> {
  const version = currentVersion();
  const folder = await cached(cacheName(version), (into) => build(into, signal), signal);
  return { folder, version };
}

async function build(into: string, signal?: AbortSignal): Promise<void> {
  const [forBackend, forApp] = await Promise.all([packages("backend", signal), packages("app", signal)]);
  // Links, where cp can make them, save 400 MB for each version of the portal.
  await exec("cp", [process.platform === "linux" ? "-al" : "-a", `${forBackend}/.`, into], { signal });
  for (const name of SOURCES) await cp(join(__dirname, name), join(into, name), { recursive: true });
  await buildApp(into, forApp, signal);
  for (const [folder, name] of Object.entries(MODULES)) await installModule(into, folder, name, signal);
  // The folder's packages have older types of Node.js among them.
  const types = join(CHECKOUT, "node_modules", "@types");
  await exec(process.execPath, [TSC, "-p", join(into, "backend"), "--typeRoots", types], { signal });
}

/** Builds the frontend beside its own dependencies, which the portal does not need when it runs. */
async function buildApp(portal: string, packages: string, signal?: AbortSignal): Promise<void> {
  const work = `${portal}.app`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work);
  for (const name of [...MANIFESTS, ...SOURCES]) await cp(join(__dirname, name), join(work, name), { recursive: true });
  await symlink(join(packages, "node_modules"), join(work, "node_modules"));
  const options = { cwd: join(work, "app"), signal };
  await exec(process.execPath, [TSC, "-p", "."], options);
  const builder = join(work, "node_modules", ".bin", "cli-module-build");
  // Any address does here: the browser gets the one of the running portal.
  await exec(builder, ["package", "build"], { ...options, env: { PORTAL_URL: "http://127.0.0.1:7007" } });
  await cp(join(work, "app", "dist"), join(portal, "app", "dist"), {
    recursive: true,
    filter: (file) => !file.endsWith(".map"),
  });
  await rm(work, { recursive: true });
}

/** Puts a module of this checkout where `npm install` would put its package. */
async function installModule(portal: string, folder: string, name: string, signal?: AbortSignal): Promise<void> {
  const source = join(CHECKOUT, "backstage", folder);
  const target = join(portal, "node_modules", name);
  for (const file of ["package.json", "config.schema.json"]) await cp(join(source, file), join(target, file));
  await exec(process.execPath, [TSC, "-p", source, "--outDir", join(target, "dist")], { signal });
}

/** A folder with the dependencies of the frontend or of what runs, which the lock file pins. */
function packages(part: keyof typeof INSTALL, signal?: AbortSignal): Promise<string> {
  const install = async (into: string) => {
    for (const name of MANIFESTS) await cp(join(__dirname, name), join(into, name));
    await exec("npm", ["ci", ...INSTALL[part], "--no-audit", "--no-fund"], { cwd: into, signal });
  };
  const manifests = MANIFESTS.map((name) => join(__dirname, name));
  return cached(`portal-${part}-packages-${digest(manifests)}`, install, signal);
}

const cacheName = (version: string) => `portal-${version}`;

function currentVersion(): string {
  const own = [...MANIFESTS, ...SOURCES, "build.ts"].map((name) => join(__dirname, name));
  const module = ["src", "package.json", "config.schema.json", "tsconfig.json"];
  const modules = [...Object.keys(MODULES).flatMap((folder) => module.map((name) => join(folder, name))), "naming"];
  return digest([...own, ...modules.map((name) => join(CHECKOUT, "backstage", name))]);
}

/** A digest of these files and folders, for the kind of machine that this is. */
function digest(paths: string[]): string {
  const hash = createHash("sha256").update(MACHINE);
  for (const file of paths.flatMap(filesIn).sort()) hash.update(file.slice(CHECKOUT.length)).update(readFileSync(file));
  return hash.digest("hex").slice(0, 12);
}

function filesIn(path: string): string[] {
  try {
    const entries = readdirSync(path, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return [path];
    throw error;
  }
}
