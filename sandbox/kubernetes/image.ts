import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exec } from "../processes/exec";
import { sha256Of } from "../programs/sha256";

/** A container image, as `ctr images import` takes it. */
export interface Image {
  /** An archive in the OCI image layout. */
  file: string;
  name: string;
}

interface Contents {
  name: string;
  /** Folders, each with what of it is taken, as GNU tar's options and arguments. @default all of it */
  layers: { folder: string; files?: string[] }[];
  /** How its containers run: https://github.com/opencontainers/image-spec/blob/main/config.md#properties */
  config: object;
}

/** What an OCI manifest says of a blob. */
interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

const OCI = "application/vnd.oci.image";
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };

/** Makes an image for this kind of machine, without a container engine. The same files give the same image. */
export async function writeImage(file: string, contents: Contents, signal?: AbortSignal): Promise<void> {
  const layout = `${file}.layout`;
  await mkdir(join(layout, "blobs", "sha256"), { recursive: true });
  const layers: Descriptor[] = [];
  for (const { folder, files = ["."] } of contents.layers)
    layers.push(await blob(layout, `${OCI}.layer.v1.tar`, (into) => tar(into, folder, files, signal)));
  const config = await json(layout, `${OCI}.config.v1+json`, {
    architecture: ARCHITECTURES[process.arch],
    os: "linux",
    config: contents.config,
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
  const named = { ...manifest, annotations: { "io.containerd.image.name": contents.name } };
  await writeFile(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  await writeFile(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await tar(file, layout, ["."], signal);
  await rm(layout, { recursive: true });
}

/** Archives files of a folder, with nothing in it that differs from one time, or one user, to the next. */
async function tar(file: string, folder: string, files: string[], signal?: AbortSignal): Promise<void> {
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=a+rX,go-w"];
  await exec("tar", ["--create", "--file", file, "--directory", folder, ...same, ...files], { signal });
}

const json = (layout: string, mediaType: string, value: unknown): Promise<Descriptor> =>
  blob(layout, mediaType, (into) => writeFile(into, JSON.stringify(value)));

async function blob(layout: string, mediaType: string, write: (into: string) => Promise<void>): Promise<Descriptor> {
  const partial = join(layout, "partial");
  await write(partial);
  const digest = await sha256Of(partial);
  const { size } = await stat(partial);
  await rename(partial, join(layout, "blobs", "sha256", digest));
  return { mediaType, digest: `sha256:${digest}`, size };
}
