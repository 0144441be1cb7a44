import { parse } from "semver";
import { exec } from "../exec";
import { onPath, versionOf, type GoProgram } from "../program";

const kubernetes = (name: string, duration: string): GoProgram => ({
  name,
  folder: "kubernetes/control-plane",
  package: `k8s.io/kubernetes/cmd/${name}`,
  module: "k8s.io/kubernetes",
  variables: (version) => {
    const [major = "", minor = ""] = version.split(".");
    const path = "k8s.io/component-base/version";
    return { [`${path}.gitVersion`]: `v${version}`, [`${path}.gitMajor`]: major, [`${path}.gitMinor`]: minor };
  },
  duration,
});

export const ETCD: GoProgram = {
  name: "etcd",
  folder: "kubernetes/etcd",
  package: "go.etcd.io/etcd/server/v3",
  module: "go.etcd.io/etcd/server/v3",
  duration: "half a minute",
};
export const API_SERVER = kubernetes("kube-apiserver", "4 minutes");
export const CONTROLLER_MANAGER = kubernetes("kube-controller-manager", "a minute and a half");
export const SCHEDULER = kubernetes("kube-scheduler", "10 seconds");
export const KUBELET = kubernetes("kubelet", "half a minute");
export const KUBECTL = kubernetes("kubectl", "a minute");

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
