import { AppsV1Api, CoreV1Api, KubeConfig, ListWatch, Watch } from "@kubernetes/client-node";
import type { KubernetesListObject, KubernetesObject } from "@kubernetes/client-node";
import { Command } from "commander";
import { EventEmitter, once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Connections, refuse } from "../processes/connections";
import { portArgument } from "../processes/port";
import { startBackstage, type Backstage } from "./backstage";
import { startPostgres } from "./postgres";

// As in kubernetes/base/deployment.yaml.
const DEPLOYMENT = "backstage";
const CREDENTIALS = "backstage-okta";
const OVERLAY = "app-config.okta.yaml";
const ROLES = "rbac-policies.csv";

const RECONNECT_MS = 500;
// An update changes the Secret, the ConfigMap and the Deployment one after the other.
const SETTLE_MS = 1000;
const RESTART_MS = 5000;

interface ProcessOptions {
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
  /** What people may do by their groups, where the ConfigMap says so. */
  roles: string | undefined;
  /** Those of the Deployment's pod template: other ones would mean new pods. */
  annotations: Record<string, string> | undefined;
}

/**
 * The portal where no pods can run: it does what its Deployment would. It starts Backstage when the Secret and the
 * ConfigMap are there. When one of them or the pod template's annotations change, it starts another Backstage, and ends
 * the first when people can sign in to that; if it never comes to that, the first one goes on.
 */
class PortalProcess {
  private readonly url: string;
  private readonly changes = new EventEmitter();
  private readonly connections = new Connections();
  private readonly inputs: () => Inputs | undefined;
  private current: Backstage | undefined;
  /** What the newest Backstage was started with. */
  private used: string | undefined;

  /** @param signal aborting it ends everything */
  constructor(
    private readonly options: ProcessOptions,
    /** The folder of PostgreSQL's socket. */
    private readonly database: string,
    private readonly signal: AbortSignal,
  ) {
    this.url = `http://127.0.0.1:${options.port}`;
    this.inputs = watchInputs(options.namespace, () => this.changes.emit("change"), signal);
  }

  async run(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (client) =>
      forward(client, this.current?.port, this.connections),
    );
    server.listen(this.options.port, "127.0.0.1");
    await once(server, "listening");
    log(`Waiting for Secret and ConfigMap ${CREDENTIALS} in namespace ${this.options.namespace}`);
    while (!this.signal.aborted) {
      const inputs = this.inputs();
      if (inputs && this.haveChanged()) await this.replaceBy(inputs);
      else {
        await once(this.changes, "change", { signal: this.signal }).catch(() => undefined);
        await sleep(SETTLE_MS, undefined, { signal: this.signal }).catch(() => undefined);
      }
    }
    server.close();
    await this.current?.process.stop();
  }

  private haveChanged(): boolean {
    return JSON.stringify(this.inputs()) !== this.used;
  }

  private async replaceBy(inputs: Inputs): Promise<void> {
    this.used = JSON.stringify(inputs);
    log("Starting Backstage with the Secret and the ConfigMap as they are now");
    const { portal } = this.options;
    const backstage = await startBackstage({ portal, url: this.url, database: this.database, ...inputs });
    const outdated = new AbortController();
    const check = () => this.haveChanged() && outdated.abort(new Error("there was another change"));
    this.changes.on("change", check);
    try {
      await backstage.process.ready({ signal: AbortSignal.any([this.signal, outdated.signal]) });
    } catch (error) {
      const rest = this.current ? " The one before goes on." : "";
      log(`This Backstage is not used: ${(error as Error).message}.${rest}`);
      await backstage.process.stop();
      return;
    } finally {
      this.changes.off("change", check);
    }
    const previous = this.current;
    this.current = backstage;
    log(`Ready: ${this.url}`);
    void backstage.process.ended.then(() => this.restart(backstage));
    this.connections.leave((port) => port !== String(backstage.port));
    await previous?.process.stop();
  }

  /** Starts Backstage again after it has ended by itself. */
  private async restart(ended: Backstage): Promise<void> {
    if (ended !== this.current || this.signal.aborted) return;
    log(`Backstage has ended by itself; starting it again in ${RESTART_MS / 1000} s`);
    this.current = this.used = undefined;
    await sleep(RESTART_MS);
    this.changes.emit("change");
  }
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
    const start = () => void watched.start();
    watched.on("change", changed);
    watched.on("error", () => void (signal.aborted || setTimeout(start, RECONNECT_MS)));
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
    const { [OVERLAY]: overlay, [ROLES]: roles } = configMap()?.data ?? {};
    if (!data || overlay === undefined) return undefined;
    const decoded = Object.entries(data).map(([name, value]) => [name, Buffer.from(value, "base64").toString()]);
    const variables = Object.fromEntries(decoded) as Record<string, string>;
    return { variables, overlay, roles, annotations: deployment()?.spec?.template.metadata?.annotations };
  };
}

/** Joins a connection to Backstage, or answers that there is none yet. */
function forward(client: Socket, port: number | undefined, connections: Connections): void {
  if (port === undefined) {
    const inputs = `the Secret and the ConfigMap ${CREDENTIALS}`;
    refuse(client, `The portal has not started yet: it waits for ${inputs} (pulumi up).`);
    return;
  }
  connections.join(client, connect({ host: "127.0.0.1", port, allowHalfOpen: true }), String(port));
}

const log = (message: string) => console.log(`portal: ${message}`);

const command = new Command("portal");
main().catch((error: Error) => command.error(`The portal cannot start: ${error.message}`));

async function main(): Promise<void> {
  const options = command
    .description("Runs the portal as a process, with the Secret and the ConfigMap of the cluster of KUBECONFIG.")
    .requiredOption("--namespace <name>", "the portal's namespace")
    .requiredOption("--port <number>", "port on 127.0.0.1", portArgument)
    .requiredOption("--portal <folder>", "folder of a built portal")
    .parse()
    .opts<ProcessOptions>();
  const ending = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => ending.abort());
  const database = await startPostgres(options.portal);
  void database.process.ended.then(() => {
    if (ending.signal.aborted) return;
    log("PostgreSQL has ended by itself; so the portal ends too");
    process.exitCode = 1;
    ending.abort();
  });
  try {
    await database.process.ready({ signal: ending.signal });
    await new PortalProcess(options, database.folder, ending.signal).run();
  } finally {
    await database.process.stop();
  }
  process.exit();
}
