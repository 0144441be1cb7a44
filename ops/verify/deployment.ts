import { posix } from "node:path";
import type { V1Container, V1Deployment, V1PodSpec } from "@kubernetes/client-node";
import { OVERLAY_FILE } from "../../components/portal";
import { failed, type Finding, type Problem, warning } from "./check";
import type { Cluster } from "./cluster";
import type { Recorded } from "./recorded";

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
    problems: deploymentProblems(deployment, recorded),
    value: deployment,
  };
}

/** What keeps the Deployment's pods from using the Secret and the ConfigMap. */
export function deploymentProblems(
  { spec }: V1Deployment,
  { secretName, configMapName, pkce }: Pick<Recorded, "secretName" | "configMapName" | "pkce">,
): Problem[] {
  const pod = spec?.template.spec;
  const container = pod && portalContainer(pod, secretName, configMapName);
  if (!container) return [failed("its pod template has no container", "deploy the portal")];
  return [
    ...secretUse(container, secretName, pkce),
    ...configUse(container, mountedFiles(pod, container, configMapName), configMapName),
    ...overridden(container),
  ];
}

/** The container that runs Backstage: the one that uses either object, or is named as in the official Helm chart. */
function portalContainer(pod: V1PodSpec, secretName: string, configMapName: string): V1Container | undefined {
  return (
    pod.containers.find((each) => mountedFiles(pod, each, configMapName).length > 0) ??
    pod.containers.find((each) => secretUse(each, secretName, false).length === 0) ??
    pod.containers.find(({ name }) => name === "backstage-backend") ??
    pod.containers[0]
  );
}

function secretUse({ name, env = [], envFrom = [] }: V1Container, secretName: string, pkce: boolean): Problem[] {
  const variables = ["OKTA_CLIENT_ID", "OKTA_CLIENT_SECRET", ...(pkce ? ["AUTH_SESSION_SECRET"] : [])];
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

/** Where the overlay is in a container's file system: as a file, or in a folder. */
function mountedFiles(pod: V1PodSpec, container: V1Container, configMapName: string): string[] {
  return (pod.volumes ?? []).flatMap((volume) => {
    const sources = [volume.configMap, ...(volume.projected?.sources ?? []).map(({ configMap }) => configMap)];
    const source = sources.find((each) => each?.name === configMapName);
    const file = source?.items ? source.items.find(({ key }) => key === OVERLAY_FILE)?.path : OVERLAY_FILE;
    if (!source || !file) return [];
    return (container.volumeMounts ?? []).flatMap(({ name, mountPath, subPath }) => {
      if (name !== volume.name || (subPath && subPath !== file)) return [];
      return subPath ? mountPath : posix.join(mountPath, file);
    });
  });
}

function configUse({ name, command = [], args = [] }: V1Container, files: string[], configMapName: string): Problem[] {
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
  // A relative path is relative to a working folder that may be known to the image alone.
  const isOverlay = (path: string) =>
    files.some((file) => file === posix.normalize(path) || file.endsWith(posix.join("/", path)));
  const last = configs.at(-1);
  if (last !== undefined && isOverlay(last)) return [];
  if (configs.some(isOverlay)) {
    return [
      warning(
        `${OVERLAY_FILE} is not the last --config of container ${name}: ${last} wins over it`,
        "move it to the end, or see that no later file has a part auth",
      ),
    ];
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

function overridden({ name, env = [] }: V1Container): Problem[] {
  const variables = env.map((each) => each.name).filter((each) => /^APP_CONFIG_auth(_|$)/.test(each));
  if (variables.length === 0) return [];
  const cause = `container ${name} has ${variables.join(", ")}, which wins over every --config`;
  return [warning(cause, "remove it from env: the overlay has what sign-in needs")];
}
