import * as rules from "../../../policy/catalogApp";
import { ADMIN_ROLE, API_SCOPES, APP, type App, CLAIM, STASH } from "../../../policy/resources";
import { context } from "./context";

const app: App = {
  label: "Backstage catalog",
  type: "service",
  grantTypes: ["client_credentials"],
  responseTypes: ["token"],
  tokenEndpointAuthMethod: "private_key_jwt",
  jwks: [{ kty: "RSA", kid: "k1", e: "AQAB", n: "x" }],
};

it("takes the service app of this stack, with its rights and its key", () => {
  expect(rules.hasClientCredentialsOnly.check(app, context())).toBeUndefined();
  expect(rules.hasOneKey.check(app, context())).toBeUndefined();
  const scopes = { appId: "0oa1", issuer: "https://acme.okta.com", scopes: ["okta.users.read", "okta.groups.read"] };
  expect(rules.readsPeopleOnly.check(scopes, context())).toBeUndefined();
  expect(rules.isReadOnly.check({ clientId: "0oa1", type: "READ_ONLY_ADMIN" }, context())).toBeUndefined();
  const options = { additionalSecretOutputs: ["input", "output"] };
  expect(rules.keepsItsSecret.check({}, context({ type: STASH, options }))).toBeUndefined();
});

it.each<[string, Partial<App>, RegExp]>([
  ["another grant", { grantTypes: ["client_credentials", "implicit"] }, /It has implicit too/],
  ["a redirect URI", { redirectUris: ["https://a.example"] }, /It has redirect URIs/],
  ["a secret", { tokenEndpointAuthMethod: "client_secret_basic" }, /tokenEndpointAuthMethod is client_secret_basic/],
  ["keys at an address", { jwksUri: "https://evil.example/keys" }, /at an address/],
  ["a second key", { jwks: [...app.jwks!, ...app.jwks!] }, /It has 2 keys/],
])("refuses a service app with %s", (_, changes, violation) => {
  const checks = [rules.hasClientCredentialsOnly, rules.hasOneKey].map((rule) =>
    rule.check({ ...app, ...changes }, context()),
  );
  expect(checks.filter(Boolean)).toEqual([expect.stringMatching(violation)]);
});

it("refuses rights that change something, and a key that the state shows", () => {
  const scopes = { appId: "0oa1", issuer: "x", scopes: ["okta.users.read", "okta.users.manage"] };
  expect(rules.readsPeopleOnly.check(scopes, context())).toBe("It grants okta.users.manage.");
  expect(rules.isReadOnly.check({ clientId: "0oa1", type: "SUPER_ADMIN" }, context())).toBe("It is SUPER_ADMIN.");
  expect(rules.keepsItsSecret.check({}, context({ type: STASH }))).toBe("Its input is not marked.");
});

describe("in a stack", () => {
  const resource = (type: string, props: object = {}, propertyDependencies: object = {}) =>
    ({ type, name: "x", urn: `urn:${type}`, props, propertyDependencies }) as never;
  const service = resource(APP, { type: "service" });
  const violations = (...resources: never[]) =>
    rules.areOfTheServiceApp.checkStack(resources).map(({ violation }) => violation);

  it("takes rights of the one service app", () => {
    expect(
      violations(
        resource(APP, { type: "web" }),
        service,
        resource(API_SCOPES, {}, { appId: [service] }),
        resource(ADMIN_ROLE, {}, { clientId: [service] }),
        resource(CLAIM),
      ),
    ).toEqual([]);
  });

  it("refuses rights of another app, and a second service app", () => {
    const web = resource(APP, { type: "web" });
    expect(violations(service, resource(API_SCOPES, {}, { appId: [web] }))).toEqual([
      "Its appId is not that of the stack's service app.",
    ]);
    expect(violations(service, resource(ADMIN_ROLE, { clientId: "0oaforeign" }))).toEqual([
      "Its clientId is not that of the stack's service app.",
    ]);
    expect(violations(service, service)).toEqual(["It is a second service app."]);
  });
});
