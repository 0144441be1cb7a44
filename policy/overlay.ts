import { parseDocument } from "yaml";
import { CONFIG_MAP, type ConfigMap } from "./resources";
import type { Rule } from "./rule";

export const refersToCredentials: Rule<ConfigMap> = {
  name: "overlay-refers-to-credentials",
  description: "Where a credential goes, Backstage's config has the name of a variable, such as ${OKTA_CLIENT_SECRET}.",
  remedy: "Put the value into the Secret and ${NAME} into the config; if it was a secret, change it in Okta too.",
  level: "mandatory",
  type: CONFIG_MAP,
  check: (configMap) => {
    const isCredential = /^clientId$|(secret|password|token|privateKey)$/i;
    const entry = entries(configMap).find(
      ({ key, value }) => isCredential.test(key) && typeof value === "string" && !/^\$\{\w+\}$/.test(value),
    );
    return entry && `${entry.path} holds a value.`;
  },
};

export const hasNoDangerousOption: Rule<ConfigMap> = {
  name: "overlay-has-no-dangerous-option",
  description: "Backstage's config sets no dangerously... option in production.",
  remedy: "Take it out of signInResolvers, or wherever it is set.",
  level: { production: "mandatory", otherwise: "disabled" },
  type: CONFIG_MAP,
  check: (configMap) => {
    const entry = entries(configMap).find(({ key, value }) => key.startsWith("dangerously") && value !== false);
    return entry && `${entry.path} is set.`;
  },
};

export const hasNoGuest: Rule<ConfigMap> = {
  name: "overlay-has-no-guest",
  description: "The guest provider, which lets anybody in, is for local use alone.",
  remedy: "Take auth.providers.guest out.",
  level: { local: "disabled", otherwise: "mandatory" },
  type: CONFIG_MAP,
  check: (configMap) => {
    const entry = entries(configMap).find(({ path }) => path.endsWith(": auth.providers.guest"));
    return entry && `${entry.path} is there.`;
  },
};

interface Entry {
  /** Such as `app-config.okta.yaml: auth.session.secret`. */
  path: string;
  key: string;
  value: unknown;
}

/** Each key of each Backstage config file that a ConfigMap holds. */
function entries({ data = {} }: ConfigMap): Entry[] {
  return Object.entries(data)
    .filter(([file]) => /^app-config.*\.ya?ml$/.test(file))
    .flatMap(([file, text]) => entriesBelow(`${file}: `, parseDocument(text).toJS()));
}

function entriesBelow(prefix: string, value: unknown): Entry[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, value]) => {
    const path = prefix + key;
    return [{ path, key, value: value as unknown }, ...entriesBelow(`${path}.`, value)];
  });
}
