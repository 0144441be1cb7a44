import { existsSync } from "node:fs";
import { homedir } from "node:os";
import type { ConfigMap as StackConfig } from "@pulumi/pulumi/automation";
import type { CoreV1Event, KubeConfig, V1ConfigMap, V1Deployment, V1Pod, V1Secret } from "@kubernetes/client-node";
import { type Finding, Stopped, unknown } from "./check";

const DEADLINE_S = 5;

/** Reads the objects of one namespace. */
export interface Cluster {
  /** All of these give undefined where there is no such object. */
  secret(name: string): Promise<V1Secret | undefined>;
  configMap(name: string): Promise<V1ConfigMap | undefined>;
  deployment(name: string): Promise<V1Deployment | undefined>;
  /** The pods with all of these labels. */
  pods(labels: Record<string, string>): Promise<V1Pod[]>;
  /** What Kubernetes warns of about a pod, the newest last. */
  warnings(pod: string): Promise<CoreV1Event[]>;
  /** The end of the log of a container that has ended; undefined where there is none. */
  lastWords(pod: string, container: string): Promise<string | undefined>;
}

/**
 * Reaches for the cluster, where the stack's Kubernetes provider looks for it: its config, or else KUBECONFIG.
 *
 * @throws Stopped when there is none, or it does not answer
 */
export async function reachCluster(config: StackConfig, namespace: string): Promise<Finding<Cluster>> {
  const { AppsV1Api, CoreV1Api, VersionApi } = await import("@kubernetes/client-node");
  const kubeconfig = await loadKubeconfig(config);
  const server = kubeconfig.getCurrentCluster()?.server;
  const remedy =
    "set KUBECONFIG, or kubernetes:context in the stack's config, to the portal's cluster, and sign in to it";
  if (!server) throw new Stopped(unknown("the kubeconfig names no cluster", remedy));

  const core = kubeconfig.makeApiClient(CoreV1Api);
  const apps = kubeconfig.makeApiClient(AppsV1Api);
  const read = <T>(what: string, call: () => Promise<T>) => within(call, what, `the cluster at ${server}`, remedy);
  await read("its version", () => kubeconfig.makeApiClient(VersionApi).getCode());
  return {
    says: `${server} answers`,
    value: {
      secret: (name) => read(`Secret ${namespace}/${name}`, () => core.readNamespacedSecret({ name, namespace })),
      configMap: (name) =>
        read(`ConfigMap ${namespace}/${name}`, () => core.readNamespacedConfigMap({ name, namespace })),
      deployment: (name) =>
        read(`Deployment ${namespace}/${name}`, () => apps.readNamespacedDeployment({ name, namespace })),
      pods: async (labels) => {
        const labelSelector = Object.entries(labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(",");
        const list = await read(`the pods of ${namespace}`, () => core.listNamespacedPod({ namespace, labelSelector }));
        return list?.items ?? [];
      },
      warnings: async (pod) => {
        const fieldSelector = `involvedObject.name=${pod},type=Warning`;
        const list = await read(`the events of ${namespace}`, () =>
          core.listNamespacedEvent({ namespace, fieldSelector }),
        );
        return (list?.items ?? []).sort((a, b) => timeOf(a) - timeOf(b));
      },
      lastWords: (pod, container) => {
        const request = { name: pod, namespace, container, previous: true, tailLines: 3 };
        return read(`the logs of ${pod}`, () => core.readNamespacedPodLog(request));
      },
    },
  };
}

const timeOf = ({ lastTimestamp, eventTime }: CoreV1Event) => new Date(lastTimestamp ?? eventTime ?? 0).getTime();

/** The kubeconfig by which the provider of a stack with that config reaches the cluster. @throws Stopped when it is not valid */
export async function loadKubeconfig(config: StackConfig): Promise<KubeConfig> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const kubeconfig = new KubeConfig();
  const given = config["kubernetes:kubeconfig"]?.value.replace(/^~(?=$|\/)/, homedir());
  try {
    if (!given) kubeconfig.loadFromDefault();
    else if (existsSync(given)) kubeconfig.loadFromFile(given);
    else kubeconfig.loadFromString(given);
  } catch {
    // What the reader says quotes lines of it, which may hold credentials.
    const source = given ? "kubernetes:kubeconfig" : "KUBECONFIG";
    const remedy = `correct ${source}: kubectl config view tells what is wrong with it`;
    throw new Stopped(unknown(`the kubeconfig that ${source} names is not a valid one`, remedy));
  }
  const context = config["kubernetes:context"]?.value;
  if (context) kubeconfig.setCurrentContext(context);
  return kubeconfig;
}

async function within<T>(
  call: () => Promise<T>,
  what: string,
  cluster: string,
  remedy: string,
): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${DEADLINE_S} s`)), DEADLINE_S * 1000);
  });
  try {
    return await Promise.race([call(), late]);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (code === 404) return undefined;
    if (code === 403)
      throw new Stopped(
        unknown(`${cluster} does not let you read ${what}`, `have somebody do it who may, or be given the right to`),
      );
    if (code === 401) throw new Stopped(unknown(`${cluster} does not know you`, remedy));
    const reason = message.replace(/^request to .* failed, reason: /, "").split("\n")[0];
    throw new Stopped(unknown(`${cluster} is unreachable: ${reason}`, remedy));
  } finally {
    clearTimeout(timer);
  }
}
