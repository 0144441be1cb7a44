import { AppsV1Api, CoreV1Api, KubeConfig, ListWatch, Watch } from "@kubernetes/client-node";
import type { KubernetesListObject, KubernetesObject } from "@kubernetes/client-node";
import { InvalidArgumentError, program } from "commander";
import { EventEmitter, once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Backstage } from "./backstage";

// As in kubernetes/base/deployment.yaml.
const DEPLOYMENT = "backstage";
const CREDENTIALS = "backstage-okta";
const OVERLAY = "app-config.okta.yaml";

const RECONNECT_MS = 500;
// An update changes the Secret, the ConfigMap and the Deployment one after the other.
const SETTLE_MS = 1000;
const RESTART_MS = 5000;

interface PortalOptions {
  namespace: string;
  /** On 127.0.0.1. */
  port: number;
  /** The folder of a built portal. */
  portal: string;
}

/** What the portal's pods would be given. */
interface Inputs {
  variables: Record<string, string>;
  overlay: string;
  /** Those of the Deployment's pod template: other ones would mean new pods. */
  annotations: Record<string, string> | undefined;
}

/**
 * The portal where no pods can run: it does what its Deployment would. It starts Backstage when the Secret and the
 * ConfigMap are there. When one of them or the pod template's annotations change, it starts another Backstage, and ends
 * the first when people can sign in to that; if it never comes to that, the first one goes on.
 *
 * @param signal aborting it ends everything
 */
async function runPortal(options: PortalOptions, signal: AbortSignal): Promise<void> {
  const url = `http://127.0.0.1:${options.port}`;
  const changes = new EventEmitter();
  const inputs = watchInputs(options.namespace, () => changes.emit("change"), signal);
  let current: Backstage | undefined;
  const server = createServer({ allowHalfOpen: true }, (client) => forward(client, current?.port));
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");

  let used: string | undefined;
  const replaceBy = async (next: Inputs) => {
    const backstage = await Backstage.start({ portal: options.portal, url, ...next });
    const changed = new AbortController();
    const stopWaiting = () => changed.abort(new Error("there was another change"));
    changes.once("change", stopWaiting);
    try {
      await backstage.ready(AbortSignal.any([signal, changed.signal]));
    } catch (error) {
      log(`This Backstage is not used: ${(error as Error).message}. ${current ? "The one before goes on." : ""}`);
      return backstage.stop();
    } finally {
      changes.off("change", stopWaiting);
    }
    const previous = current;
    current = backstage;
    log(`Ready: ${url}`);
    void backstage.ended.then(() => void restart(backstage));
    await previous?.stop();
  };
  const restart = async (ended: Backstage) => {
    if (ended !== current || signal.aborted) return;
    log(`Backstage has ended by itself; starting it again in ${RESTART_MS / 1000} s`);
    current = used = undefined;
    await sleep(RESTART_MS);
    changes.emit("change");
  };

  log(`Waiting for Secret and ConfigMap ${CREDENTIALS} in namespace ${options.namespace}`);
  while (!signal.aborted) {
    const next = inputs();
    const fingerprint = JSON.stringify(next);
    if (next && fingerprint !== used) {
      used = fingerprint;
      log(`Starting Backstage with the Secret and the ConfigMap as they are now`);
      await replaceBy(next);
    } else {
      await once(changes, "change", { signal }).catch(() => undefined);
      await sleep(SETTLE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  server.close();
  await current?.stop();
}

function watchInputs(namespace: string, changed: () => void, signal: AbortSignal): () => Inputs | undefined {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromDefault();
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const apps = kubeConfig.makeApiClient(AppsV1Api);
  const watch = <T extends KubernetesObject>(
    path: string,
    name: string,
    list: (query: { namespace: string; fieldSelector: string }) => Promise<KubernetesListObject<T>>,
  ) => {
    const fieldSelector = `metadata.name=${name}`;
    const listOne = () => list({ namespace, fieldSelector });
    const watched = new ListWatch(path, new Watch(kubeConfig), listOne, false, undefined, fieldSelector);
    const start = () => void watched.start().catch(restart);
    const restart = () => void (signal.aborted || setTimeout(start, RECONNECT_MS));
    watched.on("change", changed);
    watched.on("error", restart);
    signal.addEventListener("abort", () => void watched.stop(), { once: true });
    start();
    return () => watched.get(name, namespace);
  };
  const secret = watch(`/api/v1/namespaces/${namespace}/secrets`, CREDENTIALS, (query) =>
    core.listNamespacedSecret(query),
  );
  const configMap = watch(`/api/v1/namespaces/${namespace}/configmaps`, CREDENTIALS, (query) =>
    core.listNamespacedConfigMap(query),
  );
  const deployment = watch(`/apis/apps/v1/namespaces/${namespace}/deployments`, DEPLOYMENT, (query) =>
    apps.listNamespacedDeployment(query),
  );
  return () => {
    const data = secret()?.data;
    const overlay = configMap()?.data?.[OVERLAY];
    if (!data || overlay === undefined) return undefined;
    const decoded = Object.entries(data).map(([name, value]) => [name, Buffer.from(value, "base64").toString()]);
    const variables = Object.fromEntries(decoded) as Record<string, string>;
    return { variables, overlay, annotations: deployment()?.spec?.template.metadata?.annotations };
  };
}

/** Joins a connection to Backstage, or answers that there is none yet. */
function forward(client: Socket, port: number | undefined): void {
  client.on("error", () => client.destroy());
  if (port === undefined) {
    const body = `The portal has not started yet: it waits for the Secret and the ConfigMap ${CREDENTIALS} (pulumi up).\n`;
    const head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nConnection: close\r\n";
    client.resume().end(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    return;
  }
  const backstage = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  backstage.on("error", () => client.destroy());
  client.on("close", () => backstage.destroy());
  client.pipe(backstage).pipe(client);
}

const log = (message: string) => console.log(`portal: ${message}`);

async function main(): Promise<void> {
  const options = program
    .name("portal")
    .description("Runs the portal as a process, with the Secret and the ConfigMap of the cluster of KUBECONFIG.")
    .requiredOption("--namespace <name>", "the portal's namespace")
    .requiredOption("--port <number>", "port on 127.0.0.1", portNumber)
    .requiredOption("--portal <folder>", "folder of a built portal")
    .parse()
    .opts<PortalOptions>();
  const ending = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => ending.abort());
  await runPortal(options, ending.signal);
  process.exit();
}

function portNumber(value: string): number {
  if (!/^\d+$/.test(value) || Number(value) > 65_535)
    throw new InvalidArgumentError("It must be a number up to 65535.");
  return Number(value);
}

main().catch((error: Error) => program.error(`The portal cannot start: ${error.message}`));
