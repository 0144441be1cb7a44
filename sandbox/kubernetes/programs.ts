import { parse } from "semver";
import { exec } from "../processes/exec";
import { onPath, versionOf, type Program } from "../programs/program";
import { ETCD_RELEASES, KUBERNETES_RELEASES } from "../programs/release";

const kubernetes = (name: string, seconds: number): Program => ({
  name,
  folder: "kubernetes/control-plane",
  package: `k8s.io/kubernetes/cmd/${name}`,
  module: "k8s.io/kubernetes",
  variables: (version) => {
    const [major = "", minor = ""] = version.split(".");
    const path = "k8s.io/component-base/version";
    return { [`${path}.gitVersion`]: `v${version}`, [`${path}.gitMajor`]: major, [`${path}.gitMinor`]: minor };
  },
  seconds,
  release: (version, { os, arch }) => {
    // For macOS there is the client alone.
    if (os !== "linux" && name !== "kubectl") return undefined;
    const file = `v${version}/bin/${os}/${arch}/${name}`;
    return { publisher: KUBERNETES_RELEASES, file, checksums: `${file}.sha256` };
  },
});

export const ETCD: Program = {
  name: "etcd",
  folder: "kubernetes/etcd",
  package: "go.etcd.io/etcd/server/v3",
  module: "go.etcd.io/etcd/server/v3",
  // The first to be built, Go's own packages with it, while the portal is built too.
  seconds: 70,
  release: (version, { os, arch }) => {
    const folder = `etcd-v${version}-${os}-${arch}`;
    return {
      publisher: ETCD_RELEASES,
      file: `v${version}/${folder}.${os === "darwin" ? "zip" : "tar.gz"}`,
      checksums: `v${version}/SHA256SUMS`,
      members: [`${folder}/etcd`],
    };
  },
};
export const API_SERVER = kubernetes("kube-apiserver", 120);
export const CONTROLLER_MANAGER = kubernetes("kube-controller-manager", 50);
export const SCHEDULER = kubernetes("kube-scheduler", 7);
export const KUBELET = kubernetes("kubelet", 18);
export const KUBECTL = kubernetes("kubectl", 30);

/**
 * The kubectl on PATH, if it goes with the sandbox's API server: one minor version older or newer at most
 * (https://kubernetes.io/releases/version-skew-policy/#kubectl).
 */
export async function installedKubectl(signal?: AbortSignal): Promise<string | undefined> {
  const path = await onPath("kubectl");
  if (!path) return undefined;
  const report = await exec(path, ["version", "--client"], { signal, seconds: 10 }).catch(() => "");
  const version = parse(/Client Version: (\S+)/.exec(report)?.[1]);
  const server = parse(versionOf(API_SERVER))!;
  const goesWith = version?.major === server.major && Math.abs(version.minor - server.minor) <= 1;
  return goesWith ? path : undefined;
}
