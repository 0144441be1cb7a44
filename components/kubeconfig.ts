import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import type { RequestOptions } from "node:https";
import { promisify } from "node:util";
import { parse } from "yaml";

// The Kubernetes client reads a kubeconfig too, but takes half a second to load, in each preview. So what most clusters
// need is read here, and the client is loaded for the rest.

/** How to reach a cluster, and as whom. */
export interface ClusterAccess {
  server: string;
  options: RequestOptions;
}

interface Named<Key extends string, Value> {
  name: string;
  values?: Record<Key, Value>;
}

interface Cluster {
  server: string;
  "certificate-authority"?: string;
  "certificate-authority-data"?: string;
  "insecure-skip-tls-verify"?: boolean;
  "tls-server-name"?: string;
  "proxy-url"?: string;
}

interface User {
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  "client-certificate"?: string;
  "client-certificate-data"?: string;
  "client-key"?: string;
  "client-key-data"?: string;
  exec?: { apiVersion: string; command: string; args?: string[]; env?: { name: string; value: string }[] };
  as?: string;
  "auth-provider"?: object;
}

interface Kubeconfig {
  "current-context"?: string;
  clusters?: (Named<"cluster", Cluster> & { cluster: Cluster })[];
  users?: (Named<"user", User> & { user: User })[];
  contexts?: { name: string; context: { cluster: string; user: string } }[];
}

/** What the Kubernetes provider's config says of where the cluster is. */
export interface ProviderKubeconfig {
  /** The path of a kubeconfig, or its content; where there is none, KUBECONFIG counts, and what is in `~/.kube`. */
  kubeconfig?: string;
  context?: string;
}

const IN_CLUSTER = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Finds the cluster where the Kubernetes provider finds it.
 *
 * @throws Error that says what is wrong with the kubeconfig
 */
export async function clusterAccess({ kubeconfig, context }: ProviderKubeconfig): Promise<ClusterAccess> {
  const texts = kubeconfigTexts(kubeconfig);
  if (texts.length === 0) return inCluster();
  const { cluster, user } = chosen(
    texts.map(({ folder, text }) => withPaths(parse(text) as Kubeconfig, folder)),
    context,
  );
  if (cluster["proxy-url"] ?? process.env.HTTPS_PROXY ?? process.env.https_proxy ?? user.as ?? user["auth-provider"]) {
    return byTheClient(texts, context);
  }
  const given = user.exec ? { ...user, ...(await execCredential(user.exec)) } : user;
  return { server: cluster.server, options: requestOptions(cluster, given) };
}

interface Text {
  folder: string;
  text: string;
}

function kubeconfigTexts(given: string | undefined): Text[] {
  const path = given?.replace(/^~(?=\/)/, homedir());
  if (path && !existsSync(path)) return [{ folder: process.cwd(), text: path }];
  const named = path ? [path] : (process.env.KUBECONFIG?.split(delimiter).filter(Boolean) ?? []);
  const paths = named.length > 0 ? named : [join(homedir(), ".kube", "config")];
  return paths
    .filter((path) => existsSync(path))
    .map((path) => ({ folder: dirname(resolve(path)), text: readFileSync(path, "utf8") }));
}

/** Paths in a kubeconfig start where it lies. */
function withPaths(config: Kubeconfig, folder: string): Kubeconfig {
  const place = <T extends object>(entry: T, keys: (keyof T & string)[]): T => {
    const paths = keys.filter((key) => entry[key]).map((key) => [key, resolve(folder, entry[key] as string)]);
    return { ...entry, ...(Object.fromEntries(paths) as Partial<T>) };
  };
  return {
    ...config,
    clusters: config.clusters?.map((each) => ({ ...each, cluster: place(each.cluster, ["certificate-authority"]) })),
    users: config.users?.map((each) => ({
      ...each,
      user: place(each.user, ["client-certificate", "client-key", "tokenFile"]),
    })),
  };
}

/** Of several kubeconfigs the first that has a name counts, as with kubectl. */
function chosen(configs: Kubeconfig[], context?: string): { cluster: Cluster; user: User } {
  const name = context ?? configs.map((config) => config["current-context"]).find(Boolean);
  const pair = configs.flatMap(({ contexts = [] }) => contexts).find((each) => each.name === name)?.context;
  if (!pair) throw new Error(name ? `the kubeconfig has no context ${name}` : "the kubeconfig has no current context");
  const cluster = configs.flatMap(({ clusters = [] }) => clusters).find((each) => each.name === pair.cluster)?.cluster;
  if (!cluster) throw new Error(`the kubeconfig has no cluster ${pair.cluster}, which its context ${name} names`);
  const user = configs.flatMap(({ users = [] }) => users).find((each) => each.name === pair.user)?.user;
  return { cluster, user: user ?? {} };
}

function requestOptions(cluster: Cluster, user: User): RequestOptions {
  const content = (data?: string, file?: string) =>
    data ? Buffer.from(data, "base64") : file ? readFileSync(file) : undefined;
  const token = user.token ?? (user.tokenFile && readFileSync(user.tokenFile, "utf8").trim());
  return {
    ca: content(cluster["certificate-authority-data"], cluster["certificate-authority"]),
    cert: content(user["client-certificate-data"], user["client-certificate"]),
    key: content(user["client-key-data"], user["client-key"]),
    rejectUnauthorized: !cluster["insecure-skip-tls-verify"],
    servername: cluster["tls-server-name"],
    headers: token ? { authorization: `Bearer ${token}` } : {},
    ...(user.username && { auth: `${user.username}:${user.password ?? ""}` }),
  };
}

/** Asks a command such as `aws eks get-token` (https://kubernetes.io/docs/reference/config-api/client-authentication.v1/). */
async function execCredential({ apiVersion, command, args = [], env = [] }: NonNullable<User["exec"]>): Promise<User> {
  const info = JSON.stringify({ apiVersion, kind: "ExecCredential", spec: { interactive: false } });
  const variables = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  const { stdout } = await promisify(execFile)(command, args, {
    env: { ...process.env, ...variables, KUBERNETES_EXEC_INFO: info },
  });
  const { status = {} } = JSON.parse(stdout) as {
    status?: { token?: string; clientCertificateData?: string; clientKeyData?: string };
  };
  const base64 = (text?: string) => text && Buffer.from(text).toString("base64");
  return {
    token: status.token,
    "client-certificate-data": base64(status.clientCertificateData),
    "client-key-data": base64(status.clientKeyData),
  };
}

function inCluster(): ClusterAccess {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  if (!host) throw new Error("there is no kubeconfig");
  const user = { tokenFile: join(IN_CLUSTER, "token") };
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { server, options: requestOptions({ server, "certificate-authority": join(IN_CLUSTER, "ca.crt") }, user) };
}

async function byTheClient(texts: Text[], context?: string): Promise<ClusterAccess> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  for (const { text, folder } of texts) {
    const one = new KubeConfig();
    one.loadFromString(text);
    one.makePathsAbsolute(folder);
    config.mergeConfig(one);
  }
  if (context) config.setCurrentContext(context);
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return { server: config.getCurrentCluster()?.server ?? "", options };
}
