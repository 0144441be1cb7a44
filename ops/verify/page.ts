import { failed, type Finding, type Problem, Stopped, unknown, warning } from "./check";
import { allowsSource, contentSecurityPolicies } from "./csp";
import { isLoopback } from "./discovery";
import { type Answer, askPortal } from "./http";
import type { Recorded } from "./recorded";

const AT = "your reverse proxy or ingress controller";

/** What the portal's page makes the browser ask for when somebody signs in. */
export interface BrowserConfig {
  /** The key under `auth.providers.okta`. */
  environment: string;
  /** Where the browser finds the backend, without a trailing slash. */
  backendUrl: string;
}

/** The portal's page asks for the sign-in that the stack made, and its headers let the popup answer. */
export async function checkPage(recorded: Recorded): Promise<Finding<BrowserConfig>> {
  const { portalUrl, environment, backendUrl } = recorded;
  const asRecorded = { environment, backendUrl };
  let page: Answer;
  try {
    page = await askPortal(`${portalUrl}/`);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    // The page may be served from elsewhere than the backend, which can still be checked.
    return { problems: [error.problem], value: asRecorded };
  }
  if (page.status !== 200) return { problems: [noPage(page, recorded)], value: asRecorded };
  const config = browserConfig(page.text);
  return {
    says: `it asks for ${environment} at ${backendUrl}, and its headers let the popup answer`,
    problems: [...configProblems(config, recorded), ...headerProblems(page, new URL(portalUrl))],
    value: { environment: config?.environment ?? environment, backendUrl: config?.backendUrl ?? backendUrl },
  };
}

function noPage({ status, headers }: Answer, { portalUrl }: Recorded): Problem {
  const location = headers.get("location");
  if (status >= 300 && status < 400 && location) {
    const cause = `${portalUrl}/ sends people on to ${location}: what they find there is not checked`;
    return unknown(cause, "set portalUrl to the address at which they end, the portal's app.baseUrl");
  }
  return failed(
    `${portalUrl}/ answers ${status}, where people are to find the portal`,
    "see that portalUrl is the address that people open, and that its frontend is served there",
  );
}

/**
 * Backstage's config as the page gives it to the browser, in scripts of their own type: of the backend's `app` plugin and
 * of Backstage's builder. Of several, the last wins.
 *
 * @returns undefined when the page holds none
 */
export function browserConfig(page: string): Partial<BrowserConfig> | undefined {
  const scripts = [...page.matchAll(/<script type="backstage\.io\/config">([^]*?)<\/script>/g)].map(
    ([, json = ""]) => json,
  );
  if (scripts.length === 0) return undefined;
  interface Data {
    auth?: { environment?: string };
    backend?: { baseUrl?: string };
  }
  const layers = scripts.flatMap((json) => parsed(json) as { data?: Data }[]);
  const last = (read: (data: Data) => string | undefined) =>
    layers.reduce<string | undefined>((value, { data }) => (data && read(data)) ?? value, undefined);
  return {
    // What Backstage's frontend takes where its config has none.
    environment: last(({ auth }) => auth?.environment) ?? "development",
    backendUrl: last(({ backend }) => backend?.baseUrl)?.replace(/\/$/, ""),
  };
}

function parsed(json: string): unknown[] {
  try {
    return [JSON.parse(json)].flat();
  } catch {
    return [];
  }
}

/** What in the browser's config leads it elsewhere than to the stack's sign-in. */
export function configProblems(
  config: Partial<BrowserConfig> | undefined,
  { environment, backendUrl }: BrowserConfig,
): Problem[] {
  if (!config) {
    return [
      warning(
        "the portal's page holds no Backstage config, so that what the browser will ask for cannot be seen",
        `see that the config that the frontend was built with has auth.environment ${environment} and backend.baseUrl ${backendUrl}`,
      ),
    ];
  }
  const problems: Problem[] = [];
  if (config.environment !== environment) {
    problems.push(
      failed(
        `the portal's page signs people in to the environment ${config.environment}, where the stack configures ${environment}: nobody can sign in`,
        `let nothing set auth.environment after the overlay: neither a later --config nor APP_CONFIG_auth_environment, as the checks of the Deployment name them; or set environment to ${config.environment} in the stack's config`,
      ),
    );
  }
  if (config.backendUrl !== undefined && config.backendUrl !== backendUrl) {
    problems.push(
      failed(
        `the portal's page finds its backend at ${config.backendUrl}, where the stack has ${backendUrl}: the cookie of a sign-in does not come back`,
        "set the portal's backend.baseUrl, or the stack's backendUrl, so that both are the same",
      ),
    );
  }
  return problems;
}

/** What in the headers of the page that opens the popup is in its way. */
export function headerProblems({ headers }: Pick<Answer, "headers">, portalUrl: URL): Problem[] {
  const problems: Problem[] = [];
  const policies = contentSecurityPolicies(headers);
  const ancestors = policies.flatMap((policy) => policy.get("frame-ancestors") ?? []);
  const remedy = `add frame-ancestors 'self' to ${AT}`;
  if (!policies.some((policy) => policy.has("frame-ancestors"))) {
    problems.push(warning("Missing CSP headers: the portal's page has no frame-ancestors", remedy));
  } else if (!policies.every((policy) => allowsSource(policy.get("frame-ancestors"), portalUrl, portalUrl))) {
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
