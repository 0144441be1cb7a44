import { compactVerify, createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, type JWTPayload } from "jose";
import { failed, type Finding, type Problem, warning } from "./check";
import type { DiscoveryDocument } from "./discovery";
import { askOkta, jsonOf } from "./http";
import type { Recorded } from "./recorded";

/** Okta publishes the keys by which tokens are verified. */
export async function checkKeys({ jwks_uri }: DiscoveryDocument): Promise<Finding<JSONWebKeySet>> {
  const answer = await askOkta(jwks_uri);
  const keys = jsonOf(answer) as unknown as JSONWebKeySet;
  if (!Array.isArray(keys.keys) || keys.keys.length === 0) {
    const remedy = "see Security > API > the server > Signing key rotation in Okta";
    return { problems: [failed(`${jwks_uri} has no signing keys`, remedy)] };
  }
  return { says: `${jwks_uri} has ${keys.keys.length}`, value: keys };
}

/**
 * An ID token that a user brought is one with which the portal can sign them in.
 *
 * @param token is never shown, nor is any other claim than those that are wrong
 */
export async function checkToken(token: string, keys: JSONWebKeySet, recorded: Recorded): Promise<Finding> {
  let claims: JWTPayload;
  try {
    claims = decodeJwt(token);
  } catch {
    const cause = "this is no JWT: three parts of base64url with a dot between";
    return {
      problems: [failed(cause, "bring idToken of providerInfo in the answer of /api/auth/okta/refresh")],
    };
  }
  return {
    says: "signature, issuer, audience and expiry are right; sub, email, name and groups are there",
    problems: [...(await signatureProblems(token, keys)), ...claimProblems(claims, recorded, Date.now() / 1000)],
  };
}

async function signatureProblems(token: string, keys: JSONWebKeySet): Promise<Problem[]> {
  try {
    await compactVerify(token, createLocalJWKSet(keys));
    return [];
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    const cause = `invalid_token: its signature is by no key of the stack's issuer (${error.code})`;
    return [failed(cause, "bring a token of this stack's authorization server, as it came")];
  }
}

/**
 * What in an ID token's claims is not as the portal needs it.
 * @param now in seconds since 1970
 */
export function claimProblems(
  claims: JWTPayload,
  { issuer, clientId }: Pick<Recorded, "issuer" | "clientId">,
  now: number,
): Problem[] {
  const problems: Problem[] = [];
  const audiences = [claims.aud ?? []].flat();
  if ("cid" in claims || "scp" in claims) {
    problems.push(failed("this is an access token, not an ID token", "bring idToken of providerInfo instead"));
  } else if (!audiences.includes(clientId)) {
    problems.push(
      failed(
        `invalid_token, wrong audience: the token is for ${audiences.join(", ") || "nobody"}, where this stack's client ID is ${clientId}`,
        "sign in at this stack's portal, whose OKTA_CLIENT_ID has to be that",
      ),
    );
  }
  if (claims.iss !== issuer) {
    problems.push(
      failed(
        `invalid_token, wrong issuer: ${claims.iss ?? "none"}, where this stack has ${issuer}`,
        "see that metadataUrl and authServerId of the portal are those of the stack's authorization server",
      ),
    );
  }
  if (claims.exp === undefined || claims.exp <= now) {
    const ago = claims.exp === undefined ? "has no expiry" : `expired ${Math.round(now - claims.exp)} s ago`;
    problems.push(failed(`the token ${ago}`, "bring a new one; if it is new, correct the clock of this machine"));
  }
  const remedies = {
    sub: "bring a token of Okta",
    email:
      "Missing email scope: enable email scope in Okta app configuration and restart backend; see that the user has an email",
    name: "see that the profile scope is asked for, and that the Okta application's attribute mappings align with Backstage's expected schema",
  };
  for (const [claim, remedy] of Object.entries(remedies)) {
    if (!claims[claim]) problems.push(failed(`the token has no ${claim}`, remedy));
  }
  if (!Array.isArray(claims.groups) || claims.groups.length === 0) {
    problems.push(
      warning(
        "the token has no groups",
        "see that the groups scope is asked for (additionalScopes), and that groupsFilter lets one of the user's groups through",
      ),
    );
  }
  return problems;
}
