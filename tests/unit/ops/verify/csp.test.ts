import { createHash } from "node:crypto";
import { allowsInlineScript, allowsSource, contentSecurityPolicies } from "../../../../ops/verify/csp";

const page = new URL("https://backstage.acme.example/catalog");

it.each([
  ["'self'", true],
  ["'SELF'", true],
  ["*", true],
  ["https:", true],
  ["http:", true],
  ["wss:", false],
  ["backstage.acme.example", true],
  ["BACKSTAGE.acme.example", true],
  ["https://backstage.acme.example", true],
  ["http://backstage.acme.example", true],
  ["http://backstage.acme.example:80", true],
  ["https://backstage.acme.example:443", true],
  ["https://backstage.acme.example:*", true],
  ["https://backstage.acme.example:8443", false],
  ["*.acme.example", true],
  ["https://*.example:443", true],
  ["*.backstage.acme.example", false],
  ["acme.example", false],
  ["https://backstage.acme.example/catalog", true],
  ["https://backstage.acme.example/", true],
  ["https://backstage.acme.example/other/", false],
  ["'none'", false],
  ["https://other.example", false],
])("the source %s takes the portal's own page: %s", (source, allowed) => {
  expect(allowsSource([source], page, page)).toBe(allowed);
});

it("takes one of several sources, and everything where the directive is missing", () => {
  expect(allowsSource(["https://other.example", "*.acme.example"], page, page)).toBe(true);
  expect(allowsSource(undefined, page, page)).toBe(true);
  expect(allowsSource([], page, page)).toBe(false);
});

it("reads several policies, and the first of directives that come twice", () => {
  const header = "Frame-Ancestors 'self'; frame-ancestors 'none';, default-src https:";
  const policies = contentSecurityPolicies(new Headers({ "content-security-policy": header }));
  expect(policies.map((policy) => Object.fromEntries(policy))).toEqual([
    { "frame-ancestors": ["'self'"] },
    { "default-src": ["https:"] },
  ]);
});

describe("a script in the page", () => {
  const script = "window.opener.postMessage('x', '*')";
  const hash = (algorithm: string) => `'${algorithm}-${createHash(algorithm).update(script).digest("base64")}'`;

  it.each([
    [[hash("sha256")], true],
    [[hash("sha512")], true],
    [["'unsafe-inline'"], true],
    [["'self'", "'Unsafe-Inline'"], true],
    [["'self'"], false],
    [["'unsafe-inline'", "'nonce-abc'"], false],
    [["'unsafe-inline'", "'sha256-AAAA'"], false],
    [["'unsafe-inline'", "'strict-dynamic'"], false],
    [["'sha256-AAAA'", hash("sha384")], true],
  ])("is let run by %j: %s", (sources, allowed) => {
    expect(allowsInlineScript(sources, script)).toBe(allowed);
  });

  it("runs where no directive is about it", () => expect(allowsInlineScript(undefined, script)).toBe(true));
});
