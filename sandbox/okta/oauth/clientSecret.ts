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
  const [, basic] = /^Basic (\S+)$/i.exec(authorization) ?? [];
  if (basic !== undefined) {
    const [id = "", ...secret] = Buffer.from(basic, "base64").toString().split(":");
    if (!isActive(store, decode(id), decode(secret.join(":")))) return authorization;
    return basicOf(id);
  }
  const id = form.get("client_id") ?? "";
  if (!isActive(store, id, form.get("client_secret") ?? "")) return authorization;
  form.set("client_secret", vouched);
  // Backstage's own okta module sends this beside the secret in the body. It is no scheme (RFC 9110, section 11.4), and
  // portals with that module sign people in to apps of Okta's all the same, whichever of the two ways they are set to.
  if (!/^Basic: /i.test(authorization)) return authorization;
  if (findApp(store, id)?.credentials.oauthClient.token_endpoint_auth_method !== "client_secret_basic") return "";
  form.delete("client_secret");
  return basicOf(id);
}

const basicOf = (id: string) => `Basic ${Buffer.from(`${id}:${vouched}`).toString("base64")}`;

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
