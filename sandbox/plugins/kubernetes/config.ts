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

/** Each flag's config key, and the environment variable that stands in for it, as the genuine provider names them. */
const FLAGS = {
  enableSecretMutable: "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
  enableConfigMapMutable: "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
  upsertExistingObjects: "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
  enablePatchForce: "PULUMI_K8S_ENABLE_PATCH_FORCE",
  enableServerSideApply: "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY",
} as const;

/**
 * Reads the provider's config; a flag that it leaves out comes from the environment.
 * @throws if it has a key that this plugin does not know, or turns server-side apply off.
 */
export function readConfig(config: Record<string, string>, env: NodeJS.ProcessEnv = process.env): ProviderConfig {
  const known: string[] = [...STRINGS, ...Object.keys(FLAGS)];
  const unknown = Object.keys(config).filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    const names = unknown.map((key) => `kubernetes:${key}`).join(", ");
    throw new Error(`The local kubernetes plugin does not know the config ${names}; it knows ${known.join(", ")}.`);
  }
  const flag = (key: keyof typeof FLAGS) => config[key] ?? env[FLAGS[key]];
  if (flag("enableServerSideApply") === "false") {
    throw new Error(
      "The local kubernetes plugin works with server-side apply alone: remove the config " +
        `kubernetes:enableServerSideApply or ${FLAGS.enableServerSideApply}.`,
    );
  }
  const text = (key: (typeof STRINGS)[number]) => config[key] || undefined;
  return {
    kubeconfig: text("kubeconfig"),
    context: text("context"),
    namespace: text("namespace"),
    secretMutable: flag("enableSecretMutable") === "true",
    configMapMutable: flag("enableConfigMapMutable") === "true",
    upsertExistingObjects: flag("upsertExistingObjects") === "true",
    patchForce: flag("enablePatchForce") === "true",
  };
}
