import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import type { Mistake } from "./mistakes";
import { clusterAccess, type ClusterAccess, type ProviderKubeconfig } from "./kubeconfig";
import { annotatedVersions, type SecretVersions } from "./secretVersions";

/** The objects that the config names, and the versions that it has of the secrets in them, where they are right. */
export interface WantedObjects extends Partial<SecretVersions> {
  namespace: string;
  createNamespace: boolean;
  secretName: string;
  configMapName: string;
  deployment: string | undefined;
}

/** What is in the cluster already under the names of the config. */
export interface ExistingObjects {
  /** The field managers of each, where there is such an object. */
  secret: string[] | undefined;
  configMap: string[] | undefined;
  /** The client ID in the Secret, where it has one. */
  clientId?: string;
}

interface KubernetesObject {
  metadata: { annotations?: Record<string, string>; managedFields?: { manager?: string }[] };
  data?: Record<string, string>;
  immutable?: boolean;
  spec?: { paused?: boolean };
}

type Get = (path: string) => Promise<KubernetesObject | undefined>;

const DEADLINE_MS = 5000;

/** Looks at what is in the cluster under the names of the config, before anything is changed. */
export async function lookAtCluster(
  wanted: WantedObjects,
  provider: ProviderKubeconfig,
): Promise<{ existing: ExistingObjects; mistakes: Mistake[] }> {
  try {
    const get = reader(await clusterAccess(provider));
    return await look(wanted, get);
  } catch (error) {
    const { namespace } = wanted;
    const remedy =
      `could not be looked at in the cluster: ${(error as Error).message}. ` +
      "Set KUBECONFIG, or kubernetes:context in the stack's config, to the portal's cluster, and sign in to it";
    const existing = { secret: undefined, configMap: undefined };
    return { existing, mistakes: [{ key: "namespace", value: namespace, remedy, unanswered: true }] };
  }
}

async function look(wanted: WantedObjects, get: Get): Promise<{ existing: ExistingObjects; mistakes: Mistake[] }> {
  const { namespace, secretName, configMapName, deployment } = wanted;
  const path = `namespaces/${namespace}`;
  const [secret, configMap, portal] = await Promise.all([
    get(`/api/v1/${path}/secrets/${secretName}`),
    get(`/api/v1/${path}/configmaps/${configMapName}`),
    deployment ? get(`/apis/apps/v1/${path}/deployments/${deployment}`) : undefined,
  ]);
  const existing = { secret: managersOf(secret), configMap: managersOf(configMap), clientId: clientIdIn(secret) };
  // The namespace is there if anything is in it; asking for it takes a right that nothing else takes.
  if (!secret && !configMap && !portal && !wanted.createNamespace && (await isMissing(get, namespace))) {
    const remedy = "is not a namespace of the cluster: make it, correct its name, or set createNamespace to true";
    return { existing, mistakes: [{ key: "namespace", value: namespace, remedy }] };
  }
  const mistakes = [
    ...immutableMistake("secretName", "Secret", secretName, secret),
    ...immutableMistake("configMapName", "ConfigMap", configMapName, configMap),
    ...deploymentMistakes(wanted, portal),
    ...versionMistakes(wanted, secret),
  ];
  return { existing, mistakes };
}

const managersOf = (object: KubernetesObject | undefined) =>
  object?.metadata.managedFields?.flatMap(({ manager }) => manager ?? []) ?? (object && []);

function clientIdIn(secret: KubernetesObject | undefined): string | undefined {
  const value = secret?.data?.OKTA_CLIENT_ID;
  return value && Buffer.from(value, "base64").toString();
}

/** Whether the cluster says that there is no such namespace; who may not ask is taken to know. */
async function isMissing(get: Get, namespace: string): Promise<boolean> {
  try {
    return (await get(`/api/v1/namespaces/${namespace}`)) === undefined;
  } catch (error) {
    if (error instanceof Forbidden) return false;
    throw error;
  }
}

function immutableMistake(key: string, kind: string, name: string, object: KubernetesObject | undefined): Mistake[] {
  if (!object?.immutable) return [];
  const remedy = `is a ${kind} that is immutable, so that no change can reach it: delete it, and it is made anew`;
  return [{ key, value: name, remedy }];
}

function deploymentMistakes({ namespace, deployment }: WantedObjects, portal: KubernetesObject | undefined): Mistake[] {
  if (!deployment) return [];
  const mistake = (remedy: string) => [{ key: "deployment", value: deployment, remedy }];
  if (!portal) {
    return mistake(
      `is not a Deployment of namespace ${namespace}: deploy the portal first, correct the name, or leave it out and restart the portal yourself`,
    );
  }
  if (!portal.spec?.paused) return [];
  return mistake(
    `is paused, so that a restart would never end: run \`kubectl rollout resume deployment/${deployment} -n ${namespace}\``,
  );
}

/** With a lower version than it has already the portal would lose in one go what a rotation gave it. */
function versionMistakes(wanted: WantedObjects, secret: KubernetesObject | undefined): Mistake[] {
  const { namespace, secretName } = wanted;
  const there = Object.entries(annotatedVersions(secret?.metadata.annotations)) as [keyof SecretVersions, number][];
  return there.flatMap(([key, version]): Mistake[] => {
    const value = wanted[key];
    if (value === undefined || value >= version) return [];
    const remedy =
      `is lower than ${version}, which Secret ${secretName} of namespace ${namespace} has, and would undo a rotation: ` +
      `merge the commit in which \`npm run rotate\` raised it, or set it to ${version}`;
    return [{ key, value, remedy }];
  });
}

class Forbidden extends Error {}

function reader({ server, options }: ClusterAccess): Get {
  return async (path) => {
    const { status, body } = await answerOf(new URL(server.replace(/\/$/, "") + path), options);
    if (status === 200) return JSON.parse(body) as KubernetesObject;
    if (status === 404) return undefined;
    if (status === 401) throw new Error(`${server} does not know you`);
    if (status === 403) throw new Forbidden(`${server} does not let you read ${path}`);
    throw new Error(`${server} answers ${status} to ${path}`);
  };
}

function answerOf(url: URL, options: ClusterAccess["options"]): Promise<{ status: number; body: string }> {
  const request = url.protocol === "http:" ? overHttp : overHttps;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const failed = (error: Error) => {
      const reason = signal.aborted
        ? `no answer within ${DEADLINE_MS / 1000} s`
        : error.message || (error as NodeJS.ErrnoException).code;
      reject(new Error(`${url.origin} is unreachable: ${reason}`));
    };
    request(url, { ...options, signal }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("error", failed);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on("error", failed)
      .end();
  });
}
