import { createHash } from "node:crypto";

/** One Content-Security-Policy: the sources of each directive. */
export type Policy = Map<string, string[]>;

/** The policies of a response; there are several where a proxy adds one, and all of them hold. */
export function contentSecurityPolicies(headers: Headers): Policy[] {
  const texts = headers.get("content-security-policy")?.split(",") ?? [];
  return texts.map((text) => {
    const policy: Policy = new Map();
    for (const [name = "", ...sources] of text.split(";").map((directive) => directive.trim().split(/\s+/))) {
      // A directive that comes again is ignored.
      if (name && !policy.has(name.toLowerCase())) policy.set(name.toLowerCase(), sources);
    }
    return policy;
  });
}

/**
 * Whether a list of sources allows a URL, as a browser compares them: Content Security Policy Level 3, section 6.7.2.8.
 *
 * @param sources undefined where the policy does not have the directive, which allows everything
 * @param self the URL of the page that the policy is for
 */
export function allowsSource(sources: string[] | undefined, url: URL, self: URL): boolean {
  return sources === undefined || sources.some((source) => matches(source, url, self));
}

const HOST_SOURCE = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::(\d+|\*))?(\/.*)?$/i;
const DEFAULT_PORTS: Record<string, string> = { "http:": "80", "https:": "443" };

function matches(source: string, url: URL, self: URL): boolean {
  if (source === "*") return ["http:", "https:", self.protocol].includes(url.protocol);
  if (source.toLowerCase() === "'self'") {
    return url.hostname === self.hostname && port(url) === port(self) && isSameOrSafer(self.protocol, url.protocol);
  }
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return isSameOrSafer(source.toLowerCase(), url.protocol);
  const [, scheme, host = "", sourcePort, path] = HOST_SOURCE.exec(source) ?? [];
  if (!host) return false;
  const protocol = scheme === undefined ? self.protocol : `${scheme.toLowerCase()}:`;
  return (
    isSameOrSafer(protocol, url.protocol) &&
    isSameHost(host.toLowerCase(), url.hostname) &&
    isSamePort(sourcePort, protocol, url) &&
    isSamePath(path, url.pathname)
  );
}

/** A source with http allows https too. */
const isSameOrSafer = (wanted: string, found: string) => wanted === found || (wanted === "http:" && found === "https:");

/** A wildcard stands for one label or more, and not for none. */
const isSameHost = (pattern: string, host: string) =>
  pattern === "*" || (pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern);

function isSamePort(wanted: string | undefined, protocol: string, url: URL): boolean {
  if (wanted === "*") return true;
  if (wanted === undefined) return port(url) === DEFAULT_PORTS[url.protocol];
  // Where http was upgraded to https, so was its port.
  return wanted === port(url) || (wanted === "80" && protocol === "http:" && port(url) === "443");
}

function isSamePath(wanted: string | undefined, path: string): boolean {
  if (wanted === undefined || wanted === "/") return true;
  return wanted.endsWith("/") ? path.startsWith(wanted) : path === wanted;
}

const port = (url: URL) => url.port || DEFAULT_PORTS[url.protocol];

/** The sources by which a policy judges a script in the page itself; undefined where it allows them all. */
export function scriptSources(policy: Policy): string[] | undefined {
  return ["script-src-elem", "script-src", "default-src"].map((name) => policy.get(name)).find(Boolean);
}

/**
 * Whether a list of sources lets the browser run a script that stands in the page: section 6.7.3.3. A hash or a nonce
 * takes the effect from 'unsafe-inline'.
 */
export function allowsInlineScript(sources: string[] | undefined, script: string): boolean {
  if (sources === undefined) return true;
  const hashes = ["sha256", "sha384", "sha512"].flatMap((algorithm) =>
    (["base64", "base64url"] as const).map(
      (encoding) => `'${algorithm}-${createHash(algorithm).update(script).digest(encoding)}'`,
    ),
  );
  if (sources.some((source) => hashes.includes(source))) return true;
  const isStrict = sources.some((source) => /^'(nonce-|sha(256|384|512)-|strict-dynamic')/i.test(source));
  return !isStrict && sources.some((source) => source.toLowerCase() === "'unsafe-inline'");
}
