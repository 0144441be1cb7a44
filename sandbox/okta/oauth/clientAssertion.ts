import { createHash } from "node:crypto";
import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWK, type JWTPayload } from "jose";
import type { Store } from "../store";
import { now } from "./adapter";
import { findApp } from "./clients";

const MAX_LIFETIME = 3600;

/** A client assertion was refused: `invalid_client`, in Okta's words. */
export class InvalidAssertion extends Error {}

/**
 * Authenticates a client by its assertion (`private_key_jwt`), as Okta does. `oidc-provider` can not: it demands the
 * `jti` that Okta leaves optional, and that Okta's own Go SDK, by which the genuine Pulumi provider signs in, never sends.
 *
 * @param audiences the URLs of the endpoint that was called
 * @returns the client ID
 * @throws InvalidAssertion
 * @see https://developer.okta.com/docs/api/openapi/okta-oauth/guides/client-auth/#jwt-with-private-key
 */
export async function authenticateByAssertion(store: Store, assertion: string, audiences: string[]): Promise<string> {
  const { kid, claims } = decode(assertion);
  const { iss, sub, aud, exp, jti } = claims;
  const app = sub === undefined ? undefined : findApp(store, sub);
  if (!app || !sub) throw new InvalidAssertion("Invalid value for 'client_id' parameter.");
  if (iss !== sub || app.credentials.oauthClient.token_endpoint_auth_method !== "private_key_jwt") {
    throw new InvalidAssertion(
      "Client authentication failed. Either the client or the client credentials are invalid.",
    );
  }

  const keys = (app.settings.oauthClient.jwks?.keys ?? []).filter(({ status }) => status !== "INACTIVE") as JWK[];
  const key =
    kid === undefined && keys.length === 1 ? keys[0] : keys.find((key) => key.kid === kid && kid !== undefined);
  if (!key) throw new InvalidAssertion("The client_assertion JWT kid is invalid.");
  try {
    await compactVerify(assertion, await importJWK(key, "RS256"), { algorithms: ["RS256", "RS384", "RS512"] });
  } catch {
    throw new InvalidAssertion("The client_assertion signature is invalid.");
  }

  if (![aud].flat().some((audience) => audience !== undefined && audiences.includes(audience))) {
    throw new InvalidAssertion("The audience claim for client_assertion must be the endpoint invoked for the request.");
  }
  if (exp === undefined || exp <= now()) throw new InvalidAssertion("The client_assertion token is expired.");
  if (exp > now() + MAX_LIFETIME) {
    throw new InvalidAssertion("The client_assertion token has an expiration too far into the future.");
  }
  if (jti !== undefined) await useOnce(store, sub + jti, exp);
  return sub;
}

function decode(assertion: string): { kid?: string; claims: JWTPayload } {
  try {
    return { kid: decodeProtectedHeader(assertion).kid, claims: decodeJwt(assertion) };
  } catch {
    throw new InvalidAssertion("The client_assertion is not a valid JWT.");
  }
}

async function useOnce(store: Store, id: string, expiresAt: number): Promise<void> {
  const key = `assertion/${createHash("sha256").update(id).digest("hex")}`;
  const isNew = await store.artifacts.ifNoExists(key, () => {
    void store.artifacts.put(key, { payload: {}, expiresAt });
  });
  if (!isNew) throw new InvalidAssertion("The client_assertion token has already been used.");
}
