import { createHash } from "node:crypto";
import type { Answer } from "../../../../ops/verify/http";
import { browserConfig, configProblems, headerProblems } from "../../../../ops/verify/page";
import { callbackProblems } from "../../../../ops/verify/popup";
import { corsProblem, readinessProblem, redirectProblems, startRefusal } from "../../../../ops/verify/portal";
import { rolesProblem } from "../../../../ops/verify/roles";
import { RECORDED } from "./recorded";

const ENDPOINT = `${RECORDED.issuer}/v1/authorize`;

/** The portal's redirect to Okta, with parameters changed or taken out. */
function redirect(changes: Record<string, string | undefined> = {}, endpoint = ENDPOINT): URL {
  const url = new URL(endpoint);
  const parameters = {
    client_id: RECORDED.clientId,
    redirect_uri: RECORDED.redirectUri,
    response_type: "code",
    scope: "openid profile email offline_access groups",
    state: "s",
    nonce: "n",
    code_challenge: "c",
    code_challenge_method: "S256",
    ...changes,
  };
  for (const [key, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(key, value);
  return url;
}

it.each<[number, RegExp | undefined]>([
  [401, undefined],
  [404, /install @backstage\/plugin-permission-backend/],
  [200, /it has to be 401/],
])("takes the RBAC plugin's answer %s to somebody who has not signed in for what it is", (status, remedy) => {
  expect(rolesProblem(status)?.remedy).toEqual(remedy && expect.stringMatching(remedy));
});

describe("the portal's redirect to Okta", () => {
  it("is right as the module sends it", () => expect(redirectProblems(redirect(), RECORDED, ENDPOINT)).toEqual([]));

  it.each([
    ["client ID", { client_id: "other" }, /client ID other, where the stack has backstage-1/, /reads its Secret/],
    [
      "redirect URI",
      { redirect_uri: `${RECORDED.redirectUri}/` },
      /redirect URI \S+frame\/, where/,
      /no trailing slashes/,
    ],
    ["email scope", { scope: "openid profile groups offline_access" }, /scopes email/, /enable email scope/],
    [
      "offline_access",
      { scope: "openid profile email groups" },
      /scopes offline_access/,
      /ends with its first access token/,
    ],
    ["challenge", { code_challenge: undefined }, /no PKCE challenge by S256/, /in place of the stock one/],
    ["challenge method", { code_challenge_method: "plain" }, /no PKCE challenge by S256/, /in place of the stock one/],
    ["nonce", { nonce: undefined }, /no nonce/, /backend module/],
    ["state", { state: undefined }, /no state/, /update Backstage/],
  ])("fails by its %s", (_, changes, cause, remedy) => {
    expect(redirectProblems(redirect(changes), RECORDED, ENDPOINT)).toEqual([
      {
        severity: "failed",
        cause: expect.stringMatching(cause) as string,
        remedy: expect.stringMatching(remedy) as string,
      },
    ]);
  });

  it("fails by another authorization server", () => {
    const [problem] = redirectProblems(redirect({}, "https://acme.okta.com/oauth2/v1/authorize"), RECORDED, ENDPOINT);
    expect(problem?.remedy).toContain("another authorization server");
  });

  it("warns of the stock module where the stack is set to it", () => {
    const url = redirect({ code_challenge: undefined, code_challenge_method: undefined, nonce: undefined });
    expect(redirectProblems(url, { ...RECORDED, pkce: false }, ENDPOINT)).toEqual([
      expect.objectContaining({ severity: "warning", cause: expect.stringContaining("PKCE is not used") as string }),
    ]);
  });
});

describe("a portal that does not redirect", () => {
  it.each([
    [404, "Unknown auth provider 'okta'", /install the Okta auth provider module/],
    [404, "No configuration available for the 'production' environment of this provider.", /mount the ConfigMap/],
    [403, "Origin 'https://backstage.acme.example' is not allowed", /set the portal's app\.baseUrl/],
    [500, "authentication requires session support", /auth\.session\.secret is missing/],
    [503, "Okta's discovery document at https://x cannot be read: ECONNREFUSED", /cannot be reached from the portal/],
    [500, "An unexpected error", /portal's logs/],
  ])("with %s %s", (status, message, remedy) => {
    const text = JSON.stringify({ error: { name: "Error", message } });
    const problem = startRefusal({ status, headers: new Headers(), text, clockAhead: 0 }, RECORDED);
    expect(problem.cause).toBe(`the portal does not start a sign-in (${status}): ${message}`);
    expect(problem.remedy).toMatch(remedy);
  });
});

describe("the portal's readiness", () => {
  const problem = (status: number, text: string) => readinessProblem({ status, text }, "https://x/readiness");

  it("is Backstage's own word", () => expect(problem(200, '{"status":"ok"}')).toBeUndefined());

  it.each([
    [200, "<!doctype html><html></html>", /something else than Backstage's readiness, such as the page of a frontend/],
    [404, "", /answers 404/],
    [503, '{"status":"error"}', /answers 503/],
  ])("is not %s with %j", (status, text, cause) => {
    expect(problem(status, text)).toMatchObject({ severity: "failed", cause: expect.stringMatching(cause) as string });
  });
});

describe("what the portal's page makes the browser ask for", () => {
  const page = (...configs: unknown[]) =>
    `<html><head>${configs
      .map((config) => `<script type="backstage.io/config">\n${JSON.stringify(config)}\n</script>`)
      .join("")}</head></html>`;
  const layer = (data: object) => [{ context: "test", data }];

  it("is in its config, of which the last layer wins", () => {
    const [first, second] = [
      layer({ auth: { environment: "production" } }),
      layer({ auth: { environment: "staging" } }),
    ];
    const backend = layer({ backend: { baseUrl: "https://backstage.acme.example/" } });
    expect(browserConfig(page([...backend, ...first], second))).toEqual({
      environment: "staging",
      backendUrl: "https://backstage.acme.example",
    });
  });

  it("is development where its config has no environment", () => {
    expect(browserConfig(page(layer({ app: {} })))).toEqual({ environment: "development", backendUrl: undefined });
  });

  it("cannot be seen where it holds none, which is a warning", () => {
    expect(browserConfig("<html></html>")).toBeUndefined();
    expect(configProblems(undefined, RECORDED)).toMatchObject([{ severity: "warning" }]);
  });

  it("is right where it is what the stack configures", () => {
    expect(configProblems({ environment: "production", backendUrl: RECORDED.backendUrl }, RECORDED)).toEqual([]);
    expect(configProblems({ environment: "production" }, RECORDED)).toEqual([]);
  });

  it.each([
    [{ environment: "development" }, /to the environment development, where the stack configures production: nobody/],
    [{ environment: "production", backendUrl: "https://other.example" }, /its backend at https:\/\/other\.example/],
  ])("fails with %j", (config, cause) => {
    expect(configProblems(config, RECORDED)).toMatchObject([
      { severity: "failed", cause: expect.stringMatching(cause) as string },
    ]);
  });
});

it("has a backend on another origin let the page read its answers, with cookies", () => {
  const problem = (headers: Record<string, string>) =>
    corsProblem({ headers: new Headers(headers) }, "https://backstage.acme.example");
  const allowed = { "access-control-allow-origin": "https://backstage.acme.example" };
  expect(problem({ ...allowed, "access-control-allow-credentials": "true" })).toBeUndefined();
  expect(problem(allowed)?.cause).toContain("needs Access-Control-Allow-Credentials: true");
  expect(problem({ "access-control-allow-origin": "*" })?.remedy).toContain("set backend.cors");
  expect(problem({})?.cause).toContain("is missing");
});

describe("the headers of the portal's page", () => {
  const portal = new URL("https://backstage.acme.example");
  const problems = (headers: Record<string, string>, url = portal) =>
    headerProblems({ headers: new Headers(headers) }, url);
  const good = { "content-security-policy": "default-src 'self'; frame-ancestors 'self'; upgrade-insecure-requests" };

  it("are right as Backstage sends them", () => expect(problems(good)).toEqual([]));

  it("are a warning without frame-ancestors, in the words of the guide", () => {
    expect(problems({})).toEqual([
      {
        severity: "warning",
        cause: expect.stringContaining("Missing CSP headers") as string,
        remedy: "add frame-ancestors 'self' to your reverse proxy or ingress controller",
      },
    ]);
  });

  it("fail when the portal may not frame itself", () => {
    expect(problems({ "content-security-policy": "frame-ancestors 'none'" })[0]).toMatchObject({ severity: "failed" });
  });

  it.each(["same-origin", "noopener-allow-popups"])("fail with Cross-Origin-Opener-Policy: %s", (policy) => {
    expect(problems({ ...good, "cross-origin-opener-policy": policy })).toEqual([
      expect.objectContaining({ severity: "failed", cause: expect.stringContaining("cuts it off") as string }),
    ]);
  });

  it("allow popups to keep their opener", () => {
    expect(problems({ ...good, "cross-origin-opener-policy": "same-origin-allow-popups" })).toEqual([]);
  });

  it("fail when plain http is to be upgraded, but not on this machine", () => {
    expect(problems(good, new URL("http://backstage.test"))[0]?.remedy).toContain(
      "backend.csp.upgrade-insecure-requests",
    );
    expect(problems(good, new URL("http://127.0.0.1:7007"))).toEqual([]);
  });
});

describe("the page that the popup ends on", () => {
  const script = "window.opener.postMessage('x', '*')";
  const hash = `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
  const page = (headers: Record<string, string>): Pick<Answer, "headers" | "text"> => ({
    headers: new Headers(headers),
    text: `<html><body><script>${script}</script></body></html>`,
  });

  it("is right as Backstage sends it", () => {
    expect(callbackProblems(page({ "content-security-policy": `script-src ${hash}` }))).toEqual([]);
  });

  it("fails when an ingress adds a policy that blocks its script", () => {
    const both = `script-src ${hash}, default-src 'self'`;
    expect(callbackProblems(page({ "content-security-policy": both }))[0]?.cause).toContain("script-src 'self'");
  });

  it("fails when it is cut off from its opener", () => {
    const headers = { "cross-origin-opener-policy": "same-origin-allow-popups" };
    expect(callbackProblems(page(headers))[0]?.cause).toContain("cuts it off from the portal");
  });
});
