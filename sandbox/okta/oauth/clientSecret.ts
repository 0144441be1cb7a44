import { secretsOf, type Store } from "../store";
import { findApp, vouched } from "./clients";

/**
 * Vouches for a client that sends one of its active secrets: an app of Okta's may have two, a client of `oidc-provider`
 * has one.
 *
 * @param authorization the request's header
 * @param form the request's body, in which a secret is replaced
 * @returns the header, in which a secret is replaced
 */
export function vouchForSecret(store: Store, authorization: string, form: URLSearchParams): string {
  // Backstage's own okta module writes a colon behind the scheme, and apps of Okta's let its portals in all the same.
  const [, basic] = /^Basic:? (\S+)$/i.exec(authorization) ?? [];
  if (basic !== undefined) {
    const [id = "", ...secret] = Buffer.from(basic, "base64").toString().split(":");
    if (!isActive(store, decode(id), decode(secret.join(":")))) return `Basic ${basic}`;
    return `Basic ${Buffer.from(`${id}:${vouched}`).toString("base64")}`;
  }
  if (isActive(store, form.get("client_id") ?? "", form.get("client_secret") ?? "")) form.set("client_secret", vouched);
  return authorization;
}

function isActive(store: Store, clientId: string, secret: string): boolean {
  const app = findApp(store, clientId);
  const active = app ? secretsOf(store, app.id).filter(({ status }) => status === "ACTIVE") : [];
  return active.some(({ client_secret }) => client_secret === secret);
}

/** Credentials are form-encoded in the header (RFC 6749, section 2.3.1). */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
