import { InputError, ServiceUnavailableError } from "@backstage/errors";

/** What an issuer publishes about itself, as far as it is checked here. */
export interface IssuerMetadata {
  issuer: string;
  code_challenge_methods_supported?: string[];
  [key: string]: unknown;
}

const EXAMPLE = "such as https://acme.okta.com/oauth2/default/.well-known/openid-configuration";
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Checks the address of a discovery document: whoever answers there says where people type passwords, and where this
 * portal sends its client secret.
 *
 * @param key its place in the config, for the error
 * @throws InputError
 */
export function checkMetadataUrl(metadataUrl: string, key: string): void {
  const url = URL.canParse(metadataUrl) ? new URL(metadataUrl) : undefined;
  if (url && (url.username || url.password)) {
    throw new InputError(`${key} has a user name or password in it: leave out what stands before the @`);
  }
  const shown = `${key} ${JSON.stringify(metadataUrl)}`;
  if (!url?.pathname.includes("/.well-known/")) {
    throw new InputError(`${shown} is not the address of a discovery document, ${EXAMPLE}`);
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && LOOPBACK.includes(url.hostname))) {
    throw new InputError(`${shown} is not https: use https; http is for ${LOOPBACK.join(", ")} alone`);
  }
}

/**
 * Checks that the metadata is that of the issuer asked for (OpenID Connect Discovery 1.0, section 4.3), that it sends
 * nobody to another host, as Okta's never does, and that the issuer takes S256 (RFC 7636, section 4.2).
 *
 * @throws ServiceUnavailableError
 */
export function checkIssuer(metadata: IssuerMetadata, metadataUrl: string): void {
  const { issuer, code_challenge_methods_supported: methods = ["S256"] } = metadata;
  if (!metadataUrl.startsWith(`${issuer}/.well-known/`)) {
    throw new ServiceUnavailableError(
      `The document at ${metadataUrl} is that of the issuer ${issuer}. Set metadataUrl to ${issuer}/.well-known/openid-configuration`,
    );
  }
  for (const [name, address] of Object.entries(metadata)) {
    if (typeof address !== "string" || !/_(endpoint|uri|iframe)$/.test(name)) continue;
    if (!URL.canParse(address) || new URL(address).origin !== new URL(issuer).origin) {
      throw new ServiceUnavailableError(
        `The document at ${metadataUrl} has the ${name} ${address}, on another host than the issuer's. Nothing is sent there`,
      );
    }
  }
  if (!methods.includes("S256")) {
    throw new ServiceUnavailableError(
      `The issuer ${issuer} takes no PKCE challenge with S256, only ${methods.join(", ")}`,
    );
  }
}
