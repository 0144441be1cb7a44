/** What the provider's config says, defaults filled in. */
export interface ProviderConfig {
  /** Path or contents of a kubeconfig. Left out: $KUBECONFIG, ~/.kube/config or the pod's service account. */
  kubeconfig?: string;
  /** The kubeconfig's context, if not its current one. */
  context?: string;
  /** Where objects go that name no namespace. Left out: the context's namespace, else `default`. */
  namespace?: string;
  /** Changed Secrets are updated in place instead of replaced. */
  secretMutable: boolean;
  /** Changed ConfigMaps are updated in place instead of replaced. */
  configMapMutable: boolean;
  /** An object that exists already is taken over instead of refused. */
  upsertExistingObjects: boolean;
  /** Fields of other field managers are taken over instead of refused. */
  patchForce: boolean;
}

const STRINGS = ["kubeconfig", "context", "namespace"] as const;

/** Each flag's config key and environment variable, as the genuine provider names them. */
const FLAGS = {
  secretMutable: ["enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"],
  configMapMutable: ["enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"],
  upsertExistingObjects: ["upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"],
  patchForce: ["enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"],
} as const;

const SERVER_SIDE_APPLY = ["enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY"] as const;

/**
 * Reads the provider's config; a flag that it leaves out comes from the environment.
 * @throws if it has a key that this plugin does not know, or turns server-side apply off.
 */
export function settingsFrom(config: Record<string, string>, env: NodeJS.ProcessEnv = process.env): ProviderConfig {
  const known: string[] = [...STRINGS, ...Object.values(FLAGS).map(([key]) => key), SERVER_SIDE_APPLY[0]];
  const unknown = Object.keys(config).filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    const names = unknown.map((key) => `kubernetes:${key}`).join(", ");
    throw new Error(`The local kubernetes plugin does not know the config ${names}; it knows ${known.join(", ")}.`);
  }
  const flag = ([key, variable]: readonly [string, string]) => config[key] ?? env[variable];
  if (flag(SERVER_SIDE_APPLY) === "false") {
    throw new Error(
      `The local kubernetes plugin works with server-side apply alone: remove the config kubernetes:${SERVER_SIDE_APPLY[0]} or ${SERVER_SIDE_APPLY[1]}.`,
    );
  }
  const text = (key: (typeof STRINGS)[number]) => config[key] || undefined;
  return {
    kubeconfig: text("kubeconfig"),
    context: text("context"),
    namespace: text("namespace"),
    secretMutable: flag(FLAGS.secretMutable) === "true",
    configMapMutable: flag(FLAGS.configMapMutable) === "true",
    upsertExistingObjects: flag(FLAGS.upsertExistingObjects) === "true",
    patchForce: flag(FLAGS.patchForce) === "true",
  };
}
