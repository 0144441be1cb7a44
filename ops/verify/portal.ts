import { SCOPES } from "../../components/portal";
import { failed, type Finding, type Problem, warning } from "./check";
import type { DiscoveryDocument } from "./discovery";
import { type Answer, askPortal, jsonOf, messageOf } from "./http";
import type { BrowserConfig } from "./page";
import type { Recorded } from "./recorded";

/** The portal's backend says that it is ready. */
export async function checkReadiness({ backendUrl }: Recorded): Promise<Finding<Answer>> {
  const url = `${backendUrl}/.backstage/health/v1/readiness`;
  const answer = await askPortal(url);
  const problem = readinessProblem(answer, url);
  return problem ? { problems: [problem] } : { says: `${backendUrl} is ready`, value: answer };
}

/** What in an answer is not Backstage's own word that it is ready. */
export function readinessProblem(answer: Pick<Answer, "status" | "text">, url: string): Problem | undefined {
  if (answer.status === 200) {
    if (jsonOf(answer).status === "ok") return undefined;
    return failed(
      `${url} answers with something else than Backstage's readiness, such as the page of a frontend`,
      "see that backendUrl (or portalUrl) is Backstage's backend.baseUrl, and that the ingress leads /.backstage and /api to the backend",
    );
  }
  const cause = `the portal is not ready: ${url} answers ${answer.status}`;
  const remedy =
    answer.status === 404
      ? "see that backendUrl (or portalUrl) is Backstage's backend.baseUrl, and that the ingress lets it through"
      : "see its logs: a backend that cannot start with its config stays not ready";
  return failed(cause, remedy);
}

/** Sign-in starts: asked as the browser will ask, the portal sends it to Okta with exactly what the stack made. */
export async function checkStart(
  { backendUrl, environment }: BrowserConfig,
  recorded: Recorded,
  { authorization_endpoint: endpoint }: DiscoveryDocument,
): Promise<Finding<URL>> {
  const { portalUrl } = recorded;
  const query = new URLSearchParams({
    env: environment,
    // As the portal's own page asks: by oktaAuthApiRef of Backstage.
    scope: "openid email profile offline_access",
    origin: new URL(portalUrl).origin,
    flow: "popup",
  });
  const answer = await askPortal(`${backendUrl}/api/auth/okta/start?${query}`);
  const location = answer.headers.get("location");
  if (answer.status !== 302 || !location || !URL.canParse(location)) {
    return { problems: [startRefusal(answer, recorded)] };
  }
  const url = new URL(location);
  const isStacksServer = url.origin + url.pathname === endpoint;
  return {
    says: `the portal redirects to Okta with the stack's client ID, redirect URI and scopes${recorded.pkce ? ", and S256" : ""}`,
    problems: redirectProblems(url, recorded, endpoint),
    // What another server would say to it tells nothing about this one.
    value: isStacksServer ? url : undefined,
  };
}

/** Why the portal does not even redirect to Okta. */
export function startRefusal(answer: Answer, { environment, portalUrl }: Recorded): Problem {
  const message = messageOf(answer);
  const cause = `the portal does not start a sign-in (${answer.status}): ${message}`;
  if (/Unknown auth provider|No auth provider registered/i.test(message)) {
    return failed(
      cause,
      "install the Okta auth provider module in the portal's backend (backstage/auth/README.md), and give it the overlay",
    );
  }
  if (/No configuration available/i.test(message)) {
    return failed(
      cause,
      `the portal does not use the overlay, which configures ${environment}: mount the ConfigMap, and restart it`,
    );
  }
  if (answer.status === 403) {
    return failed(
      cause,
      `set the portal's app.baseUrl and the stack's portalUrl to the same address: the stack has ${portalUrl}`,
    );
  }
  if (/requires? (a )?session|session.*secret|sessions? support/i.test(message)) {
    return failed(
      cause,
      "auth.session.secret is missing: mount the ConfigMap, give the portal AUTH_SESSION_SECRET, and restart it",
    );
  }
  if (/discovery|cannot be read|does not answer|ECONNREFUSED|ENOTFOUND|issuer/i.test(message)) {
    return failed(cause, "Okta cannot be reached from the portal: see the network from its pods, and status.okta.com");
  }
  return failed(
    cause,
    "see the portal's logs. At this place, mostly auth.session.secret is missing or Okta could not be reached at its start",
  );
}

/** What in the portal's redirect to Okta is not what the stack made. */
export function redirectProblems(url: URL, recorded: Recorded, endpoint: string): Problem[] {
  const { clientId, redirectUri, pkce } = recorded;
  const problems: Problem[] = [];
  const restart = "see that the portal mounts the stack's ConfigMap and reads its Secret, and restart it";
  const expect = (what: string, found: string | null, wanted: string, remedy = restart) => {
    if (found !== wanted)
      problems.push(failed(`the portal sends ${what} ${found ?? "none"}, where the stack has ${wanted}`, remedy));
  };
  expect(
    "people to",
    url.origin + url.pathname,
    endpoint,
    `it uses another authorization server than the stack: ${restart}`,
  );
  expect("the client ID", url.searchParams.get("client_id"), clientId);
  expect(
    "the redirect URI",
    url.searchParams.get("redirect_uri"),
    redirectUri,
    "set the portal's backend.baseUrl, or the stack's backendUrl, so that both are the same; no trailing slashes",
  );
  expect("the response type", url.searchParams.get("response_type"), "code");

  const scopes = url.searchParams.get("scope")?.split(" ") ?? [];
  const missing = SCOPES.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0)
    problems.push(failed(`the portal does not ask for the scopes ${missing.join(", ")}`, scopeRemedy(missing)));
  if (!url.searchParams.get("state")) problems.push(failed("the portal sends no state", "update Backstage"));

  if (!pkce) {
    problems.push(
      warning(
        "PKCE is not used: the stock okta module cannot send it",
        "enforce PKCE flows: install this project's backend module and set authModule to pkce",
      ),
    );
  } else if (url.searchParams.get("code_challenge_method") !== "S256" || !url.searchParams.get("code_challenge")) {
    problems.push(
      failed(
        "the portal sends no PKCE challenge by S256, which its app in Okta requires",
        "install this project's backend module in place of the stock one (backstage/auth/README.md), or set authModule to stock",
      ),
    );
  } else if (!url.searchParams.get("nonce")) {
    problems.push(
      failed("the portal sends no nonce", "install this project's backend module (backstage/auth/README.md)"),
    );
  }
  return problems;
}

function scopeRemedy(missing: string[]): string {
  if (missing.includes("email")) return "enable email scope in Okta app configuration and restart backend";
  return `add them to additionalScopes under auth.providers.okta: ${missing.includes("offline_access") ? "without offline_access a session ends with its first access token" : "oktaGroups needs groups"}`;
}

/** The endpoint that keeps sessions alive is there: without a session it says 401. */
export async function checkRefresh(
  { backendUrl, environment }: BrowserConfig,
  { portalUrl }: Pick<Recorded, "portalUrl">,
): Promise<Finding> {
  const url = `${backendUrl}/api/auth/okta/refresh?env=${encodeURIComponent(environment)}`;
  const { origin } = new URL(portalUrl);
  const answer = await askPortal(url, { method: "POST", headers: { "X-Requested-With": "XMLHttpRequest", origin } });
  const isElsewhere = origin !== new URL(backendUrl).origin;
  const problem = refreshProblem(answer) ?? (isElsewhere ? corsProblem(answer, origin) : undefined);
  return problem ? { problems: [problem] } : { says: "/api/auth/okta/refresh answers 401 without a session" };
}

function refreshProblem(answer: Answer): Problem | undefined {
  if (answer.status === 401) return undefined;
  const cause = `/api/auth/okta/refresh answers ${answer.status} without a session: ${messageOf(answer)}`;
  const remedy =
    answer.status === 404
      ? "install the Okta auth provider module in the portal's backend, and give it the overlay"
      : "it has to be 401: see the portal's logs, and the ingress";
  return failed(cause, remedy);
}

/** What keeps a page of another origin than the backend's from reading the backend's answers, with cookies. */
export function corsProblem({ headers }: Pick<Answer, "headers">, origin: string): Problem | undefined {
  const allowed = headers.get("access-control-allow-origin");
  if (allowed === origin && headers.get("access-control-allow-credentials") === "true") return undefined;
  return failed(
    `the backend does not let the page at ${origin} read its answers: Access-Control-Allow-Origin is ${allowed ?? "missing"}, and it needs Access-Control-Allow-Credentials: true`,
    `set backend.cors of the portal to {origin: ${origin}, credentials: true}`,
  );
}
