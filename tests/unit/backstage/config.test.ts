import { ConfigReader } from "@backstage/config";
import { checkConfig } from "../../../backstage/auth/src/config";

const metadataUrl = "https://acme.okta.com/oauth2/default/.well-known/openid-configuration";
const environment = { clientId: "id", clientSecret: "secret", metadataUrl };
const session = { secret: "x".repeat(32) };

const check = (production: object, auth: object = { session }) =>
  checkConfig(new ConfigReader({ auth: { ...auth, providers: { okta: { production } } } }));
const resolvers = (...resolvers: object[]) => ({ ...environment, signIn: { resolvers } });

it("accepts an environment with all that it needs, and every resolver with every option", () => {
  const email = { allowedDomains: ["example.com"], ignorePlusTag: true };
  const nobody = { dangerouslyAllowSignInWithoutUserInCatalog: true };
  const groups = { stripPrefix: "okta-", lowerCase: true, mapping: { "Ops EU": "ops" }, allowList: ["okta-users"] };
  expect(() =>
    check(
      resolvers(
        { resolver: "oktaUserId", annotation: "okta.com/id" },
        { resolver: "emailMatchingUserEntityProfileEmail", ...email, ...nobody },
        { resolver: "emailLocalPartMatchingUserEntityName", ...email, ...nobody },
        { resolver: "emailMatchingUserEntityAnnotation", ...email, ...nobody },
        { resolver: "oktaGroups", ...email, ...groups, namespace: "default", userIdAnnotation: "okta.com/id" },
      ),
    ),
  ).not.toThrow();
});

it.each(["auto", "login", "consent", "none"])("accepts the prompt %s", (prompt) => {
  expect(() => check({ ...environment, prompt })).not.toThrow();
});

it("asks for nothing where Okta is not configured", () => {
  expect(() => checkConfig(new ConfigReader({}) as never)).not.toThrow();
});

it.each([
  ["no session secret", environment, {}, /^auth\.session\.secret is missing.*at least 32 bytes/],
  [
    "a session secret that is too short",
    environment,
    { session: { secret: "x".repeat(31) } },
    /^auth\.session\.secret has 31 bytes.*at least 32 bytes/,
  ],
  [
    "a former session secret that is too short",
    { ...environment, previousSessionSecret: "x".repeat(31) },
    { session },
    /okta\.production\.previousSessionSecret has 31 bytes.*at least 32 bytes/,
  ],
  [
    "a prompt that Okta does not know",
    { ...environment, prompt: "Login" },
    { session },
    /okta\.production\.prompt "Login" is not one of auto, login/,
  ],
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
    /"https:\/\/acme\.okta\.com" is not the address of a discovery document/,
  ],
  [
    "a resolver that does not exist",
    resolvers({ resolver: "oktagroups" }),
    { session },
    /okta\.production\.signIn\.resolvers\[0\]\.resolver "oktagroups" is not a sign-in resolver/,
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
