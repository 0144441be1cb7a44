import { parseAllDocuments } from "yaml";
import { CONFIG_MAP, type ConfigMap } from "./resources";
import type { Rule } from "./rule";
import { isLoopback, withoutPassword } from "./urls";

/** The one file of the stack's ConfigMap, which the portal reads as its last `--config`. */
const FILE = "app-config.okta.yaml";
/** Beside it, what people may do by their groups. */
const ROLES_FILE = "rbac-policies.csv";

/** The other rules look at these files. What else there is, under whatever name or encoding, could hold what they refuse. */
export const isOneFile: Rule<ConfigMap> = {
  name: "config-map-has-its-files-alone",
  description: `The ConfigMap holds ${FILE}, one document of YAML, and with roles ${ROLES_FILE}, and nothing else.`,
  remedy: "Put other config into a ConfigMap of the portal's own.",
  level: "mandatory",
  type: CONFIG_MAP,
  check: ({ data = {}, binaryData = {} }) => {
    const other = [...Object.keys(data), ...Object.keys(binaryData)].find(
      (key) => key !== FILE && !(key === ROLES_FILE && key in data),
    );
    if (other !== undefined) return `It has ${other} too.`;
    if (data[FILE] === undefined) return `Its ${FILE} is not there as text.`;
    return documents(data[FILE]).length === 1 ? undefined : `Its ${FILE} is not one document.`;
  },
};

export const refersToCredentials: Rule<ConfigMap> = {
  name: "overlay-refers-to-credentials",
  description: "Where a credential goes, Backstage's config has the name of a variable, such as ${OKTA_CLIENT_SECRET}.",
  remedy: "Put the value into the Secret and ${NAME} into the config; if it was a secret, change it in Okta too.",
  level: "mandatory",
  type: CONFIG_MAP,
  check: (configMap) => {
    const isCredential = /^clientId$|(secret|password|passphrase|token|key|credentials?)$/i;
    const entry = entries(configMap).find(
      ({ key, value }) => isCredential.test(key) && typeof value === "string" && !/^\$\{\w+\}$/.test(value),
    );
    return entry && `${entry.path} holds a value.`;
  },
};

/** Backstage reads other files and variables in their place. */
export const includesNothing: Rule<ConfigMap> = {
  name: "overlay-includes-nothing",
  description: "Backstage's config takes no part of itself from elsewhere: no $include, $file or $env.",
  remedy: "Write out what it includes, with ${NAME} where a credential goes.",
  level: "mandatory",
  type: CONFIG_MAP,
  check: (configMap) => {
    const entry = entries(configMap).find(({ key }) => key.startsWith("$"));
    return entry && `${entry.path} is there.`;
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

/**
 * Who answers at metadataUrl says where people type their passwords, and by which keys tokens are good; who answers at
 * orgUrl is sent the catalog's credentials, and says who there is.
 */
export const trustsTheOrg: Rule<ConfigMap> = {
  name: "overlay-trusts-the-org-alone",
  description: "metadataUrl, audience and orgUrl are on the host of oktaUrl, by https; by http on this machine alone.",
  remedy: "Take them out of where they are set, so that they are made from oktaUrl.",
  level: "mandatory",
  type: CONFIG_MAP,
  check: (configMap, { stack }) => {
    const entry = entries(configMap).find(
      ({ key, value }) => ["metadataUrl", "audience", "orgUrl"].includes(key) && !isOf(value, stack.oktaUrl),
    );
    return entry && `${entry.path} is ${withoutPassword(String(entry.value))}, where oktaUrl is ${stack.oktaUrl}.`;
  },
};

function isOf(address: unknown, oktaUrl: string): boolean {
  if (typeof address !== "string" || !URL.canParse(address) || !URL.canParse(oktaUrl)) return false;
  const [url, org] = [new URL(address), new URL(oktaUrl)];
  const isEncrypted = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
  return isEncrypted && url.host === org.host && !url.username && !url.password;
}

const LINE =
  /^(p, role:default\/(?!rbac_admin,)[a-z0-9._-]+, [\w.-]+, (create|read|update|delete|use), allow|g, group:[a-z0-9-]+\/[\w.-]+, role:default\/(?!rbac_admin$)[a-z0-9._-]+)$/;

/** Another kind of line could give one person everything, or everybody something. */
export const givesRolesToGroups: Rule<ConfigMap> = {
  name: "role-policies-are-for-groups",
  description: `${ROLES_FILE} says what a role may do and which groups have it, and nothing else; the plugin's own role is not among them.`,
  remedy: "Set roles in the config, and leave the file to be made of it.",
  level: "mandatory",
  type: CONFIG_MAP,
  check: ({ data = {} }) => {
    const lines = (data[ROLES_FILE] ?? "").split("\n").filter((line) => line !== "");
    const at = lines.findIndex((line) => !LINE.test(line));
    return at < 0 ? undefined : `Its line ${at + 1} is another.`;
  },
};

/** Such as superUsers, who may do everything whatever their roles are, or a switch that turns permissions off. */
export const permitsByRoles: Rule<ConfigMap> = {
  name: "overlay-permits-by-roles-alone",
  description: "What the overlay says of permissions is that the roles count.",
  remedy: "Take the rest out of permission; who is to administer the RBAC plugin belongs in the portal's own config.",
  level: "mandatory",
  type: CONFIG_MAP,
  check: ({ data = {} }) => {
    const { permission } = (documents(data[FILE] ?? "")[0] ?? {}) as { permission?: unknown };
    const wanted = data[ROLES_FILE] === undefined ? undefined : PERMISSION;
    return JSON.stringify(permission) === JSON.stringify(wanted) ? undefined : "Its permission says something else.";
  },
};

const PERMISSION = {
  enabled: true,
  rbac: { "policies-csv-file": `okta/${ROLES_FILE}`, policyFileReload: true, useOwnershipEntityRefs: true },
};

/** With any domain, alice@partner.example signs in as alice@acme.example. */
export const namesDomains: Rule<ConfigMap> = {
  name: "local-part-resolver-names-domains",
  description: "The resolver that takes the part before the @ for a person's name says of which domains.",
  remedy: "Add allowedDomains to emailLocalPartMatchingUserEntityName in signInResolvers.",
  level: "mandatory",
  type: CONFIG_MAP,
  check: (configMap) => {
    const entry = entries(configMap).find(({ value }) => {
      const { resolver, allowedDomains } = (value ?? {}) as { resolver?: unknown; allowedDomains?: unknown };
      const isBounded = Array.isArray(allowedDomains) && allowedDomains.length > 0;
      return resolver === "emailLocalPartMatchingUserEntityName" && !isBounded;
    });
    return entry && `${entry.path} has no allowedDomains.`;
  },
};

interface Entry {
  /** Such as `app-config.okta.yaml: auth.session.secret`. */
  path: string;
  key: string;
  value: unknown;
}

/** Each key of the Backstage config that a ConfigMap holds. */
function entries({ data = {} }: ConfigMap): Entry[] {
  return documents(data[FILE] ?? "").flatMap((document) => entriesBelow(`${FILE}: `, document));
}

/** The documents of a YAML text, as far as they can be read. */
function documents(text: string): unknown[] {
  const parsed = parseAllDocuments(text);
  return Array.isArray(parsed) ? parsed.map((document) => document.toJS() as unknown) : [];
}

function entriesBelow(prefix: string, value: unknown): Entry[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, value]) => {
    const path = prefix + key;
    return [{ path, key, value: value as unknown }, ...entriesBelow(`${path}.`, value)];
  });
}
