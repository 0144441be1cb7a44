import type { ConfigMap } from "@pulumi/pulumi/automation";
import { CONFIG_NAMESPACE } from "../components/mistakes";

const key = (name: string) => CONFIG_NAMESPACE + name;

/** The keys of a stack's config that commands read or write, as the engine has them. */
export const KEYS = {
  authModule: key("authModule"),
  protect: key("protect"),
  clientSecretVersion: key("clientSecretVersion"),
  sessionSecretVersion: key("sessionSecretVersion"),
  maxSecretAgeDays: key("maxSecretAgeDays"),
};

/** What `rotate` raises. */
export const SECRET_VERSIONS = [KEYS.clientSecretVersion, KEYS.sessionSecretVersion];

/** After how many days a secret is to be rotated, by a stack's config. */
export const maxSecretAgeDays = (config: ConfigMap) => Number(config[KEYS.maxSecretAgeDays]?.value || 180);
