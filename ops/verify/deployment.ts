import { posix } from "node:path";
import type { V1Container, V1Deployment, V1PodSpec, V1Volume } from "@kubernetes/client-node";
import { OVERLAY_FILE, ROLES_FILE, ROLES_FOLDER } from "../../components/portal";
import { failed, type Finding, type Problem, Stopped, warning } from "./check";
import type { Cluster } from "./cluster";
import { fileLayer, isAuthVariable, takenAway, variableLayer } from "./layers";
import { namedVariables, type Recorded } from "./recorded";

/** The ConfigMaps of a namespace that are mounted, by name: the text of each key. */
export type Mounted = Record<string, Record<string, string>>;

/** The Deployment hands the Secret and the ConfigMap to the portal. */
export async function checkDeployment(
  cluster: Cluster,
  recorded: Recorded & { deployment: string },
): Promise<Finding<V1Deployment>> {
  const { namespace, deployment: name, secretName, configMapName } = recorded;
  const deployment = await cluster.deployment(name);
  if (!deployment) {
    const remedy = "deploy the portal, or correct namespace and deployment in the stack's config";
    return { problems: [failed(`there is no Deployment ${namespace}/${name}`, remedy)] };
  }
  return {
    says: `${name} reads ${secretName}, and ${configMapName} as its last --config`,
    problems: deploymentProblems(deployment, recorded, await readMounted(cluster, deployment)),
    value: deployment,
  };
}

/** Reads the ConfigMaps that a Deployment mounts, as far as one may. */
async function readMounted(cluster: Cluster, { spec }: V1Deployment): Promise<Mounted> {
  const names = new Set(
    (spec?.template.spec?.volumes ?? []).flatMap((volume) => configMapsOf(volume).map(({ name }) => name)),
  );
  const read = async (name: string) => {
    try {
      return [name, (await cluster.configMap(name))?.data ?? {}] as const;
    } catch (error) {
      if (error instanceof Stopped) return [name, {}] as const;
      throw error;
    }
  };
  return Object.fromEntries(await Promise.all([...names].filter((name) => name !== undefined).map(read)));
}

/**
 * What keeps the Deployment's pods from using the Secret and the ConfigMap.
 *
 * @param mounted the ConfigMaps that could be read
 */
export function deploymentProblems({ spec }: V1Deployment, recorded: Recorded, mounted: Mounted = {}): Problem[] {
  const { secretName, configMapName } = recorded;
  const pod = spec?.template.spec;
  const container = pod && portalContainer(pod, secretName, configMapName);
  if (!container) return [failed("its pod template has no container", "deploy the portal")];
  const files = mountedFiles(pod, container, configMapName, OVERLAY_FILE);
  const textOf = (path: string) =>
    Object.entries(mounted)
      .flatMap(([name, data]) => Object.entries(data).map(([key, text]) => ({ name, key, text })))
      .find(({ name, key }) => isOneOf(mountedFiles(pod, container, name, key), path))?.text;
  return [
    ...secretUse(container, secretName, [...new Set([...CREDENTIALS, ...namedVariables(recorded.overlay)])]),
    ...configUse(container, files, recorded, textOf),
    ...rolesUse(pod, container, recorded),
    ...overridden(container, recorded),
  ];
}

/** The container that runs Backstage: the one that uses either object, or is named as in the official Helm chart. */
function portalContainer(pod: V1PodSpec, secretName: string, configMapName: string): V1Container | undefined {
  return (
    pod.containers.find((each) => mountedFiles(pod, each, configMapName, OVERLAY_FILE).length > 0) ??
    pod.containers.find((each) => secretUse(each, secretName, CREDENTIALS).length === 0) ??
    pod.containers.find(({ name }) => name === "backstage-backend") ??
    pod.containers[0]
  );
}

const CREDENTIALS = ["OKTA_CLIENT_ID", "OKTA_CLIENT_SECRET"];

function secretUse({ name, env = [], envFrom = [] }: V1Container, secretName: string, variables: string[]): Problem[] {
  const all = envFrom.some(({ prefix, secretRef }) => !prefix && secretRef?.name === secretName);
  const literal = variables.filter((each) => env.some((entry) => entry.name === each && entry.value !== undefined));
  const missing = variables.filter((variable) => {
    const entry = env.find((each) => each.name === variable);
    if (!entry) return !all;
    const key = entry.valueFrom?.secretKeyRef;
    return entry.value === undefined && (key?.name !== secretName || key.key !== variable);
  });
  const problems: Problem[] = [];
  if (literal.length > 0) {
    const remedy = "remove them from env, and inject them via Kubernetes Secrets: envFrom with secretRef";
    problems.push(failed(`container ${name} has ${literal.join(", ")} hardcoded in its env`, remedy));
  }
  if (missing.length > 0) {
    const remedy = `add envFrom: [{secretRef: {name: ${secretName}}}] (Helm: backstage.extraEnvVarsSecrets: [${secretName}])`;
    problems.push(failed(`container ${name} does not take ${missing.join(", ")} from Secret ${secretName}`, remedy));
  }
  return problems;
}

/** Where a key of a ConfigMap is in a container's file system: as a file, or in a folder. */
function mountedFiles(pod: V1PodSpec, container: V1Container, configMapName: string, key: string): string[] {
  return (pod.volumes ?? []).flatMap((volume) => {
    const source = configMapsOf(volume).find(({ name }) => name === configMapName);
    const file = source?.items ? source.items.find((item) => item.key === key)?.path : key;
    if (!source || !file) return [];
    return (container.volumeMounts ?? []).flatMap(({ name, mountPath, subPath }) => {
      if (name !== volume.name || (subPath && subPath !== file)) return [];
      return subPath ? mountPath : posix.join(mountPath, file);
    });
  });
}

const configMapsOf = ({ configMap, projected }: V1Volume) =>
  [configMap, ...(projected?.sources ?? []).map((source) => source.configMap)].flatMap((each) => each ?? []);

/** Whether a path is one of some files. A relative one is relative to a working folder that the image alone may know. */
const isOneOf = (files: string[], path: string) =>
  files.some((file) => file === posix.normalize(path) || file.endsWith(posix.join("/", path)));

function configUse(
  { name, command = [], args = [] }: V1Container,
  files: string[],
  { configMapName, overlay, environment }: Recorded,
  textOf: (path: string) => string | undefined,
): Problem[] {
  const helm = `Helm: backstage.extraAppConfig: [{filename: ${OVERLAY_FILE}, configMapRef: ${configMapName}}]`;
  if (files.length === 0) {
    return [
      failed(
        `container ${name} does not mount ConfigMap ${configMapName}`,
        `add a volume of it with a volumeMount, and its ${OVERLAY_FILE} as the last --config (${helm})`,
      ),
    ];
  }
  // A shell's command line is one argument.
  const words = [...command, ...args].flatMap((word) => word.trim().split(/\s+/));
  const configs = words.flatMap((word, i) =>
    word === "--config" ? (words[i + 1] ?? []) : (/^--config=(.+)/.exec(word)?.[1] ?? []),
  );
  const place = configs.map((path) => isOneOf(files, path)).lastIndexOf(true);
  if (place >= 0) {
    const later = configs.slice(place + 1);
    return later.flatMap((path) => laterFile(name, path, textOf(path), { overlay, environment }));
  }
  if (words.length === 0) {
    return [
      warning(
        `which files container ${name} reads is in its image, and cannot be seen here`,
        `give the image's --config again in args, with ${files[0]} as the last`,
      ),
    ];
  }
  return [
    failed(`container ${name} has no --config for ${files[0]}`, `add --config ${files[0]} as the last (${helm})`),
  ];
}

/** The plugin that reads the roles does not start without their file. */
function rolesUse(pod: V1PodSpec, container: V1Container, { configMapName, rolePolicies }: Recorded): Problem[] {
  const path = posix.join(ROLES_FOLDER, ROLES_FILE);
  if (rolePolicies === undefined || isOneOf(mountedFiles(pod, container, configMapName, ROLES_FILE), path)) return [];
  const cause = `container ${container.name} does not mount ConfigMap ${configMapName} as a folder ${ROLES_FOLDER}, where the RBAC plugin looks for ${path}`;
  const remedy = `mount it below Backstage's working folder, as the stack's output helmValues does by backstage.extraVolumeMounts`;
  return [failed(cause, remedy)];
}

/** What a config file does that comes after the overlay, such as the one of the Helm chart's own `appConfig`. */
function laterFile(
  container: string,
  path: string,
  text: string | undefined,
  { overlay, environment }: Pick<Recorded, "overlay" | "environment">,
): Problem[] {
  if (text === undefined) {
    return [
      warning(
        `${OVERLAY_FILE} is not the last --config of container ${container}: ${path} wins over it, and cannot be seen here`,
        `move it to the end, or see that ${path} has no part auth`,
      ),
    ];
  }
  const keys = takenAway(fileLayer(overlay), fileLayer(text), environment);
  if (keys.length === 0) return [];
  return [
    failed(
      `${path}, which comes after ${OVERLAY_FILE} in container ${container}, sets ${keys.join(", ")} otherwise`,
      `take that out of it (with the Helm chart, of backstage.appConfig), or move ${OVERLAY_FILE} to the end`,
    ),
  ];
}

/** What a container's variables do that win over every file. */
function overridden({ name, env = [] }: V1Container, { overlay, environment }: Recorded): Problem[] {
  const remedy = "remove it from env: the overlay has what sign-in needs";
  return env.filter(isAuthVariable).flatMap((variable) => {
    const layer = variableLayer(variable);
    if (layer === undefined) {
      const cause = `container ${name} has ${variable.name}, which wins over every --config, from where it cannot be seen`;
      return [warning(cause, remedy)];
    }
    const keys = takenAway(fileLayer(overlay), layer, environment);
    if (keys.length === 0) return [];
    const cause = `container ${name} has ${variable.name}, which wins over every --config and sets ${keys.join(", ")} otherwise`;
    return [failed(cause, remedy)];
  });
}
