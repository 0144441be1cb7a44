import { createHash } from "node:crypto";

// What the stack and the portal's pods agree on. Nothing here needs Pulumi, so that a check of a stack can share it.

/** The one key of the ConfigMap, and the name of the file that the portal mounts. */
export const OVERLAY_FILE = "app-config.okta.yaml";

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
}

/** SHA-256 of the Secret's and the ConfigMap's content, in hexadecimal. */
export function contentChecksum(variables: Variables, overlay: string): string {
  const { OKTA_CLIENT_ID, OKTA_CLIENT_SECRET, AUTH_SESSION_SECRET, AUTH_SESSION_SECRET_PREVIOUS } = variables;
  const secrets = { OKTA_CLIENT_ID, OKTA_CLIENT_SECRET, AUTH_SESSION_SECRET, AUTH_SESSION_SECRET_PREVIOUS };
  const content = [secrets, overlay];
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
