import { stringify } from "yaml";
import * as rules from "../../../policy/overlay";
import type { ConfigMap } from "../../../policy/resources";
import { context } from "./context";

const okta = {
  clientId: "${OKTA_CLIENT_ID}",
  clientSecret: "${OKTA_CLIENT_SECRET}",
  audience: "https://acme.okta.com",
  metadataUrl: "https://acme.okta.com/oauth2/aus1/.well-known/openid-configuration",
  signIn: { resolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }] },
};
const auth = { session: { secret: "${AUTH_SESSION_SECRET}" }, providers: { okta: { production: okta } } };

const configMap = (auth: object, file = "app-config.okta.yaml") => ({ data: { [file]: stringify({ auth }) } });

it.each(Object.values(rules))("$name takes the overlay of this stack", (rule) => {
  expect(rule.check(configMap(auth), context())).toBeUndefined();
});

it.each([
  ["auth.session.secret", { ...auth, session: { secret: "hunter2" } }],
  ["auth.providers.okta.production.clientId", { providers: { okta: { production: { ...okta, clientId: "0oa1" } } } }],
  ["auth.providers.okta.production.clientSecret", { providers: { okta: { production: { clientSecret: "hunter2" } } } }],
])("refuses a value at %s, and does not repeat it", (path, auth) => {
  expect(rules.refersToCredentials.check(configMap(auth), context())).toBe(
    `app-config.okta.yaml: ${path} holds a value.`,
  );
});

it("reads what it can of a file that is not quite YAML, and does not repeat it", () => {
  const data = { "app-config.okta.yaml": "auth:\n  session:\n    secret: hunter2\n  broken: [\n" };
  expect(rules.refersToCredentials.check({ data }, context())).toBe(
    "app-config.okta.yaml: auth.session.secret holds a value.",
  );
});

it.each<[string, ConfigMap, string]>([
  ["another file", configMap(auth, "notes.yaml"), "It has notes.yaml too."],
  ["another extension", configMap(auth, "app-config.okta.json"), "It has app-config.okta.json too."],
  ["a file in base64", { binaryData: { "app-config.yaml": "YXV0aDoge30=" } }, "It has app-config.yaml too."],
  [
    "the file in base64",
    { binaryData: { "app-config.okta.yaml": "YXV0aDoge30=" } },
    "Its app-config.okta.yaml is not there as text.",
  ],
  ["no file", {}, "Its app-config.okta.yaml is not there as text."],
  [
    "a second document",
    { data: { "app-config.okta.yaml": "a: 1\n---\nauth: {}\n" } },
    "Its app-config.okta.yaml is not one document.",
  ],
])("refuses a ConfigMap with %s", (_, configMap, violation) => {
  expect(rules.isOneFile.check(configMap, context())).toBe(violation);
});

it.each(["$include", "$file", "$env"])("refuses %s", (key) => {
  const included = { ...auth, session: { [key]: "x" } };
  expect(rules.includesNothing.check(configMap(included), context())).toBe(
    `app-config.okta.yaml: auth.session.${key} is there.`,
  );
});

it.each([
  ["metadataUrl", "https://evil.example/.well-known/openid-configuration"],
  ["metadataUrl", "http://acme.okta.com/.well-known/openid-configuration"],
  ["metadataUrl", "file:///etc/metadata.json"],
  ["metadataUrl", "https://acme.okta.com:8443/.well-known/openid-configuration"],
  ["audience", "https://acme.okta.com.evil.example"],
  ["audience", "acme"],
])("refuses the %s %s", (key, value) => {
  const changed = { ...auth, providers: { okta: { production: { ...okta, [key]: value } } } };
  expect(rules.trustsTheOrg.check(configMap(changed), context())).toBe(
    `app-config.okta.yaml: auth.providers.okta.production.${key} is ${value}, where oktaUrl is https://acme.okta.com.`,
  );
});

it.each([
  [{}, /resolvers\.0 has no allowedDomains/],
  [{ allowedDomains: [] }, /resolvers\.0 has no allowedDomains/],
  [{ allowedDomains: ["acme.example"] }, undefined],
])("judges the local-part resolver with %j", (options, violation) => {
  const signIn = { resolvers: [{ resolver: "emailLocalPartMatchingUserEntityName", ...options }] };
  const found = rules.namesDomains.check(configMap({ providers: { okta: { production: { signIn } } } }), context());
  if (violation) expect(found).toMatch(violation);
  else expect(found).toBeUndefined();
});

it("refuses a dangerous option, however deep, unless it is off", () => {
  const withOption = (value: boolean) => ({
    signIn: { resolvers: [{ resolver: "oktaGroups", dangerouslyAllowSignInWithoutUserInCatalog: value }] },
  });
  expect(rules.hasNoDangerousOption.check(configMap(withOption(true)), context())).toBe(
    "app-config.okta.yaml: auth.signIn.resolvers.0.dangerouslyAllowSignInWithoutUserInCatalog is set.",
  );
  expect(rules.hasNoDangerousOption.check(configMap(withOption(false)), context())).toBeUndefined();
});

it("refuses the guest provider", () => {
  const guest = { providers: { ...auth.providers, guest: {} } };
  expect(rules.hasNoGuest.check(configMap(guest), context())).toBe(
    "app-config.okta.yaml: auth.providers.guest is there.",
  );
});

describe("with roles", () => {
  const permission = {
    enabled: true,
    rbac: { "policies-csv-file": "okta/rbac-policies.csv", policyFileReload: true, useOwnershipEntityRefs: true },
  };
  const GOOD = "p, role:default/admin, catalog.entity.read, read, allow\ng, group:default/admins, role:default/admin\n";
  const withRoles = (csv: string | undefined = GOOD, section: object | undefined = permission) => ({
    data: {
      "app-config.okta.yaml": stringify({ auth, ...(section && { permission: section }) }),
      ...(csv !== undefined && { "rbac-policies.csv": csv }),
    },
  });

  it.each(Object.values(rules))("$name takes the ConfigMap of this stack", (rule) => {
    expect(rule.check(withRoles(), context())).toBeUndefined();
  });

  it.each([
    "p, user:default/mallory, catalog.entity.read, read, allow",
    "g, user:default/mallory, role:default/admin",
    "g, group:default/admins, role:default/rbac_admin",
    "p, role:default/rbac_admin, x, read, allow",
    "p, role:default/admin, *, read, allow",
    "p, role:default/admin, catalog.entity.read, read, deny",
    "# a comment",
  ])("refuses the line %s", (line) => {
    expect(rules.givesRolesToGroups.check(withRoles(`${GOOD}${line}\n`), context())).toBe("Its line 3 is another.");
  });

  it.each<[string, ConfigMap]>([
    ["is off", withRoles(GOOD, { ...permission, enabled: false })],
    ["is not there", withRoles(GOOD, {})],
    ["has superusers", withRoles(GOOD, { ...permission, rbac: { ...permission.rbac, admin: { superUsers: [] } } })],
    ["is there without roles", { data: { "app-config.okta.yaml": stringify({ auth, permission }) } }],
  ])("refuses an overlay whose permission %s", (_, configMap) => {
    expect(rules.permitsByRoles.check(configMap, context())).toBe("Its permission says something else.");
  });

  it("refuses the roles in another form", () => {
    const { data } = withRoles();
    const configMap = {
      data: { "app-config.okta.yaml": data["app-config.okta.yaml"] },
      binaryData: { "rbac-policies.csv": "" },
    };
    expect(rules.isOneFile.check(configMap, context())).toBe("It has rbac-policies.csv too.");
  });
});

it("refuses to send the catalog's credentials to another host", () => {
  const catalog = { providers: { okta: [{ orgUrl: "https://acme.okta.com.evil.example" }] } };
  const data = { "app-config.okta.yaml": stringify({ auth, catalog }) };
  expect(rules.trustsTheOrg.check({ data }, context())).toMatch(/orgUrl is https:\/\/acme\.okta\.com\.evil\.example/);
});
