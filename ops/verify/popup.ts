import { failed, type Finding, type Problem } from "./check";
import { allowsInlineScript, contentSecurityPolicies, scriptSources } from "./csp";
import { type Answer, askPortal } from "./http";
import type { Recorded } from "./recorded";

const AT = "your reverse proxy or ingress controller";

/** The headers of the page that the popup ends on let it hand over the sign-in. */
export async function checkPopup({ redirectUri, environment }: Recorded): Promise<Finding> {
  // Without a state it answers with an error, on the very page by which it hands over a sign-in.
  const answer = await askPortal(`${redirectUri}?env=${encodeURIComponent(environment)}`);
  return { says: "the headers of its last page let it answer", problems: callbackProblems(answer) };
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
  const blocking = contentSecurityPolicies(headers)
    .map(scriptSources)
    .find((sources) => !allowsInlineScript(sources, script));
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
