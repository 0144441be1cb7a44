import { mkdirSync, readFileSync } from "node:fs";
import { stringify } from "yaml";
import type { Daemons } from "../daemon";
import { freePort } from "../port";
import { writeWhole, type State } from "../state";
import { makeCertificates, type Holder } from "./certificates";
import { ready } from "./kubectl";

/** Paths of the programs that make up a control plane. */
export interface ControlPlanePrograms {
  etcd: string;
  apiServer: string;
  controllerManager: string;
}

/** The names of the control plane's daemons. */
export const CONTROL_PLANE = ["etcd", "kube-apiserver", "kube-controller-manager"] as const;

/** The administrator's kubeconfig of the sandbox's own control plane. */
export function kubeconfigFile(state: State): string {
  return state.path("kubernetes", "kubeconfig");
}

/** Starts etcd, the API server and the controller manager, as far as they are not running, and waits for them. */
export async function startControlPlane(
  state: State,
  daemons: Daemons,
  programs: ControlPlanePrograms,
  kubectl: string,
  signal?: AbortSignal,
): Promise<void> {
  mkdirSync(state.path("kubernetes"), { recursive: true, mode: 0o700 });
  await makeCertificates(state.path("kubernetes", "pki"));
  const settings = state.settings;
  const etcdPort = daemons.isRunning("etcd") ? settings.etcdPort! : await freePort(settings.etcdPort);
  const apiServerPort = daemons.isRunning("kube-apiserver")
    ? settings.apiServerPort!
    : await freePort(settings.apiServerPort);
  state.remember({ etcdPort, apiServerPort });

  await daemons.start({ name: "etcd", file: programs.etcd, args: etcdArgs(state, etcdPort) });
  await daemons.start({
    name: "kube-apiserver",
    file: programs.apiServer,
    args: apiServerArgs(state, etcdPort, apiServerPort),
  });
  const server = `https://127.0.0.1:${apiServerPort}`;
  writeWhole(kubeconfigFile(state), kubeconfig(state, server, "admin"));
  writeWhole(
    state.path("kubernetes", "controller-manager.kubeconfig"),
    kubeconfig(state, server, "controller-manager"),
  );
  const isReady = () => ready(kubectl, kubeconfigFile(state));
  await daemons.ready(["kube-apiserver", "etcd"], isReady, { seconds: 90, signal });

  // It ends when there is no API server within ten seconds: so it comes last.
  await daemons.start({
    name: "kube-controller-manager",
    file: programs.controllerManager,
    args: controllerManagerArgs(state),
  });
}

const pki = (state: State, file: string) => state.path("kubernetes", "pki", file);

const etcdArgs = (state: State, port: number) => [
  "--name=sandbox",
  `--data-dir=${state.path("kubernetes", "etcd")}`,
  `--listen-client-urls=https://127.0.0.1:${port}`,
  `--advertise-client-urls=https://127.0.0.1:${port}`,
  "--listen-peer-urls=http://127.0.0.1:0",
  `--cert-file=${pki(state, "etcd.crt")}`,
  `--key-file=${pki(state, "etcd.key")}`,
  "--client-cert-auth",
  `--trusted-ca-file=${pki(state, "ca.crt")}`,
  "--log-level=warn",
];

const apiServerArgs = (state: State, etcdPort: number, port: number) => [
  "--bind-address=127.0.0.1",
  `--secure-port=${port}`,
  `--tls-cert-file=${pki(state, "apiserver.crt")}`,
  `--tls-private-key-file=${pki(state, "apiserver.key")}`,
  `--client-ca-file=${pki(state, "ca.crt")}`,
  `--etcd-servers=https://127.0.0.1:${etcdPort}`,
  `--etcd-cafile=${pki(state, "ca.crt")}`,
  `--etcd-certfile=${pki(state, "apiserver.crt")}`,
  `--etcd-keyfile=${pki(state, "apiserver.key")}`,
  "--authorization-mode=RBAC",
  "--service-cluster-ip-range=10.96.0.0/16",
  "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
  `--service-account-key-file=${pki(state, "service-account.pub")}`,
  `--service-account-signing-key-file=${pki(state, "service-account.key")}`,
  // The Service "kubernetes" must not have a loopback address as its endpoint, and nobody needs it here.
  "--endpoint-reconciler-type=none",
  "--advertise-address=127.0.0.1",
  "--profiling=false",
];

const controllerManagerArgs = (state: State) => [
  `--kubeconfig=${state.path("kubernetes", "controller-manager.kubeconfig")}`,
  "--bind-address=127.0.0.1",
  "--secure-port=0",
  "--leader-elect=false",
  "--use-service-account-credentials",
  `--service-account-private-key-file=${pki(state, "service-account.key")}`,
  `--root-ca-file=${pki(state, "ca.crt")}`,
  "--profiling=false",
];

function kubeconfig(state: State, server: string, holder: Holder): string {
  const data = (file: string) => readFileSync(pki(state, file)).toString("base64");
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
