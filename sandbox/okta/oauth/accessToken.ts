import { generateKeyPairSync, randomBytes } from "node:crypto";
import { compactVerify, createLocalJWKSet, importJWK, type JSONWebKeySet, type JWK, SignJWT } from "jose";
import type { Store } from "../store";
import { now } from "./adapter";

/**
 * Okta's access tokens are JWTs, and good at userinfo, introspection and revocation too. Those of `oidc-provider` are one
 * or the other: so it issues opaque ones, and the JWT around it has that one's value in its `jti`.
 */
const PREFIX = "AT.";

/** Signs an access token of Okta's form around an opaque one. */
export async function signAccessToken(
  store: Store,
  opaque: string,
  { expiresIn, claims }: { expiresIn: number; claims: Record<string, unknown> },
): Promise<string> {
  const [signingKey] = keysOf(store);
  if (!signingKey) throw new Error("The org has no signing keys: its state is incomplete, so make it anew.");
  return new SignJWT({ ...claims, jti: PREFIX + opaque, iat: now(), exp: now() + expiresIn })
    .setProtectedHeader({ alg: "RS256", kid: signingKey.kid })
    .sign(await importJWK(signingKey, "RS256"));
}

/** The opaque token inside an access token of this org; whether that one is still valid is to be seen. */
export async function openAccessToken(store: Store, token: string): Promise<string | undefined> {
  try {
    const { payload } = await compactVerify(token, createLocalJWKSet(publicKeys(store)));
    const { jti } = JSON.parse(new TextDecoder().decode(payload)) as { jti?: string };
    return jti?.startsWith(PREFIX) ? jti.slice(PREFIX.length) : undefined;
  } catch {
    return undefined;
  }
}

/** New keys for an org to sign its tokens with: private JWKs (RFC 7517), RS256 alone as with Okta. */
export function newSigningKeys(): Record<string, unknown>[] {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = randomBytes(32).toString("base64url");
  return [{ ...privateKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" }];
}

/** The keys that sign what the org issues. */
export function keysOf(store: Store): JWK[] {
  return store.org.get("org")?.signingKeys ?? [];
}

function publicKeys(store: Store): JSONWebKeySet {
  return { keys: keysOf(store).map(({ kty, kid, alg, use, n, e }) => ({ kty, kid, alg, use, n, e })) };
}
