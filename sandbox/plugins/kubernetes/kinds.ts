import { idOf, type KubernetesObject } from "./objects";
import type { ProviderConfig } from "./config";

/** A Kubernetes kind as a Pulumi resource type. */
export interface Kind {
  apiVersion: string;
  kind: string;
  /** The kind's name in API paths. */
  plural: string;
  namespaced: boolean;
  /** A `...Patch` resource: owns some fields of an object that somebody else makes. */
  patch?: true;
  /** The resource type's inputs. */
  inputs: readonly string[];
  /** Inputs that are maps of strings. */
  stringMaps?: readonly string[];
  /** Properties that are secret whatever the Pulumi program says. */
  secrets?: readonly string[];
  /** Paths of fields whose change needs a new object, beside its name and namespace. */
  replaceOn?(inputs: KubernetesObject, config: ProviderConfig): readonly string[];
}

/**
 * The resource types that the stack uses. When each is replaced follows the genuine provider, which takes Secrets and
 * ConfigMaps for immutable unless its config says otherwise.
 */
export const KINDS: Record<string, Kind> = {
  "kubernetes:core/v1:Secret": {
    apiVersion: "v1",
    kind: "Secret",
    plural: "secrets",
    namespaced: true,
    inputs: ["apiVersion", "kind", "metadata", "data", "immutable", "stringData", "type"],
    stringMaps: ["data", "stringData"],
    secrets: ["data", "stringData"],
    replaceOn: (inputs, config) =>
      config.secretMutable && inputs.immutable !== true ? ["type"] : ["type", "stringData", "data"],
  },
  "kubernetes:core/v1:ConfigMap": {
    apiVersion: "v1",
    kind: "ConfigMap",
    plural: "configmaps",
    namespaced: true,
    inputs: ["apiVersion", "kind", "metadata", "binaryData", "data", "immutable"],
    stringMaps: ["binaryData", "data"],
    replaceOn: (inputs, config) => (config.configMapMutable && inputs.immutable !== true ? [] : ["binaryData", "data"]),
  },
  "kubernetes:core/v1:Namespace": {
    apiVersion: "v1",
    kind: "Namespace",
    plural: "namespaces",
    namespaced: false,
    inputs: ["apiVersion", "kind", "metadata", "spec"],
  },
  "kubernetes:apps/v1:DeploymentPatch": {
    apiVersion: "apps/v1",
    kind: "Deployment",
    plural: "deployments",
    namespaced: true,
    patch: true,
    inputs: ["apiVersion", "kind", "metadata", "spec"],
  },
};

/** Which object: a kind, and where it is. */
export interface Reference {
  kind: Kind;
  namespace?: string;
  name: string;
}

/** The object's name for people, such as `Secret backstage/backstage-okta`. */
export function nameOf({ kind, namespace, name }: Reference): string {
  return `${kind.kind} ${idOf({ namespace, name })}`;
}

/** The API path of the list that the object is in. */
export function listPathOf({ kind, namespace = "default" }: Omit<Reference, "name">): string {
  const group = kind.apiVersion.includes("/") ? "/apis" : "/api";
  return [group, kind.apiVersion, ...(kind.namespaced ? ["namespaces", namespace] : []), kind.plural].join("/");
}

/** The object's API path. */
export function pathOf(reference: Reference): string {
  return `${listPathOf(reference)}/${encodeURIComponent(reference.name)}`;
}
