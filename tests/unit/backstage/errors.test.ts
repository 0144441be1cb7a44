import { explain } from "../../../backstage/auth/src/errors";

const explained = (message: string) => {
  try {
    return explain(new Error(message));
  } catch (error) {
    return error as Error;
  }
};

it.each([
  [
    "Authentication rejected, access_denied (User is not assigned to the client application.)",
    "NotAllowedError",
    /^You are not assigned to this portal in Okta.*Okta says: User is not assigned to the client application\.$/,
  ],
  [
    "Authentication rejected, access_denied (Policy evaluation failed for this request, please check the policy configurations.)",
    "NotAllowedError",
    /^Okta did not let you in.*Okta says: Policy evaluation failed for this request/,
  ],
  ["Authentication rejected, login_required", "AuthenticationError", /remove prompt: none/],
  [
    "Authentication failed, invalid_client (The client secret supplied for a confidential client is invalid.)",
    "ServiceUnavailableError",
    /OKTA_CLIENT_SECRET.*Okta says: The client secret supplied/,
  ],
  [
    "Authentication failed, invalid_scope (One or more scopes are not configured for the authorization server resource.)",
    "ServiceUnavailableError",
    /additionalScopes.*Okta says: One or more scopes/,
  ],
  [
    "invalid_grant (The refresh token is invalid or expired.)",
    "AuthenticationError",
    /^Your session in Okta has ended/,
  ],
  [
    "invalid_grant (The authorization code is invalid or has expired.)",
    "AuthenticationError",
    /used before, or it took/,
  ],
  [
    "unexpected iss value, expected https://acme.okta.com, got: https://evil.example",
    "AuthenticationError",
    /^The ID token is not for this portal/,
  ],
  ["JWT expired, now 1700000000, exp 1600000000", "AuthenticationError", /clocks of this portal and Okta differ/],
  ["Authentication failed, connect ECONNREFUSED 127.0.0.1:443", "ServiceUnavailableError", /^Okta does not answer\./],
  ["outgoing request timed out after 10000ms", "ServiceUnavailableError", /^Okta does not answer\./],
])("explains %s", (message, name, explanation) => {
  expect(explained(message)).toMatchObject({ name, message: expect.stringMatching(explanation) as string });
});

it("does not repeat the state that a forged answer is compared with", () => {
  const { message } = explained("Authentication rejected, state mismatch, expected 6e6f6e63653d, got: forged");
  expect(message).toMatch(/^This answer does not belong to a sign-in that this browser has under way/);
  expect(message).not.toMatch(/6e6f6e63653d|forged/);
});

it("leaves an error alone that it does not know", () => {
  expect(explained("id_token issued in the future").message).toBe("id_token issued in the future");
});
