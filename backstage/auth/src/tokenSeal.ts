import { AuthenticationError } from "@backstage/errors";
import { EncryptJWT, jwtDecrypt } from "jose";
import { hkdfSync } from "node:crypto";

const ALGORITHM = { alg: "dir", enc: "A256GCM" };
// Between two replicas of a portal.
const CLOCK_TOLERANCE_S = 5;

/** What the browser keeps of a session, sealed. */
export interface SealedSession {
  /** Okta's. */
  refreshToken: string;
  /** The ID of the user in Okta whose session it is. */
  subject: string;
  /** When the person signed in: seconds since 1970. A refresh does not move it. */
  startedAt: number;
}

/**
 * Encrypts sessions for the cookie that the browser keeps, by a key from the portal's session secret (HKDF, RFC 5869;
 * a JWT, RFC 7519, by `dir` and A256GCM). One is of use to the same portal with the same client in Okta alone, and
 * another session secret ends them all, unless it is told the former one.
 */
export class TokenSeal {
  /** The first seals. */
  private readonly keys: [Uint8Array, ...Uint8Array[]];

  /**
   * @param secret `auth.session.secret`
   * @param clientId the app in Okta whose refresh tokens these are
   * @param others secrets that seal nothing, but open what they have sealed
   */
  constructor(
    secret: string,
    private readonly clientId: string,
    others: string[] = [],
  ) {
    this.keys = [keyOf(secret), ...others.map(keyOf)];
  }

  seal({ refreshToken, subject, startedAt }: SealedSession): Promise<string> {
    return new EncryptJWT({ refreshToken })
      .setProtectedHeader(ALGORITHM)
      .setAudience(this.clientId)
      .setSubject(subject)
      .setIssuedAt(startedAt)
      .encrypt(this.keys[0]);
  }

  /**
   * @param maxAgeS how many seconds after the sign-in the session ends
   * @throws AuthenticationError when the session has ended, or was not sealed with one of the secrets for this client
   */
  async open(sealed: string, maxAgeS?: number): Promise<SealedSession> {
    const options = {
      audience: this.clientId,
      keyManagementAlgorithms: [ALGORITHM.alg],
      contentEncryptionAlgorithms: [ALGORITHM.enc],
      requiredClaims: ["refreshToken", "sub", "iat"],
      maxTokenAge: maxAgeS,
      clockTolerance: CLOCK_TOLERANCE_S,
    };
    const { payload } = await Promise.any(this.keys.map((key) => jwtDecrypt<Claims>(sealed, key, options))).catch(
      () => {
        throw sessionEnded();
      },
    );
    return { refreshToken: payload.refreshToken, subject: payload.sub, startedAt: payload.iat };
  }
}

/** Whether a browser's cookie is a sealed session at all, whoever sealed it: a JWE in its compact form (RFC 7516, 7.1). */
export const isSealed = (cookie: string) => cookie.split(".").length === 5;

export const sessionEnded = () => new AuthenticationError("Your session in this portal has ended. Sign in again.");

interface Claims {
  refreshToken: string;
  sub: string;
  iat: number;
}

const keyOf = (secret: string) => new Uint8Array(hkdfSync("sha256", secret, "", "okta refresh token", 32));
