import { ConfigReader } from "@backstage/config";
import { checkIssuer } from "../../../backstage/src/authenticator";
import { checkConfig } from "../../../backstage/src/config";

const metadataUrl = "https://acme.okta.com/oauth2/default/.well-known/openid-configuration";
const environment = { clientId: "id", clientSecret: "secret", metadataUrl };
const session = { secret: "of no worth" };

const check = (production: object, auth: object = { session }) =>
  checkConfig(new ConfigReader({ auth: { ...auth, providers: { okta: { production } } } }));
const resolvers = (...resolvers: object[]) => ({ ...environment, signIn: { resolvers } });

it("accepts an environment with all that it needs, and every resolver with every option", () => {
  const allowedDomains = ["example.com"];
  const dangerouslyAllowSignInWithoutUserInCatalog = true;
  expect(() =>
    check(
      resolvers(
        { resolver: "emailMatchingUserEntityProfileEmail", allowedDomains, dangerouslyAllowSignInWithoutUserInCatalog },
        {
          resolver: "emailLocalPartMatchingUserEntityName",
          allowedDomains,
          dangerouslyAllowSignInWithoutUserInCatalog,
        },
        { resolver: "emailMatchingUserEntityAnnotation", dangerouslyAllowSignInWithoutUserInCatalog },
        {
          resolver: "oktaGroups",
          stripPrefix: "okta-",
          lowerCase: true,
          namespace: "default",
          allowList: ["okta-users"],
        },
      ),
    ),
  ).not.toThrow();
});

it("asks for nothing where Okta is not configured", () => {
  expect(() => checkConfig(new ConfigReader({}) as never)).not.toThrow();
});

it.each([
  ["no session secret", environment, {}, /^auth\.session\.secret is missing.*at least 32 bytes/],
  [
    "no metadataUrl",
    { ...environment, metadataUrl: undefined },
    { session },
    /okta\.production\.metadataUrl is missing/,
  ],
  [
    "an issuer as metadataUrl",
    { ...environment, metadataUrl: "https://acme.okta.com" },
    { session },
    /"https:\/\/acme\.okta\.com" is no address of a discovery document/,
  ],
  [
    "a resolver that does not exist",
    resolvers({ resolver: "oktagroups" }),
    { session },
    /'oktagroups' is not available/,
  ],
  [
    "an option of another resolver",
    resolvers({ resolver: "oktaGroups", dangerouslyAllowSignInWithoutUserInCatalog: true }),
    { session },
    /Unrecognized key\(s\) in object: 'dangerouslyAllowSignInWithoutUserInCatalog'/,
  ],
  [
    "a misspelt option of a stock resolver",
    resolvers({ resolver: "emailMatchingUserEntityProfileEmail", allowedDomain: [] }),
    { session },
    /Unrecognized key\(s\) in object: 'allowedDomain'/,
  ],
])("refuses %s", (_what, production, auth, message) => {
  expect(() => check(production, auth)).toThrow(message);
});

describe("checkIssuer", () => {
  const issuer = "https://acme.okta.com/oauth2/default";

  it("accepts the issuer that was asked for, with S256", () => {
    expect(() =>
      checkIssuer({ issuer, code_challenge_methods_supported: ["plain", "S256"] }, metadataUrl),
    ).not.toThrow();
    expect(() => checkIssuer({ issuer }, metadataUrl)).not.toThrow();
  });

  it("refuses another issuer, and names it", () => {
    expect(() => checkIssuer({ issuer: "https://acme.okta.com" }, metadataUrl)).toThrow(
      "is that of the issuer https://acme.okta.com. Set metadataUrl to https://acme.okta.com/.well-known/openid-configuration",
    );
  });

  it("refuses a server that takes no S256, rather than send the verifier in the open", () => {
    expect(() => checkIssuer({ issuer, code_challenge_methods_supported: ["plain"] }, metadataUrl)).toThrow(
      "only plain",
    );
  });
});
