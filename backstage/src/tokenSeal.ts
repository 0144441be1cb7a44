import { AuthenticationError } from "@backstage/errors";
import { CompactEncrypt, compactDecrypt } from "jose";
import { hkdfSync } from "node:crypto";

/**
 * Encrypts Okta's refresh tokens for the cookie that the browser keeps, by a key from the portal's session secret
 * (HKDF, RFC 5869; JWE with `dir` and A256GCM, RFC 7516). A stolen cookie is of use at this portal alone, and another
 * session secret ends every session.
 */
export class TokenSeal {
  private readonly key: Uint8Array;

  /** @param secret `auth.session.secret` */
  constructor(secret: string) {
    this.key = new Uint8Array(hkdfSync("sha256", secret, "", "okta refresh token", 32));
  }

  seal(token: string): Promise<string> {
    return new CompactEncrypt(new TextEncoder().encode(token))
      .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
      .encrypt(this.key);
  }

  /** @throws AuthenticationError when it was not sealed with this secret */
  async open(sealed: string): Promise<string> {
    const { plaintext } = await compactDecrypt(sealed, this.key).catch(() => {
      throw new AuthenticationError("Your session in this portal has ended. Sign in again.");
    });
    return new TextDecoder().decode(plaintext);
  }
}
