import { checkIssuer, checkMetadataUrl } from "../../../backstage/auth/src/issuer";

const issuer = "https://acme.okta.com/oauth2/default";
const metadataUrl = `${issuer}/.well-known/openid-configuration`;

describe("checkMetadataUrl", () => {
  const check = (url: string) => () => checkMetadataUrl(url, "metadataUrl");

  it.each([
    metadataUrl,
    `${metadataUrl}?client_id=0oa1`,
    "http://localhost:7010/.well-known/openid-configuration",
    "http://127.0.0.1:7010/oauth2/default/.well-known/openid-configuration",
    "http://[::1]:7010/.well-known/openid-configuration",
  ])("accepts %s", (url) => {
    expect(check(url)).not.toThrow();
  });

  it.each([
    [
      "https://acme.okta.com",
      /metadataUrl "https:\/\/acme\.okta\.com" is not the address of a discovery document, such/,
    ],
    ["acme.okta.com/.well-known/openid-configuration", /is not the address of a discovery document/],
    ["https://acme.okta.com/?/.well-known/openid-configuration", /is not the address of a discovery document/],
    ["http://acme.okta.com/.well-known/openid-configuration", /is not https/],
    ["http://localhost.acme.example/.well-known/openid-configuration", /is not https/],
    ["http://127.0.0.1.nip.io/.well-known/openid-configuration", /is not https/],
    ["file:///etc/.well-known/openid-configuration", /is not https/],
    ["file://localhost/etc/.well-known/openid-configuration", /is not https/],
    ["ftp://127.0.0.1/.well-known/openid-configuration", /is not https/],
  ])("refuses %s", (url, message) => {
    expect(check(url)).toThrow(message);
  });

  it("refuses credentials, without repeating them", () => {
    const url = "https://portal:hunter2@acme.okta.com/.well-known/openid-configuration";
    expect(check(url)).toThrow("metadataUrl has a user name or password in it: leave out what stands before the @");
    expect(check(url)).not.toThrow("hunter2");
  });
});

describe("checkIssuer", () => {
  it("accepts the issuer that was asked for, with S256 and all its endpoints on its host", () => {
    const endpoints = Object.fromEntries(
      ["authorization", "token", "userinfo", "revocation", "introspection", "end_session", "registration"].map(
        (name) => [`${name}_endpoint`, `${issuer}/v1/${name}`],
      ),
    );
    const metadata = { issuer, code_challenge_methods_supported: ["plain", "S256"], ...endpoints };
    expect(() => checkIssuer({ ...metadata, jwks_uri: `${issuer}/v1/keys` }, metadataUrl)).not.toThrow();
    expect(() => checkIssuer({ issuer }, metadataUrl)).not.toThrow();
  });

  it("refuses another issuer, and names it", () => {
    expect(() => checkIssuer({ issuer: "https://acme.okta.com" }, metadataUrl)).toThrow(
      "is that of the issuer https://acme.okta.com. Set metadataUrl to https://acme.okta.com/.well-known/openid-configuration",
    );
  });

  it.each([
    ["authorization_endpoint", "https://acme-okta.com/oauth2/default/v1/authorize"],
    ["token_endpoint", "https://acme.okta.com.evil.example/oauth2/default/v1/token"],
    ["token_endpoint", "http://acme.okta.com/oauth2/default/v1/token"],
    ["token_endpoint", "https://acme.okta.com:8443/oauth2/default/v1/token"],
    ["token_endpoint", "/oauth2/default/v1/token"],
    ["jwks_uri", "https://evil.example/keys"],
    ["userinfo_endpoint", "https://acme.okta.com@evil.example/userinfo"],
    ["revocation_endpoint", "https://evil.example/revoke"],
    ["end_session_endpoint", "https://evil.example/logout"],
  ])("refuses the %s %s, another host than the issuer's", (name, address) => {
    expect(() => checkIssuer({ issuer, [name]: address }, metadataUrl)).toThrow(`has the ${name} ${address}`);
  });

  it("refuses a server that takes no S256, rather than send the verifier in the open", () => {
    expect(() => checkIssuer({ issuer, code_challenge_methods_supported: ["plain"] }, metadataUrl)).toThrow(
      "only plain",
    );
  });
});
