import { DiscoveryV1Api, KubeConfig, makeInformer, type V1EndpointSlice } from "@kubernetes/client-node";
import { Command } from "commander";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { Connections, refuse } from "../processes/connections";
import { portArgument } from "../processes/port";
import { waitFor } from "../processes/wait";

const CONNECT_MS = 1000;
const RECONNECT_MS = 500;

export interface IngressOptions {
  /** Where the API server is. @default as for kubectl */
  kubeConfig?: KubeConfig;
  namespace: string;
  service: string;
  /** Port on 127.0.0.1; 0 takes a free one. */
  port: number;
  /** How long a new connection is held while no pod is ready, as between two pods. @default 10 */
  holdSeconds?: number;
}

/** A way from 127.0.0.1 to the ready pods of a Service. */
export interface Ingress {
  port: number;
  stop(): Promise<void>;
}

interface Endpoint {
  host: string;
  port: number;
}

/**
 * Forwards TCP connections to the pods that are ready endpoints of a Service, in turn. It watches them at the API
 * server, and while that is away goes on with those that it knows. A pod that is no longer ready has its connections closed
 * between two requests.
 */
export async function startIngress(options: IngressOptions): Promise<Ingress> {
  const connections = new Connections();
  const endpoints = watchEndpoints(options, () => {
    const ready = endpoints.ready().map(nameOf);
    connections.leave((pod) => !ready.includes(pod));
  });
  const clients = new Set<Socket>();
  let turn = 0;
  const next = (): Endpoint | undefined => {
    const ready = endpoints.ready();
    return ready[turn++ % ready.length];
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    clients.add(client.once("close", () => clients.delete(client)));
    void forward(client, next, connections, options);
  });
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      await endpoints.stop();
      const closed = once(server, "close");
      server.close();
      clients.forEach((client) => client.destroy());
      await closed;
    },
  };
}

function watchEndpoints({ kubeConfig = fromDefault(), namespace, service }: IngressOptions, changed: () => void) {
  const labelSelector = `kubernetes.io/service-name=${service}`;
  const api = kubeConfig.makeApiClient(DiscoveryV1Api);
  const list = () => api.listNamespacedEndpointSlice({ namespace, labelSelector });
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  const informer = makeInformer(kubeConfig, path, list, labelSelector);
  let timer: NodeJS.Timeout | undefined;
  const reconnect = () => {
    timer = setTimeout(() => void informer.start(), RECONNECT_MS);
  };
  informer.on("error", reconnect);
  informer.on("change", changed);
  void informer.start();
  return {
    ready: () => informer.list().flatMap(readyEndpoints),
    stop() {
      // Its end is an error to the informer too.
      informer.off("error", reconnect);
      clearTimeout(timer);
      return informer.stop();
    },
  };
}

const nameOf = ({ host, port }: Endpoint) => `${host}:${port}`;

/** The API server sends null for both where there are none, whatever the client's types say. */
type Slice = Pick<V1EndpointSlice, "endpoints"> & { ports?: V1EndpointSlice["ports"] | null };

function readyEndpoints({ endpoints, ports }: Slice): Endpoint[] {
  const port = ports?.[0]?.port;
  if (!endpoints || port === undefined) return [];
  return endpoints
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses.map((host) => ({ host, port })));
}

async function forward(
  client: Socket,
  next: () => Endpoint | undefined,
  connections: Connections,
  { service, holdSeconds = 10 }: IngressOptions,
): Promise<void> {
  const gone = new AbortController();
  client.once("close", () => gone.abort()).on("error", () => client.destroy());
  const reach = async () => {
    const endpoint = next();
    return endpoint && { name: nameOf(endpoint), socket: await reached(endpoint, gone.signal) };
  };
  try {
    const what = `a ready pod of Service ${service}`;
    const pod = await waitFor(what, reach, { seconds: holdSeconds, signal: gone.signal });
    connections.join(client, pod.socket, pod.name);
  } catch (error) {
    refuse(client, (error as Error).message);
  }
}

/** A connection to the endpoint, which ends with the signal. */
async function reached(endpoint: Endpoint, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ ...endpoint, allowHalfOpen: true, signal });
  try {
    await once(socket, "connect", { signal: AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]) });
    return socket;
  } catch (error) {
    socket.on("error", () => undefined).destroy();
    throw error;
  }
}

function fromDefault(): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromDefault();
  return kubeConfig;
}

async function main(command: Command): Promise<void> {
  command
    .description("Forwards connections to 127.0.0.1 to the ready pods of a Service of the cluster of KUBECONFIG.")
    .requiredOption("--namespace <name>", "the Service's namespace")
    .requiredOption("--service <name>", "the Service")
    .requiredOption("--port <number>", "port on 127.0.0.1; 0 takes a free one", portArgument)
    .parse();
  const ingress = await startIngress(command.opts<{ namespace: string; service: string; port: number }>());
  console.log(`ingress at http://127.0.0.1:${ingress.port}`);
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => void ingress.stop().then(() => process.exit(0)));
}

if (require.main === module) {
  const command = new Command("ingress");
  main(command).catch((error: Error) => command.error(error.message));
}
