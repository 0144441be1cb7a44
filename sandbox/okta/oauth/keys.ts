import { generateKeyPairSync, randomBytes } from "node:crypto";

/** New keys for an org to sign its tokens with: private JWKs (RFC 7517), RS256 alone as with Okta. */
export function newSigningKeys(): Record<string, unknown>[] {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = randomBytes(32).toString("base64url");
  return [{ ...privateKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" }];
}
