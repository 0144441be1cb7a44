import { chmod, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { exec } from "../processes/exec";
import { download } from "./download";

/** A project that publishes its programs, and the variable that leads to a mirror of them. */
export interface Publisher {
  name: string;
  variable: string;
  /** The project's own address; a mirror has the same paths below it. */
  address: string;
}

export const PULUMI_RELEASES: Publisher = {
  name: "Pulumi",
  variable: "SANDBOX_PULUMI_RELEASES",
  address: "https://github.com/pulumi/pulumi/releases/download",
};
export const ETCD_RELEASES: Publisher = {
  name: "etcd",
  variable: "SANDBOX_ETCD_RELEASES",
  address: "https://github.com/etcd-io/etcd/releases/download",
};
export const KUBERNETES_RELEASES: Publisher = {
  name: "Kubernetes",
  variable: "SANDBOX_KUBERNETES_RELEASES",
  address: "https://dl.k8s.io",
};
export const PUBLISHERS = [PULUMI_RELEASES, ETCD_RELEASES, KUBERNETES_RELEASES];

/** A kind of machine, as Go names it. */
export interface Platform {
  os: "linux" | "darwin";
  arch: "amd64" | "arm64";
}

/** What a project publishes of a program, for one platform. */
export interface Release {
  publisher: Publisher;
  /** The path of the file below the publisher's address. */
  file: string;
  /** The path of the file with its SHA-256. */
  checksums: string;
  /** The paths in the archive of what is needed, all in one folder; left out, the file is the program itself. */
  members?: string[];
}

/** This machine, if anything is published for its kind. */
export function currentPlatform({ platform, arch }: Pick<NodeJS.Process, "platform" | "arch"> = process) {
  const os = platform === "linux" || platform === "darwin" ? platform : undefined;
  const architecture = arch === "x64" ? "amd64" : arch === "arm64" ? "arm64" : undefined;
  return os && architecture ? ({ os, arch: architecture } satisfies Platform) : undefined;
}

/**
 * The address of a publisher, or of the mirror that its variable names.
 *
 * @throws if the variable holds no address
 */
export function addressOf({ variable, address }: Publisher): string {
  const mirror = process.env[variable];
  if (!mirror) return address;
  if (!URL.canParse(mirror) || !/^https?:$/.test(new URL(mirror).protocol)) {
    throw new Error(`${variable} is "${mirror}": it must be an http or https address, such as ${address}`);
  }
  return mirror.replace(/\/+$/, "");
}

/**
 * Downloads a release into a folder: its program, or what is needed of its archive.
 *
 * @throws DownloadFailed
 */
export async function fetchRelease(release: Release, into: string, signal?: AbortSignal): Promise<void> {
  const { publisher, file, checksums, members } = release;
  const address = addressOf(publisher);
  const path = join(into, basename(file));
  await download({ url: `${address}/${file}`, checksumsUrl: `${address}/${checksums}` }, path, { signal });
  if (!members) return chmod(path, 0o755);
  // The tar of Linux reads what is published for Linux, that of macOS zip archives too.
  await exec("tar", ["--extract", "--file", path, "--strip-components=1", ...members], { cwd: into, signal });
  await rm(path);
}
