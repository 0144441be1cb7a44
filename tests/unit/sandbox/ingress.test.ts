import { KubeConfig } from "@kubernetes/client-node";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { type Ingress, startIngress } from "../../../sandbox/kubernetes/ingress";
import { waitFor } from "../../../sandbox/processes/wait";

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** A pod that answers with its name. */
async function startPod(name: string): Promise<Server> {
  const pod = createServer((_, response) => response.end(name));
  await once(pod.listen(0, "127.0.0.1"), "listening");
  return pod;
}

/** As much of an API server as lists and watches the EndpointSlices of one Service. */
class ApiServer {
  /** At first as Kubernetes makes it, before there is a pod. */
  private slices: object[] = [
    {
      metadata: { name: "slice-0", namespace: "backstage", resourceVersion: "1" },
      addressType: "IPv4",
      endpoints: null,
      ports: null,
    },
  ];
  private watches = new Set<ServerResponse>();
  private version = 1;
  readonly server = createServer((request, response) => {
    response.setHeader("Content-Type", "application/json");
    if (!request.url?.includes("watch=true")) {
      const metadata = { resourceVersion: String(this.version) };
      response.end(JSON.stringify({ kind: "EndpointSliceList", metadata, items: this.slices }));
      return;
    }
    response.flushHeaders();
    this.watches.add(response);
    // What has changed since the list.
    for (const object of this.slices) response.write(`${JSON.stringify({ type: "MODIFIED", object })}\n`);
  });

  async start(): Promise<this> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    return this;
  }

  set(...pods: [Server, boolean][]): void {
    const endpoints = pods.map(([pod, ready], i) => ({
      metadata: { name: `slice-${i}`, namespace: "backstage", resourceVersion: String(++this.version) },
      addressType: "IPv4",
      endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready } }],
      ports: [{ port: portOf(pod) }],
    }));
    this.slices = endpoints;
    for (const watch of this.watches)
      for (const object of endpoints) watch.write(`${JSON.stringify({ type: "MODIFIED", object })}\n`);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

let api: ApiServer;
let pods: Server[];
let ingress: Ingress;
let kubeConfig: KubeConfig;

const backstage = { namespace: "backstage", service: "backstage", port: 0 };

beforeEach(async () => {
  api = await new ApiServer().start();
  pods = [await startPod("first"), await startPod("second")];
  kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: "cluster", server: `http://127.0.0.1:${portOf(api.server)}`, skipTLSVerify: true },
    { name: "user" },
  );
  ingress = await startIngress({ kubeConfig, ...backstage });
});

afterEach(async () => {
  await ingress.stop();
  api.stop();
  pods.forEach((pod) => pod.closeAllConnections());
  pods.forEach((pod) => pod.close());
});

const ask = async () => (await fetch(`http://127.0.0.1:${ingress.port}`, { headers: { connection: "close" } })).text();

/** Keeps the connection for the next time, as a browser does. */
const askAndKeep = async () => (await fetch(`http://127.0.0.1:${ingress.port}`)).text();

/** Before the client, after four seconds, closes a connection by itself. */
const SOON = { seconds: 2 };

const connectionsOf = (pod: Server) => promisify(pod.getConnections.bind(pod))();

it("holds a connection until a pod is ready", async () => {
  api.set([pods[0]!, false]);
  const answer = ask();
  await once(api.server, "request");
  api.set([pods[0]!, true]);
  expect(await answer).toBe("first");
});

it("leaves out a pod that is no longer ready", async () => {
  api.set([pods[0]!, true], [pods[1]!, true]);
  await waitFor("both pods to be asked", async () => new Set([await ask(), await ask()]).size === 2);
  api.set([pods[0]!, false], [pods[1]!, true]);
  await waitFor("the first pod to be left out", async () => new Set([await ask(), await ask()]).size === 1);
  expect([await ask(), await ask()]).toEqual(["second", "second"]);
});

it("closes connections to a pod that is no longer ready, each when it has answered", async () => {
  const asked: ServerResponse[] = [];
  const slow = createServer((_, response) => asked.push(response));
  await once(slow.listen(0, "127.0.0.1"), "listening");
  pods.push(slow);
  api.set([slow, true]);
  const answers = [askAndKeep(), askAndKeep()];
  await waitFor("the pod to be asked twice", () => asked.length === 2);
  asked[0]!.end("slow");
  api.set([slow, false], [pods[1]!, true]);
  await waitFor("the connection that is not used to be closed", async () => (await connectionsOf(slow)) === 1, SOON);
  asked[1]!.end("slow");
  expect(await Promise.all(answers)).toEqual(["slow", "slow"]);
  await waitFor("the other one to be closed", async () => (await connectionsOf(slow)) === 0, SOON);
  expect(await askAndKeep()).toBe("second");
});

it("passes over a pod that does not listen", async () => {
  api.set([pods[0]!, true], [pods[1]!, true]);
  await waitFor("both pods to be asked", async () => new Set([await ask(), await ask()]).size === 2);
  pods[0]!.close();
  expect(await Promise.all(Array.from({ length: 6 }, ask))).toEqual(Array(6).fill("second"));
});

it("goes on with the pods that it knows while the API server is away", async () => {
  api.set([pods[0]!, true]);
  expect(await ask()).toBe("first");
  api.stop();
  expect(await Promise.all(Array.from({ length: 6 }, ask))).toEqual(Array(6).fill("first"));
});

it("answers 503 and says what it has waited for when no pod gets ready", async () => {
  await ingress.stop();
  ingress = await startIngress({ kubeConfig, ...backstage, holdSeconds: 0.3 });
  const response = await fetch(`http://127.0.0.1:${ingress.port}`);
  expect(response.status).toBe(503);
  expect(await response.text()).toBe("timed out after 0.3 s waiting for a ready pod of Service backstage\n");
});
