import { SCOPES } from "../../components/portal";
import { failed, type Finding, type Problem, warning } from "./check";
import { type Answer, askOkta, jsonOf } from "./http";
import type { Recorded } from "./recorded";

/** The part of a discovery document that a sign-in uses (OpenID Connect Discovery 1.0, section 3; RFC 8414). */
export interface DiscoveryDocument {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  jwks_uri: string;
  scopes_supported?: string[];
  code_challenge_methods_supported?: string[];
}

const ENDPOINTS = ["authorization_endpoint", "token_endpoint", "jwks_uri"] as const;

/** Reads the issuer's discovery document, and checks that it describes the server that the stack means. */
export async function checkDiscovery({
  discoveryUrl,
  issuer,
  pkce,
}: Recorded): Promise<Finding<{ document: DiscoveryDocument; answer: Answer }>> {
  const answer = await askOkta(discoveryUrl);
  const document = jsonOf(answer);
  if (answer.status === 404) {
    const cause = `Okta has no active authorization server there: ${discoveryUrl} answers 404`;
    const remedy = "compare the issuer with Security > API in Okta. To make anew what was deleted: pulumi up --refresh";
    return { problems: [failed(cause, remedy)] };
  }
  if (!isDocument(document)) {
    const cause = `${discoveryUrl} answers ${answer.status}, and no discovery document`;
    return { problems: [failed(cause, "see that oktaUrl is the org's address, with no proxy in between")] };
  }
  const problems = discoveryProblems(document, { issuer, pkce });
  return {
    says: `its issuer is ${issuer}, its endpoints are on that host, it knows the scopes and S256`,
    problems,
    // The endpoints of a server that is not the stack's tell nothing about the stack.
    value: document.issuer === issuer ? { document, answer } : undefined,
  };
}

/** What in a discovery document is not as a sign-in needs it. */
export function discoveryProblems(
  document: DiscoveryDocument,
  { issuer, pkce }: Pick<Recorded, "issuer" | "pkce">,
): Problem[] {
  const problems: Problem[] = [];
  if (document.issuer !== issuer) {
    problems.push(
      failed(
        `the document names another issuer, ${document.issuer}, where the stack expects ${issuer}`,
        "set oktaUrl to the address that Okta names (the org's own, or its custom domain), and pulumi up",
      ),
    );
  }
  for (const name of ENDPOINTS) {
    const endpoint = new URL(document[name]);
    if (!isEncrypted(endpoint)) {
      problems.push(
        failed(`the ${name} is not https: ${endpoint.href}`, "use the https address of the org as oktaUrl"),
      );
    }
    if (endpoint.host !== new URL(issuer).host) {
      problems.push(
        failed(
          `the ${name} is on another host than the issuer: ${endpoint.href}`,
          "see that no proxy rewrites the document, and that oktaUrl is the address that Okta names",
        ),
      );
    }
  }
  const missing = SCOPES.filter((scope) => document.scopes_supported && !document.scopes_supported.includes(scope));
  if (missing.length > 0) {
    const email = missing.includes("email") ? " Without email the user profile is null." : "";
    problems.push(
      warning(
        `the authorization server does not list the scopes ${missing.join(", ")}.${email}`,
        `enable them in Okta (Security > API > the server > Scopes), with "Include in public metadata"`,
      ),
    );
  }
  const methods = document.code_challenge_methods_supported;
  if (pkce && methods && !methods.includes("S256")) {
    problems.push(
      failed(`the server takes no PKCE challenge with S256, only ${methods.join(", ")}`, "use an Okta org"),
    );
  }
  return problems;
}

function isDocument(value: object): value is DiscoveryDocument {
  const { issuer, ...rest } = value as Record<string, unknown>;
  return typeof issuer === "string" && ENDPOINTS.every((name) => URL.canParse(String(rest[name])));
}

/** Whether a credential may be sent to an endpoint: it is on the issuer's own host, and what goes there is not readable. */
export function isTrusted(endpoint: string, issuer: string): boolean {
  return isEncrypted(new URL(endpoint)) && new URL(endpoint).host === new URL(issuer).host;
}

const isEncrypted = (url: URL) => url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));

/** Whether a URL stays on its own machine, where plain http is no risk. */
export function isLoopback({ hostname }: URL): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}
