import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Cluster } from "../../../sandbox/plugins/kubernetes/cluster";
import { KINDS, type Kind } from "../../../sandbox/plugins/kubernetes/kinds";
import type { KubernetesObject } from "../../../sandbox/plugins/kubernetes/objects";
import { readConfig } from "../../../sandbox/plugins/kubernetes/config";

const secret = { kind: KINDS["kubernetes:core/v1:Secret"] as Kind, namespace: "backstage", name: "okta" };
const object: KubernetesObject = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "okta", namespace: "backstage" },
};
const { signal } = new AbortController();

/** What the API server answers, in turn; "lost" acts and closes the connection. */
type Answer = { code: number; body: object; headers?: Record<string, string> } | "lost";

let server: Server;
let answers: Answer[];
let requests: string[];

beforeEach(async () => {
  answers = [];
  requests = [];
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push(`${request.method} ${request.url}`);
    const answer = answers.shift() ?? { code: 500, body: {} };
    if (answer === "lost") request.socket.destroy();
    else response.writeHead(answer.code, answer.headers).end(JSON.stringify(answer.body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => {
  server.close();
  server.closeAllConnections();
});

function cluster(kubeconfig?: object): Cluster {
  const { port } = server.address() as AddressInfo;
  const given = kubeconfig ?? {
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: { token: "t" } }],
    contexts: [{ name: "here", context: { cluster: "c", user: "u", namespace: "portal" } }],
    "current-context": "here",
  };
  return new Cluster(readConfig({ kubeconfig: JSON.stringify(given) }, {}));
}

const ok = (body: object = object): Answer => ({ code: 200, body });
const refused = (code: number, reason: string, message: string, details = {}): Answer => ({
  code,
  body: { kind: "Status", code, reason, message, details },
});

const later = (code: number): Answer => ({ code, body: {}, headers: { "retry-after": "0" } });

it("a request is sent again where the answer asks for that, or a read lost its connection", async () => {
  answers = ["lost", later(429), later(503), ok()];
  expect(await cluster().get(secret, signal)).toEqual(object);
  expect(requests).toHaveLength(4);
});

it("a creation whose answer was lost is not sent again, nor is what failed for good", async () => {
  answers = ["lost"];
  await expect(cluster().create(secret, object, { fieldManager: "m" }, signal)).rejects.toThrow("unreachable");
  answers = [refused(503, "ServiceUnavailable", "starting")];
  await expect(cluster().get(secret, signal)).rejects.toThrow("starting");
  expect(requests).toHaveLength(2);
});

it("an API server that is away is told with its address and kubeconfig", async () => {
  const away = cluster();
  const { port } = server.address() as AddressInfo;
  server.close();
  await expect(away.get(secret, signal)).rejects.toThrow(
    `configured Kubernetes cluster is unreachable: GET http://127.0.0.1:${port}: ` +
      `connect ECONNREFUSED 127.0.0.1:${port} (the config kubernetes:kubeconfig, context here)`,
  );
});

it("a conflict names both field managers, and says where to read about it", async () => {
  const message = 'Apply failed with 1 conflict: conflict with "argocd": .data.KEY';
  answers = [refused(409, "Conflict", message)];
  await expect(cluster().apply(secret, object, { fieldManager: "m" }, signal)).rejects.toThrow(
    new RegExp(
      `^server-side apply field conflict detected, see https://\\S+ for troubleshooting help\n` +
        `The resource managed by field manager "m" had an apply conflict: ${message}$`,
    ),
  );
});

it("apply is strict, and forces or only tries when told to", async () => {
  answers = [ok()];
  await cluster().apply(secret, object, { fieldManager: "m", force: true, dryRun: true }, signal);
  expect(requests).toEqual([
    "PATCH /api/v1/namespaces/backstage/secrets/okta?fieldManager=m&fieldValidation=Strict&force=true&dryRun=All",
  ]);
});

it("an object is deleted when it is gone, or another one has its name", async () => {
  const live = { ...object, metadata: { ...object.metadata, uid: "1" } };
  answers = [ok(live), ok({}), ok(live), ok({ ...live, metadata: { uid: "2" } })];
  await cluster().delete(secret, "Foreground", 5, signal);
  expect(requests.map((request) => request.split(" ")[0])).toEqual(["GET", "DELETE", "GET", "GET"]);
});

it("what is gone already needs no deletion", async () => {
  answers = [refused(404, "NotFound", 'secrets "okta" not found')];
  await cluster().delete(secret, "Foreground", 5, signal);
  expect(requests).toHaveLength(1);
});

it("the default namespace is the context's", async () => {
  expect(await cluster().defaultNamespace()).toBe("portal");
});

it("a kubeconfig without a usable context says which it has", async () => {
  const noContext = cluster({ contexts: [{ name: "other", context: { cluster: "c" } }], "current-context": "here" });
  await expect(noContext.get(secret, signal)).rejects.toThrow('no context "here" with a cluster; it has other.');
  expect(await noContext.defaultNamespace()).toBeUndefined();
});
