import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cached, isCached } from "../programs/cache";
import { exec } from "../processes/exec";
import { writeImage } from "./image";

/** Debian's packages with what runs a pod's containers, and a program for the pause image. */
const PACKAGES = ["containerd", "runc", "containernetworking-plugins", "busybox-static"];

/** The image of the container that holds a pod's namespaces. */
export const PAUSE_IMAGE = "localhost/pause:1";

/** Paths of what runs a pod's containers. */
export interface ContainerRuntime {
  containerd: string;
  ctr: string;
  /** The folders with runc and with containerd's shim, for PATH. */
  bin: string[];
  /** The folder with the CNI plugins. */
  cni: string;
  /** The file of the image PAUSE_IMAGE. */
  pauseImage: string;
}

export function isContainerRuntimeCached(): boolean {
  return isCached(cacheName());
}

/**
 * The container runtime in the user's cache, after fetching it from the distribution if need be. Its packages are
 * unpacked, not installed: that would start a containerd for the whole machine.
 *
 * @throws if the distribution has no apt-get, or it fails
 */
export async function containerRuntime(signal?: AbortSignal): Promise<ContainerRuntime> {
  const folder = await cached(
    cacheName(),
    async (into) => {
      await unpackPackages(into, signal);
      await makePauseImage(into, signal);
    },
    signal,
  );
  const path = (...parts: string[]) => join(folder, ...parts);
  return {
    containerd: path("usr", "bin", "containerd"),
    ctr: path("usr", "bin", "ctr"),
    bin: [path("usr", "bin"), path("usr", "sbin")],
    cni: path("usr", "lib", "cni"),
    pauseImage: path("pause.tar"),
  };
}

/** The programs are linked against the libraries of this release of the distribution. */
function cacheName(): string {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return `container-runtime-${/^VERSION_CODENAME="?(\w+)/m.exec(release)?.[1] ?? "unknown"}`;
}

async function unpackPackages(into: string, signal?: AbortSignal): Promise<void> {
  const cwd = join(into, "packages");
  await mkdir(cwd);
  const download = () => exec("apt-get", ["download", "--quiet", ...PACKAGES], { cwd, signal });
  try {
    await download();
  } catch {
    // A machine that has never asked its package sources does not know the packages.
    await exec("apt-get", ["update", "--quiet"], { signal });
    await download();
  }
  for (const file of readdirSync(cwd)) await exec("dpkg-deb", ["--extract", join(cwd, file), into], { signal });
  await rm(cwd, { recursive: true });
}

async function makePauseImage(into: string, signal?: AbortSignal): Promise<void> {
  const folder = join(into, "pause");
  await mkdir(folder);
  // In /usr/bin where /bin is a link to it.
  const busybox = ["bin", "usr/bin"].map((bin) => join(into, bin, "busybox")).find(existsSync)!;
  await copyFile(busybox, join(folder, "busybox"));
  const config = { Entrypoint: ["/busybox", "sleep", "infinity"] };
  await writeImage(join(into, "pause.tar"), { name: PAUSE_IMAGE, layers: [{ folder }], config }, signal);
  await rm(folder, { recursive: true });
}
