import { createHash } from "node:crypto";
import { failed, type Finding, type Problem, warning } from "./check";
import { isLoopback } from "./discovery";
import { type Answer, askPortal } from "./http";
import type { Recorded } from "./recorded";

const AT = "your reverse proxy or ingress controller";

/** The headers of the portal's page, and of the page that the popup ends on, let the popup do its work. */
export async function checkPopup({ portalUrl, redirectUri, environment }: Recorded): Promise<Finding> {
  const [page, callback] = await Promise.all([
    askPortal(`${portalUrl}/`),
    // Without a state it answers with an error, on the very page by which it hands over a sign-in.
    askPortal(`${redirectUri}?env=${encodeURIComponent(environment)}`),
  ]);
  return {
    says: "the headers of the portal let the sign-in popup answer",
    problems: [...pageProblems(page, new URL(portalUrl)), ...callbackProblems(callback)],
  };
}

/** What in the headers of the page that opens the popup is in its way. */
export function pageProblems({ headers }: Pick<Answer, "headers">, portalUrl: URL): Problem[] {
  const problems: Problem[] = [];
  const policies = contentSecurityPolicies(headers);
  const ancestors = policies.flatMap((policy) => policy.get("frame-ancestors") ?? []);
  const remedy = `add frame-ancestors 'self' to ${AT}`;
  if (policies.every((policy) => !policy.has("frame-ancestors"))) {
    problems.push(warning("Missing CSP headers: the portal's page has no frame-ancestors", remedy));
  } else if (!["'self'", "*", portalUrl.origin].some((source) => ancestors.includes(source))) {
    problems.push(
      failed(`frame-ancestors is ${ancestors.join(" ")}: the portal's own frames are blocked on login`, remedy),
    );
  }
  const opener = headers.get("cross-origin-opener-policy");
  if (opener && !/^(unsafe-none|same-origin-allow-popups)\b/.test(opener)) {
    problems.push(
      failed(
        `the portal's page has Cross-Origin-Opener-Policy: ${opener}, which cuts it off from the popup`,
        `remove that header from ${AT}: Backstage sends none`,
      ),
    );
  }
  const upgrades = policies.some((policy) => policy.has("upgrade-insecure-requests"));
  if (portalUrl.protocol === "http:" && !isLoopback(portalUrl) && upgrades) {
    problems.push(
      failed(
        "the page is plain http, but tells the browser to upgrade-insecure-requests: it stays blank",
        "serve the portal by https, or set backend.csp.upgrade-insecure-requests to false",
      ),
    );
  }
  return problems;
}

/** What in the headers of the page that hands over the sign-in is in its way. */
export function callbackProblems({ headers, text }: Pick<Answer, "headers" | "text">): Problem[] {
  const problems: Problem[] = [];
  const opener = headers.get("cross-origin-opener-policy");
  if (opener && !opener.startsWith("unsafe-none")) {
    problems.push(
      failed(
        `the page that the popup ends on has Cross-Origin-Opener-Policy: ${opener}, which cuts it off from the portal`,
        `remove that header from ${AT}: Backstage sends none`,
      ),
    );
  }
  const [, script] = /<script>([^]*?)<\/script>/.exec(text) ?? [];
  if (script === undefined) return problems;
  const hash = `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
  const blocking = contentSecurityPolicies(headers)
    .map((policy) => policy.get("script-src") ?? policy.get("default-src"))
    .find((sources) => sources && !sources.includes(hash) && !sources.includes("'unsafe-inline'"));
  if (blocking) {
    problems.push(
      failed(
        `a Content-Security-Policy blocks the script by which the popup answers: script-src ${blocking.join(" ")}`,
        `let ${AT} leave the header of /api/auth as Backstage sends it`,
      ),
    );
  }
  return problems;
}

/** The policies of a response, each by directive; there are several where a proxy adds one, and all of them hold. */
function contentSecurityPolicies(headers: Headers): Map<string, string[]>[] {
  const header = headers.get("content-security-policy");
  return (header?.split(",") ?? []).map(
    (policy) =>
      new Map(
        policy
          .split(";")
          .map((directive) => directive.trim().split(/\s+/))
          .map(([name = "", ...sources]) => [name.toLowerCase(), sources]),
      ),
  );
}
