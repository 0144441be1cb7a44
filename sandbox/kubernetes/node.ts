import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { stringify } from "yaml";
import type { Daemons } from "../processes/daemon";
import { exec } from "../processes/exec";
import { freePort } from "../processes/port";
import { onPath, pathOf } from "../programs/program";
import { writeWhole, type State } from "../pieces/state";
import { waitFor } from "../processes/wait";
import { NODE_NAME } from "./certificates";
import { CGROUPS, makeCgroup, removeCgroup } from "./cgroup";
import { PAUSE_IMAGE, type ContainerRuntime } from "./containerRuntime";
import { certificate, kubeconfigFile } from "./controlPlane";
import type { Image } from "./image";
import { cniConfig, makeBridge, removeBridge } from "./network";
import { KUBELET } from "./programs";

/**
 * The names of the node's daemons. The first one is the node's first process, as in a machine of its own: what runs on
 * the node is in its PID namespace and ends with it, and so do the mounts, which are in its mount namespace.
 */
export const NODE = ["node", "containerd", "kubelet"] as const;

/** The paths on a node that two nodes on one machine would share; some are fixed in containerd, kubelet or CNI. */
const OWN_FOLDERS = [
  "/run/containerd",
  "/run/netns",
  "/var/lib/cni",
  "/var/lib/kubelet",
  "/var/log/containers",
  "/var/log/pods",
];

const FIRST_PROCESS = `set -e
trap exit TERM
for folder in "$@"; do mkdir -p "$folder"; mount -t tmpfs tmpfs "$folder"; done
sleep infinity & wait`;

const SOCKET = "/run/containerd/containerd.sock";

/** Why this machine cannot run a node, if it cannot. */
export async function whyNoNode(): Promise<string | undefined> {
  if (process.platform !== "linux") return "pods need Linux";
  if (process.getuid!() !== 0) return "pods need root";
  for (const name of ["unshare", "nsenter", "mount", "ip", "apt-get", "dpkg-deb"])
    if (!(await onPath(name))) return `pods need ${name}, which is not on PATH`;
  try {
    await exec("unshare", ["--mount", "--pid", "--fork", "true"]);
    await access(CGROUPS, constants.W_OK);
    return undefined;
  } catch (error) {
    return `pods need more rights than root has here: ${(error as Error).message}`;
  }
}

/** Starts the node with its container runtime, as far as they are not running, and waits for them. */
export async function startContainerd(
  state: State,
  daemons: Daemons,
  runtime: ContainerRuntime,
  signal?: AbortSignal,
): Promise<void> {
  mkdirSync(state.path("kubernetes", "node", "cni"), { recursive: true, mode: 0o700 });
  if (!daemons.isRunning("node")) {
    await removeNode(state);
    makeCgroup(nameOnMachine(state));
    const subnet = await makeBridge(nameOnMachine(state), signal);
    writeWhole(state.path("kubernetes", "node", "cni", "bridge.conflist"), cniConfig(nameOnMachine(state), subnet));
    const namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const args = [...namespaces, "sh", "-c", FIRST_PROCESS, "node", ...OWN_FOLDERS];
    await daemons.start({ name: "node", file: "unshare", args });
    const isMounted = () => readFileSync(`/proc/${daemons.pid("node")}/mounts`, "utf8").includes(OWN_FOLDERS.at(-1)!);
    await daemons.ready(["node"], isMounted, { seconds: 10, signal });
  }
  const config = state.path("kubernetes", "node", "containerd.toml");
  writeWhole(config, containerdConfig(state, runtime));
  const env = { PATH: [...runtime.bin, process.env.PATH].join(":") };
  await daemons.start({ name: "containerd", ...onNode(daemons, runtime.containerd, "--config", config), env });
  const answers = async () => Boolean(await ctr(daemons, runtime, ["version"], signal));
  await daemons.ready(["containerd", "node"], answers, { seconds: 30, signal });
  await importImage(daemons, runtime, { name: PAUSE_IMAGE, file: runtime.pauseImage }, signal);
}

/** Gives the node an image, unless it has it. */
export async function importImage(
  daemons: Daemons,
  runtime: ContainerRuntime,
  { name, file }: Image,
  signal?: AbortSignal,
): Promise<void> {
  const images = await ctr(daemons, runtime, ["images", "list", "--quiet"], signal);
  if (images.split("\n").includes(name)) return;
  // It is unpacked when the first pod needs it.
  await ctr(daemons, runtime, ["images", "import", "--no-unpack", file], signal);
}

/** Starts the kubelet, unless it is running, and waits until pods can be scheduled on the node. */
export async function startKubelet(
  state: State,
  daemons: Daemons,
  kubectl: string,
  signal?: AbortSignal,
): Promise<void> {
  const run = (...args: string[]) => exec(kubectl, ["--kubeconfig", kubeconfigFile(state), ...args], { signal });
  if (!daemons.isRunning("kubelet")) {
    state.remember({ kubeletPort: await freePort(state.remembered.kubeletPort) });
    // What the API server has of a node that was ended, and of its pods, is no longer true.
    const pods = ["pods", "--all-namespaces", `--field-selector=spec.nodeName=${NODE_NAME}`];
    await run("delete", ...pods, "--force", "--grace-period=0", "--wait=false");
    await run("delete", "node", NODE_NAME, "--ignore-not-found");
  }
  const config = state.path("kubernetes", "node", "kubelet.yaml");
  writeWhole(config, kubeletConfig(state));
  const kubeconfig = kubeconfigFile(state, "kubelet");
  const args = ["--config", config, "--kubeconfig", kubeconfig, "--hostname-override", NODE_NAME];
  await daemons.start({ name: "kubelet", ...onNode(daemons, pathOf(KUBELET), ...args) });
  const isReady = async () => {
    const query = '{.spec.taints}{.status.conditions[?(@.type=="Ready")].status}';
    return (await run("get", "node", NODE_NAME, "--output", `jsonpath=${query}`)) === "True";
  };
  await daemons.ready(["kubelet", "containerd", "node"], isReady, { seconds: 60, signal });
}

/** Takes away what the node leaves on the machine when its processes have ended. */
export async function removeNode(state: State): Promise<void> {
  if (process.platform !== "linux") return;
  // The kernel may still be ending what a killed node has left.
  const isGone = () => (removeCgroup(nameOnMachine(state)), true);
  await waitFor("the processes on the node to end", isGone);
  await removeBridge(nameOnMachine(state));
}

/** The name of this sandbox's bridge and control group. A network interface's name has at most 15 characters. */
export function nameOnMachine(state: State): string {
  return `sandbox-${createHash("sha256").update(state.folder).digest("hex").slice(0, 7)}`;
}

/** A command that runs another one on the node. */
function onNode(daemons: Daemons, ...command: string[]): { file: string; args: string[] } {
  const namespaces = `/proc/${daemons.pid("node")}/ns`;
  // The node is the child of the process on record.
  return {
    file: "nsenter",
    args: [`--mount=${namespaces}/mnt`, `--pid=${namespaces}/pid_for_children`, "--", ...command],
  };
}

/** Runs containerd's client against the images and containers of the kubelet. */
function ctr(daemons: Daemons, runtime: ContainerRuntime, args: string[], signal?: AbortSignal): Promise<string> {
  const command = onNode(daemons, runtime.ctr, "--address", SOCKET, "--namespace", "k8s.io", ...args);
  return exec(command.file, command.args, { signal });
}

// https://github.com/containerd/containerd/blob/release/1.6/docs/cri/config.md
const containerdConfig = (state: State, runtime: ContainerRuntime) => `version = 2
root = ${JSON.stringify(state.path("kubernetes", "node", "containerd"))}
[grpc]
address = "${SOCKET}"
[plugins."io.containerd.internal.v1.opt"]
path = "/run/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${PAUSE_IMAGE}"
# Not every machine lets even root lower it.
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = ${JSON.stringify(runtime.cni)}
conf_dir = ${JSON.stringify(state.path("kubernetes", "node", "cni"))}
`;

// https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
function kubeletConfig(state: State): string {
  const off = ["memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available", "imagefs.inodesFree"];
  return stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: "127.0.0.1",
    port: state.remembered.kubeletPort,
    readOnlyPort: 0,
    healthzPort: 0,
    tlsCertFile: certificate(state, "kubelet.crt"),
    tlsPrivateKeyFile: certificate(state, "kubelet.key"),
    authentication: {
      anonymous: { enabled: false },
      x509: { clientCAFile: certificate(state, "ca.crt") },
    },
    containerRuntimeEndpoint: `unix://${SOCKET}`,
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${nameOnMachine(state)}`,
    // What it limits and evicts by is somebody's whole machine.
    enforceNodeAllocatable: ["none"],
    evictionHard: Object.fromEntries(off.map((name) => [name, "0%"])),
    imageGCHighThresholdPercent: 100,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    resolvConf: "",
    // There is no DNS: a pod that asks for a name is refused at once.
    clusterDNS: ["127.0.0.1"],
  });
}
