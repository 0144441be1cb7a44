import type { KubernetesObject, V1Container, V1Deployment, V1PodSpec } from "@kubernetes/client-node";
import { basename, dirname, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { exec } from "../processes/exec";

export interface PortalOptions {
  namespace: string;
  /** Where a browser finds the portal, such as http://127.0.0.1:7007. */
  portalUrl: string;
  /** What its pods need. Left out where none can run: the Deployment has no replicas then. */
  pods?: {
    /** The image's name in the node's store. */
    imageName: string;
    /** The local Okta's port on 127.0.0.1, which its issuers are named by. */
    oktaPort: number;
    /** The path of the local Okta's Unix socket on the node; its folder is mounted into the pod. */
    oktaSocket: string;
  };
}

/**
 * The portal's Kubernetes objects: those of kubernetes/base, with what kubernetes/sandbox adds if pods are to run.
 *
 * @param kubectl its path: it builds them with kustomize
 * @returns a List for `kubectl apply --server-side -f -`
 */
export async function portalManifests(kubectl: string, options: PortalOptions, signal?: AbortSignal): Promise<string> {
  const layer = join(__dirname, "kubernetes", options.pods ? "sandbox" : "base");
  const built = await exec(kubectl, ["kustomize", layer], { signal });
  const objects = parseAllDocuments(built).map((document) => document.toJS() as KubernetesObject);
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: fillIn(objects, options) });
}

/** The objects of kubernetes/ with the values of one portal in them. */
export function fillIn(objects: KubernetesObject[], { namespace, portalUrl, pods }: PortalOptions): KubernetesObject[] {
  for (const object of objects) {
    object.metadata = { ...object.metadata, namespace };
    if (object.kind !== "Deployment") continue;
    const spec = (object as V1Deployment).spec!;
    const pod = spec.template.spec!;
    setVariable(pod, "PORTAL_URL", portalUrl);
    if (!pods) {
      spec.replicas = 0;
      continue;
    }
    for (const container of containers(pod)) container.image = pods.imageName;
    setVariable(pod, "OKTA_PORT", String(pods.oktaPort));
    setVariable(pod, "OKTA_SOCKET", `/okta/${basename(pods.oktaSocket)}`);
    pod.volumes!.find(({ name }) => name === "okta-socket")!.hostPath!.path = dirname(pods.oktaSocket);
  }
  return objects;
}

const containers = (pod: V1PodSpec): V1Container[] => [...(pod.initContainers ?? []), ...pod.containers];

function setVariable(pod: V1PodSpec, name: string, value: string): void {
  const variable = containers(pod)
    .flatMap(({ env = [] }) => env)
    .find((each) => each.name === name);
  if (!variable) throw new Error(`No container of the portal's manifests has a variable ${name}`);
  variable.value = value;
}
