import { createHash } from "node:crypto";

// What the stack and the portal's pods agree on. Nothing here needs Pulumi, so that a check of a stack can share it.

/** The one key of the ConfigMap, and the name of the file that the portal mounts. */
export const OVERLAY_FILE = "app-config.okta.yaml";

/** The ConfigMap's other key, where there are roles. */
export const ROLES_FILE = "rbac-policies.csv";

/** Where the ConfigMap is mounted as a folder, below Backstage's working folder: the RBAC plugin takes a path from there. */
export const ROLES_FOLDER = "okta";

/** What the portal asks Okta for: the standard scopes, its groups, and a refresh token. */
export const SCOPES = ["openid", "profile", "email", "groups", "offline_access"];

/** The pod template's annotation that carries the checksum: a new value starts new pods. */
export const CHECKSUM_ANNOTATION = "backstage-okta-sso/checksum";

/** The environment variables that the Secret gives the portal, with their values. */
export interface Variables {
  OKTA_CLIENT_ID: string;
  OKTA_CLIENT_SECRET: string;
  /** Signs the cookie that holds a sign-in's state and PKCE verifier, and seals sessions. */
  AUTH_SESSION_SECRET: string;
  /** Opens sessions too: the former one, or the next one while a rotation is under way. */
  AUTH_SESSION_SECRET_PREVIOUS?: string;
  /** As whom the catalog reads the org, where it does: a service app, or an API token. */
  OKTA_CATALOG_CLIENT_ID?: string;
  OKTA_CATALOG_KEY_ID?: string;
  OKTA_CATALOG_PRIVATE_KEY?: string;
  OKTA_CATALOG_TOKEN?: string;
}

const NAMES: (keyof Variables)[] = [
  "OKTA_CLIENT_ID",
  "OKTA_CLIENT_SECRET",
  "AUTH_SESSION_SECRET",
  "AUTH_SESSION_SECRET_PREVIOUS",
  "OKTA_CATALOG_CLIENT_ID",
  "OKTA_CATALOG_KEY_ID",
  "OKTA_CATALOG_PRIVATE_KEY",
  "OKTA_CATALOG_TOKEN",
];

/** The ConfigMap's content. */
export interface ConfigFiles {
  overlay: string;
  /** The roles' policies, where there are roles. */
  rolePolicies?: string | undefined;
}

/** SHA-256 of the Secret's and the ConfigMap's content, in hexadecimal. What is not there changes nothing in it. */
export function contentChecksum(variables: Variables, { overlay, rolePolicies }: ConfigFiles): string {
  const own = Object.fromEntries(NAMES.map((name) => [name, variables[name]]));
  const content = [own, overlay, ...(rolePolicies === undefined ? [] : [rolePolicies])];
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
