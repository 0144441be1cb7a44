import { KubernetesObjectApi, PatchStrategy, type V1ConfigMap, type V1Secret } from "@kubernetes/client-node";
import { fieldManagerOf, ownedBy } from "../../components/ownership";
import { OVERLAY_FILE } from "../../components/portal";
import type { Config } from "../rollback/history";
import { loadKubeconfig, reachCluster } from "../verify/cluster";
import { valueOf } from "./config";

/** What the stack puts into its Secret. */
const VARIABLES = ["OKTA_CLIENT_ID", "OKTA_CLIENT_SECRET", "AUTH_SESSION_SECRET", "AUTH_SESSION_SECRET_PREVIOUS"];

/** A Secret or ConfigMap that is there already under one of the stack's names. */
export interface ExistingObject {
  kind: "Secret" | "ConfigMap";
  /** The key of the config that names it. */
  key: "secretName" | "configMapName";
  name: string;
  namespace: string;
  uid: string;
  /** What it holds, by key, decoded. */
  data: Record<string, string>;
  managers: string[];
  immutable: boolean;
}

/**
 * The objects under the stack's names that are not the stack's own yet.
 *
 * @param clientId by which a stack knows its own
 * @throws Stopped when the cluster cannot be asked
 */
export async function readObjects(config: Config, clientId: string): Promise<ExistingObject[]> {
  const { value: cluster } = await reachCluster(config, valueOf(config, "namespace"));
  const [secret, configMap] = await Promise.all([
    cluster?.secret(valueOf(config, "secretName")),
    cluster?.configMap(valueOf(config, "configMapName")),
  ]);
  const own = fieldManagerOf(clientId);
  return [
    ...(secret ? [existing("Secret", "secretName", secret, decoded(secret.data))] : []),
    ...(configMap ? [existing("ConfigMap", "configMapName", configMap, { ...configMap.data })] : []),
  ].filter(({ managers }) => !managers.includes(own));
}

function existing(
  kind: ExistingObject["kind"],
  key: ExistingObject["key"],
  { metadata, immutable }: V1Secret | V1ConfigMap,
  data: Record<string, string>,
): ExistingObject {
  const { name = "", namespace = "", uid = "", managedFields = [] } = metadata ?? {};
  const managers = managedFields.flatMap(({ manager }) => manager ?? []);
  return { kind, key, name, namespace, uid, data, managers, immutable: immutable ?? false };
}

const decoded = (data: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));

/**
 * Why an object is not taken over; undefined where nothing is in the way.
 *
 * @param isNamed whether the stack's own file names it, and not a default
 */
export function objectRefusal(
  { kind, key, name, data, immutable }: ExistingObject,
  isNamed: boolean,
): string | undefined {
  const is = `${kind} ${name} is there already, and`;
  if (!isNamed) {
    return `${is} only a default names it: set ${key} to ${name} in the stack's file to have it taken over, or to another name`;
  }
  if (immutable)
    return `${is} it is immutable, so that no change can reach it: delete it, or set ${key} to another name`;
  const known = kind === "Secret" ? VARIABLES : [OVERLAY_FILE];
  const others = Object.keys(data).filter((each) => !known.includes(each));
  if (others.length === 0) return undefined;
  return (
    `${is} it holds more than the sign-in's own (${others.join(", ")}), which would go with the stack: set ${key} to ` +
    "another name, and have the portal read that one too"
  );
}

/** Which variables of a Secret change, as far as that is known; their values are not shown. */
export function secretDiff(
  { data }: ExistingObject,
  { clientId, clientSecrets }: { clientId: string; clientSecrets: string[] },
): string[] {
  const change = (name: string, stays: boolean) =>
    `${name}: ${data[name] === undefined ? "is added" : stays ? "stays" : "gets another value"}`;
  return [
    change("OKTA_CLIENT_ID", data.OKTA_CLIENT_ID === clientId),
    change("OKTA_CLIENT_SECRET", clientSecrets.includes(data.OKTA_CLIENT_SECRET ?? "")),
    change("AUTH_SESSION_SECRET", false),
  ];
}

/**
 * Marks an object as the stack's own: by the field manager that the stack applies under, which from now on has two
 * annotations of it and nothing else. The next update then takes it over.
 */
export async function claim(config: Config, object: ExistingObject, clientId: string): Promise<void> {
  await apply(config, object, clientId, ownedBy(fieldManagerOf(clientId)));
}

/** Takes the mark off. */
export async function disclaim(config: Config, object: ExistingObject, clientId: string): Promise<void> {
  await apply(config, object, clientId, undefined);
}

async function apply(
  config: Config,
  { kind, name, namespace, uid }: ExistingObject,
  clientId: string,
  annotations: Record<string, unknown> | undefined,
): Promise<void> {
  const kubeconfig = await loadKubeconfig(config);
  // By its ID, so that none is made where it has gone meanwhile.
  const metadata = { name, namespace, uid, annotations: annotations as Record<string, string> | undefined };
  const client = KubernetesObjectApi.makeApiClient(kubeconfig);
  const body = { apiVersion: "v1", kind, metadata };
  const { ServerSideApply } = PatchStrategy;
  await client.patch(body, undefined, undefined, fieldManagerOf(clientId), true, ServerSideApply);
}
