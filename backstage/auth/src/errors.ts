import { AuthenticationError, NotAllowedError, ServiceUnavailableError } from "@backstage/errors";

/** What an error of the OpenID client means to the person who signs in, the first that matches. */
const CAUSES: { when: RegExp; error: new (message: string) => Error; says: string }[] = [
  {
    when: /(state|nonce) mismatch|state missing|state argument is missing|request details in session|PKCE verification/,
    error: NotAllowedError,
    says: "This answer does not belong to a sign-in that this browser has under way. Sign in again, with cookies allowed.",
  },
  {
    when: /access_denied.*not assigned/i,
    error: NotAllowedError,
    says: "You are not assigned to this portal in Okta. Ask your Okta administrator to add you to a group that is.",
  },
  {
    when: /access_denied/,
    error: NotAllowedError,
    says: "Okta did not let you in. If you did not cancel, ask your Okta administrator about the policies of this portal's app and authorization server.",
  },
  {
    when: /(login|interaction|consent|account_selection)_required/,
    error: AuthenticationError,
    says: "Okta needs to ask you something, which this portal's config forbids: remove prompt: none from auth.providers.okta.",
  },
  {
    when: /invalid_client/,
    error: ServiceUnavailableError,
    says: "Okta does not accept this portal's credentials: its OKTA_CLIENT_ID and OKTA_CLIENT_SECRET are not those of its app in Okta.",
  },
  {
    when: /invalid_scope/,
    error: ServiceUnavailableError,
    says: "This portal asks Okta for a scope that its authorization server does not have or allow: compare additionalScopes under auth.providers.okta with the server's scopes.",
  },
  {
    when: /invalid_grant.*refresh token/i,
    error: AuthenticationError,
    says: "Your session in Okta has ended. Sign in again.",
  },
  {
    when: /invalid_grant/,
    error: AuthenticationError,
    says: "This sign-in was used before, or it took too long. Sign in again.",
  },
  {
    when: /unexpected iss value|aud mismatch/,
    error: AuthenticationError,
    says: "The ID token is not for this portal: metadataUrl under auth.providers.okta and OKTA_CLIENT_ID must be those of the portal's own app and authorization server.",
  },
  {
    when: /JWT (expired|not active yet)/,
    error: AuthenticationError,
    says: "The ID token is out of date on arrival: the clocks of this portal and Okta differ. Correct the portal's clock.",
  },
  {
    when: /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|socket hang up|timed out|expected 200 OK, got: 5/,
    error: ServiceUnavailableError,
    says: "Okta does not answer. Try again in a moment.",
  },
];

/**
 * Throws an error again in words for the person who signs in, with what Okta said.
 * @throws the error itself, when it is none that this module knows
 */
export function explain(error: Error): never {
  const cause = CAUSES.find(({ when }) => when.test(error.message));
  if (!cause) throw error;
  // An OpenID error reads: code (description).
  const [, said] = /[a-z]+_[a-z_]+ \((.*)\)$/s.exec(error.message) ?? [];
  throw new cause.error(said ? `${cause.says} Okta says: ${said}` : cause.says);
}
