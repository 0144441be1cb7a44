import { randomBytes } from "node:crypto";
import type { Variables } from "../../components/portal";
import { failed, type Finding, type Problem, skipped } from "./check";
import { type DiscoveryDocument, isTrusted } from "./discovery";
import { type Answer, askOkta, jsonOf, messageOf } from "./http";
import type { Recorded } from "./recorded";

/** Okta may send the browser around on its own host before it answers. */
const MAX_REDIRECTS = 5;

/**
 * Okta accepts the portal's own request. Asked without a session and with prompt=none, it sends the browser back to the
 * portal with login_required (OpenID Connect Core 1.0, section 3.1.2.6); that way is not gone, so nothing changes.
 */
export async function checkAuthorize(start: URL, { redirectUri, issuer }: Recorded): Promise<Finding> {
  let url = new URL(start);
  url.searchParams.set("prompt", "none");
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const answer = await askOkta(url.href);
    const location = answer.headers.get("location");
    if (!location) return { problems: [refusal(messageOf(answer), redirectUri)] };
    url = new URL(location, url);
    if (url.origin + url.pathname === redirectUri) {
      const { error, error_description } = Object.fromEntries(url.searchParams);
      if (error === "login_required") {
        return { says: "Okta accepts the portal's client ID, redirect URI and scopes" };
      }
      return {
        problems: [refusal([error ?? "no error", error_description].filter(Boolean).join(": "), redirectUri)],
      };
    }
    if (!isTrusted(url.href, issuer)) {
      return { problems: [refusal(`it sends the browser on to ${url.origin}${url.pathname}`, redirectUri)] };
    }
  }
  return {
    says: "",
    problems: [
      refusal(`it redirects more than ${MAX_REDIRECTS} times, at last to ${url.origin}${url.pathname}`, redirectUri),
    ],
  };
}

/** Why Okta refuses an authorization request, by what it says. */
export function refusal(said: string, redirectUri: string): Problem {
  const cause = (what: string) => `${what}. Okta says: ${said}`;
  const reset = "to undo a change by hand: pulumi up --refresh";
  if (/redirect_uri/.test(said)) {
    return failed(
      cause("Mismatched redirect URIs in Okta"),
      `ensure exact match with ${redirectUri} (no trailing slashes); ${reset}`,
    );
  }
  if (/PKCE|code.challenge/i.test(said)) {
    return failed(
      cause("The app requires PKCE, and the portal sends none"),
      "install this project's backend module in place of the stock one (backstage/auth/README.md), or set authModule to stock and pulumi up --refresh",
    );
  }
  if (/invalid_client|client_id/.test(said)) {
    return failed(cause("Okta has no active app with this client ID"), `activate the app in Okta; ${reset}`);
  }
  if (/invalid_scope/.test(said)) {
    return failed(
      cause("The authorization server lacks a scope that the portal asks for"),
      `enable email scope, and the others, in Okta, or take it out of additionalScopes; ${reset}`,
    );
  }
  if (/unsupported_response_type|unauthorized_client/.test(said)) {
    return failed(
      cause("The app does not allow the authorization code flow"),
      `allow it in the app's grant types; ${reset}`,
    );
  }
  if (/access_denied/.test(said)) {
    return failed(
      cause("A policy denies the sign-in"),
      `see the access policies of the authorization server, and the System Log in Okta; ${reset}`,
    );
  }
  return failed(cause("Okta does not accept the portal's request"), `see the System Log in Okta; ${reset}`);
}

/**
 * Okta accepts the client secret. A code that was never given out answers invalid_grant, but only to a client that is who
 * it says (RFC 6749, section 5.2).
 */
export async function checkClientSecret(
  { token_endpoint }: DiscoveryDocument,
  { OKTA_CLIENT_ID, OKTA_CLIENT_SECRET }: Variables,
  { redirectUri, issuer, pkce }: Recorded,
): Promise<Finding> {
  if (!isTrusted(token_endpoint, issuer)) return skipped("not sent to a token endpoint that is not the issuer's own");
  const basic = [OKTA_CLIENT_ID, OKTA_CLIENT_SECRET].map(encodeURIComponent).join(":");
  const answer = await askOkta(token_endpoint, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(basic).toString("base64")}`, accept: "application/json" },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: "made-up-by-verify",
      redirect_uri: redirectUri,
      ...(pkce && { code_verifier: randomBytes(32).toString("base64url") }),
    }),
  });
  return {
    says: "Okta accepts the Secret's client secret",
    problems: clientSecretProblems(answer),
  };
}

/** What the answer to a made-up code says about the client secret. */
export function clientSecretProblems(answer: Answer): Problem[] {
  const { error } = jsonOf(answer);
  if (error === "invalid_grant") return [];
  if (error === "invalid_client") {
    return [
      failed(
        `Okta does not accept the client secret in the Secret: it was changed in Okta only. Okta says: ${messageOf(answer)}`,
        // The former one may have leaked, and any update of the app would send it to Okta again, since the provider never
        // reads a secret.
        "have another one made: npm run rotate -- --client-secret. Sign-in fails until that is done. Until then change " +
          "nothing else of the app: that would make the former secret good again",
      ),
    ];
  }
  return [
    failed(`Okta answers ${answer.status} to a made-up code: ${messageOf(answer)}`, "see the System Log in Okta"),
  ];
}
