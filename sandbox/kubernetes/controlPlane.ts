import { mkdirSync, readFileSync } from "node:fs";
import { stringify } from "yaml";
import type { Daemons } from "../processes/daemon";
import { exec } from "../processes/exec";
import { freePort } from "../processes/port";
import { writeWhole, type State } from "../pieces/state";
import { pathOf, type Program } from "../programs/program";
import { makeCertificates, type Holder } from "./certificates";
import { API_SERVER, CONTROLLER_MANAGER, ETCD, SCHEDULER } from "./programs";

/** The control plane's programs; its daemons have their names. */
export const CONTROL_PLANE = [ETCD, API_SERVER, CONTROLLER_MANAGER, SCHEDULER];

/** The kubeconfig of the sandbox's own control plane, for the administrator by default. */
export function kubeconfigFile(state: State, holder: Holder = "admin"): string {
  return state.path("kubernetes", holder === "admin" ? "kubeconfig" : `${holder}.kubeconfig`);
}

/** The path of a file of makeCertificates(), or of their folder. */
export function certificate(state: State, file = ""): string {
  return state.path("kubernetes", "certificates", file);
}

/** Starts etcd, the API server, the controller manager and the scheduler, as far as they are not running, and waits for them. */
export async function startControlPlane(
  state: State,
  daemons: Daemons,
  kubectl: string,
  signal?: AbortSignal,
): Promise<void> {
  mkdirSync(state.path("kubernetes"), { recursive: true, mode: 0o700 });
  await makeCertificates(certificate(state));
  const portOf = async (name: string, last?: number) => (daemons.isRunning(name) ? last! : freePort(last));
  const etcdPort = await portOf("etcd", state.remembered.etcdPort);
  const apiServerPort = await portOf("kube-apiserver", state.remembered.apiServerPort);
  state.remember({ etcdPort, apiServerPort });

  const start = (program: Program, args: string[]) =>
    daemons.start({ name: program.name, file: pathOf(program), args });
  await start(ETCD, etcdArgs(state, etcdPort));
  await start(API_SERVER, apiServerArgs(state, etcdPort, apiServerPort));
  for (const holder of ["admin", "controller-manager", "scheduler", "kubelet"] as const)
    writeWhole(kubeconfigFile(state, holder), kubeconfig(state, holder));
  // It serves, and takes the administrator's credentials.
  const readyz = ["--kubeconfig", kubeconfigFile(state), "--request-timeout=5s", "get", "--raw", "/readyz"];
  const isReady = async () => (await exec(kubectl, readyz)) === "ok";
  await daemons.ready(["kube-apiserver", "etcd"], isReady, { seconds: 90, signal });

  // They end when there is no API server within ten seconds: so they come last.
  await start(CONTROLLER_MANAGER, controllerManagerArgs(state));
  await start(SCHEDULER, schedulerArgs(state));
}

const etcdArgs = (state: State, port: number) => [
  "--name=sandbox",
  `--data-dir=${state.path("kubernetes", "etcd")}`,
  `--listen-client-urls=https://127.0.0.1:${port}`,
  `--advertise-client-urls=https://127.0.0.1:${port}`,
  "--listen-peer-urls=http://127.0.0.1:0",
  `--cert-file=${certificate(state, "etcd.crt")}`,
  `--key-file=${certificate(state, "etcd.key")}`,
  "--client-cert-auth",
  `--trusted-ca-file=${certificate(state, "ca.crt")}`,
  "--log-level=warn",
];

const apiServerArgs = (state: State, etcdPort: number, port: number) => [
  "--bind-address=127.0.0.1",
  `--secure-port=${port}`,
  `--tls-cert-file=${certificate(state, "apiserver.crt")}`,
  `--tls-private-key-file=${certificate(state, "apiserver.key")}`,
  `--client-ca-file=${certificate(state, "ca.crt")}`,
  `--etcd-servers=https://127.0.0.1:${etcdPort}`,
  `--etcd-cafile=${certificate(state, "ca.crt")}`,
  `--etcd-certfile=${certificate(state, "apiserver.crt")}`,
  `--etcd-keyfile=${certificate(state, "apiserver.key")}`,
  "--authorization-mode=Node,RBAC",
  // With these it reads a pod's logs, as the administrator: the kubelet asks it back what that may do.
  `--kubelet-client-certificate=${certificate(state, "admin.crt")}`,
  `--kubelet-client-key=${certificate(state, "admin.key")}`,
  `--kubelet-certificate-authority=${certificate(state, "ca.crt")}`,
  "--service-cluster-ip-range=10.96.0.0/16",
  "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
  `--service-account-key-file=${certificate(state, "service-account.pub")}`,
  `--service-account-signing-key-file=${certificate(state, "service-account.key")}`,
  // The Service "kubernetes" must not have a loopback address as its endpoint, and nobody needs it here.
  "--endpoint-reconciler-type=none",
  "--advertise-address=127.0.0.1",
  "--profiling=false",
];

const controllerManagerArgs = (state: State) => [
  `--kubeconfig=${kubeconfigFile(state, "controller-manager")}`,
  "--bind-address=127.0.0.1",
  "--secure-port=0",
  "--leader-elect=false",
  "--use-service-account-credentials",
  `--service-account-private-key-file=${certificate(state, "service-account.key")}`,
  `--root-ca-file=${certificate(state, "ca.crt")}`,
  "--profiling=false",
];

const schedulerArgs = (state: State) => [
  `--kubeconfig=${kubeconfigFile(state, "scheduler")}`,
  "--bind-address=127.0.0.1",
  "--secure-port=0",
  "--leader-elect=false",
  "--profiling=false",
];

function kubeconfig(state: State, holder: Holder): string {
  const server = `https://127.0.0.1:${state.remembered.apiServerPort}`;
  const data = (file: string) => readFileSync(certificate(state, file)).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "sandbox", cluster: { server, "certificate-authority-data": data("ca.crt") } }],
    users: [
      {
        name: holder,
        user: { "client-certificate-data": data(`${holder}.crt`), "client-key-data": data(`${holder}.key`) },
      },
    ],
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: holder } }],
    "current-context": "sandbox",
  });
}
