import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkConfig } from "../../components/checkConfig";
import { configKeys } from "../../components/configSchema";
import { config, declared, stackFile } from "./config";
import { configurationPage, descriptionOf } from "./configurationPage";

const good = {
  portalUrl: "https://backstage.acme.example",
  oktaUrl: "https://acme.okta.com",
  allowedGroups: ["backstage-users"],
};

const OWN = "https://backstage.acme.example/api/auth/okta/handler/frame";
const OLD = "https://old.acme.example/api/auth/okta/handler/frame";

const mistakesOf = (values: Record<string, unknown>) => checkConfig(config({ ...good, ...values })).mistakes;

it("takes the defaults of Pulumi.yaml with the three required keys", () => {
  const { values, mistakes } = checkConfig(config(good));
  expect(mistakes).toEqual([]);
  expect(Object.keys(values).sort()).toEqual(Object.keys(declared).sort());
  expect(values.session).toEqual({ durationMinutes: 720, idleMinutes: 720 });
  expect(values.signInResolvers).toEqual([{ resolver: "emailMatchingUserEntityProfileEmail" }]);
});

it.each(["dev", "prod", "local"])("takes the committed stack %s", (stack) => {
  expect(checkConfig(config(stackFile(stack))).mistakes).toEqual([]);
});

it("protects the app of prod, and only that", () => {
  expect(stackFile("prod")).toMatchObject({ protect: true });
  expect(stackFile("dev")).not.toHaveProperty("protect");
});

it.each([
  ["", "is missing"],
  ["https://backstage.acme.example/", "ends in a slash"],
  ["https://backstage.acme.example?a=b", "has a query"],
  ["https://backstage.acme.example?", "has a query"],
  ["https://backstage.acme.example#top", "has a fragment"],
  ["https://*.acme.example", "has a wildcard"],
  ["https://me:pw@backstage.acme.example", "has user information"],
  ["https://backstage.acme.example/api/auth/okta/handler/frame", "ends in the callback path"],
  ["http://backstage.acme.example", "is http"],
  ["http://localhost.acme.example", "is http"],
  ["backstage.acme.example", "is not a URL"],
  ["ftp://backstage.acme.example", "is not a URL"],
  ["https://", "is not a URL"],
  ["https://Backstage.acme.example", "set it to https://backstage.acme.example"],
  ["https://backstage.acme.example:443", "set it to https://backstage.acme.example"],
  ["https://backstage.acme.example/a/../b", "set it to https://backstage.acme.example/b"],
])("refuses portalUrl %j", (portalUrl, remedy) => {
  expect(mistakesOf({ portalUrl })).toEqual([
    { key: "portalUrl", value: portalUrl, remedy: expect.stringContaining(remedy) as string },
  ]);
});

it.each(["http://localhost:3000", "http://127.0.0.1:7007", "https://acme.example/backstage"])(
  "takes portalUrl %j",
  (portalUrl) => {
    expect(mistakesOf({ portalUrl })).toEqual([]);
  },
);

it.each([
  ["backendUrl", "https://api.acme.example/", "ends in a slash"],
  ["backendUrl", "http://api.acme.example", "is http"],
  ["backendUrl", "nonsense", "is not a URL"],
  ["oktaUrl", "https://acme.okta.com/", "ends in a slash"],
  ["oktaUrl", "https://acme.okta.com/oauth2/default", "has a path"],
  ["oktaUrl", "https://acme-admin.okta.com", "set it to https://acme.okta.com"],
  ["oktaUrl", "acme.okta.com", "is not a URL"],
  ["oktaUrl", "", "is missing"],
  ["label", "x".repeat(101), "limit of 100"],
  ["environment", "a b", "letters, digits"],
  ["environment", "", "letters, digits"],
  ["authorizationServer", "", "is empty"],
  ["authModule", "saml", "is not one of pkce, stock"],
  ["namespace", "Back_stage", "is not a valid Kubernetes name"],
  ["namespace", "a.b", "is not a valid Kubernetes name"],
  ["secretName", "-okta", "is not a valid Kubernetes name"],
  ["configMapName", "a".repeat(254), "is not a valid Kubernetes name"],
  ["deployment", "back stage", "is not a valid Kubernetes name"],
  ["protect", "yes", "is neither true nor false"],
  ["configMapName", "backstage.okta", "has a dot"],
  ["purpose", "prod", "is not one of production, development, local"],
  ["prompt", "none", "is not one of auto, login"],
  ["clientId", "0oa 1", "is not a valid client ID"],
  ["keepAssignments", "all", "is neither true nor false"],
  ["rolloutTimeout", "5", "is not a duration"],
  ["rolloutTimeout", "2d", "is outside the limits"],
])("refuses %s %j", (key, value, remedy) => {
  expect(mistakesOf({ [key]: value })).toEqual([{ key, value, remedy: expect.stringContaining(remedy) as string }]);
});

it.each<[Record<string, unknown>, string, unknown, string]>([
  [{ allowedGroups: [] }, "allowedGroups", "[]", "nobody could sign in"],
  [{ allowedGroups: ["a", "b", "a"] }, "allowedGroups[2]", "a", "is named twice"],
  [{ allowedGroups: [""] }, "allowedGroups[0]", "", "is empty"],
  [{ allowedGroups: "everyone" }, "allowedGroups", "everyone", "is not a structured value"],
  [{ redirectUris: "https://old.acme.example/" }, "redirectUris", "https://old.acme.example/", "is not a structured"],
  [{ redirectUris: ["/callback"] }, "redirectUris[0]", "/callback", "is not a URL"],
  [{ redirectUris: ["https://*.acme.example/"] }, "redirectUris[0]", "https://*.acme.example/", "has a wildcard"],
  [{ redirectUris: ["http://old.acme.example/"] }, "redirectUris[0]", "http://old.acme.example/", "is http"],
  [{ redirectUris: [OLD, OLD] }, "redirectUris[1]", OLD, "is named twice"],
  [{ redirectUris: [OWN] }, "redirectUris[0]", OWN, "is the portal's own"],
  [{ groupsFilter: { type: "GLOB", value: "x" } }, "groupsFilter.type", "GLOB", "is not one of STARTS_WITH"],
  [{ groupsFilter: { type: "REGEX", value: "(" } }, "groupsFilter.value", "(", "is not a valid regular expression"],
  [{ groupsFilter: { type: "EQUALS" } }, "groupsFilter.value", undefined, "is missing"],
  [{ signInResolvers: ["byName"] }, "signInResolvers[0]", "byName", "is not one of emailMatching"],
  [{ signInResolvers: [{ resolver: "byName" }] }, "signInResolvers[0]", "byName", "is not one of"],
  [{ signInResolvers: [] }, "signInResolvers", "[]", "is empty"],
  [{ session: { duration: "twelve hours" } }, "session.duration", "twelve hours", "is not a duration"],
  [{ session: { duration: "0h" } }, "session.duration", "0h", "is outside Okta's limits"],
  [{ session: { duration: "6y" } }, "session.duration", "6y", "is not a duration"],
  [{ session: { duration: "1826d" } }, "session.duration", "1826d", "is outside Okta's limits"],
  [{ session: { duration: "1h", idle: "2h" } }, "session.idle", "2h", "is longer than session.duration"],
  [{ session: { idle: "9m" } }, "session.idle", "9m", "is outside Okta's limits"],
  [
    { authModule: "stock", signInResolvers: ["oktaGroups"] },
    "signInResolvers[0]",
    "oktaGroups",
    "set authModule to pkce",
  ],
])("refuses %j", (values, key, value, remedy) => {
  expect(mistakesOf(values)).toEqual([{ key, value, remedy: expect.stringContaining(remedy) as string }]);
});

it("refuses a key that it does not know, and names those that it does", () => {
  expect(mistakesOf({ portalUlr: "x" })).toEqual([
    { key: "portalUlr", value: "x", remedy: expect.stringMatching(/is not a key .* portalUrl,/) as string },
  ]);
});

it("takes further redirect URIs, with a path that ends in a slash too", () => {
  expect(mistakesOf({ redirectUris: [OLD, "https://other.acme.example/callback/", "http://localhost:3000/"] })).toEqual(
    [],
  );
});

it("reports all mistakes at once", () => {
  const keys = mistakesOf({
    portalUrl: "",
    oktaUrl: "x",
    allowedGroups: [],
    session: { idle: "x" },
    nmespace: "a",
  }).map(({ key }) => key);
  expect(keys).toEqual(["portalUrl", "oktaUrl", "allowedGroups", "session.idle", "nmespace"]);
});

it("keeps the options of a resolver", () => {
  const { values } = checkConfig(config({ ...good, signInResolvers: [{ resolver: "oktaGroups", namespace: "okta" }] }));
  expect(values.signInResolvers).toEqual([{ resolver: "oktaGroups", namespace: "okta" }]);
});

describe("what the schema says of each key", () => {
  it("stands in Pulumi.yaml as it is", () => {
    const expected = Object.entries(configKeys).map(([name, key]) => [
      name,
      expect.objectContaining({ description: descriptionOf(key), default: key.default }) as object,
    ]);
    expect(declared).toEqual(Object.fromEntries(expected));
  });

  it("stands in docs/configuration.md as it is", () => {
    const page = readFileSync(join(__dirname, "../../docs/configuration.md"), "utf8");
    expect(page).toContain(configurationPage());
  });
});

describe("a resolver's options", () => {
  const optionsOf = (options: object, others: object = {}) =>
    mistakesOf({ signInResolvers: [options], ...others }).map(({ key, remedy }) => `${key} ${remedy}`);

  it.each<[object, RegExp]>([
    [{ resolver: "oktaGroups", stripprefix: "x" }, /^signInResolvers\[0\].stripprefix is not an option.*stripPrefix/],
    [{ resolver: "oktaGroups", namespace: "${AUTH_SESSION_SECRET}" }, /\.namespace has \$\{/],
    [{ resolver: "oktaGroups", mapping: { a: "${X}" } }, /\.mapping has \$\{/],
    [{ resolver: "oktaGroups", lowerCase: "yes" }, /\.lowerCase is not valid/],
    [{ resolver: "emailLocalPartMatchingUserEntityName" }, /\.allowedDomains is missing: name the domains/],
    [{ resolver: "emailLocalPartMatchingUserEntityName", allowedDomains: [] }, /\.allowedDomains is empty/],
  ])("refuses %j", (options, expected) => {
    expect(optionsOf(options)).toEqual([expect.stringMatching(expected)]);
  });

  it("with the stock module are those that it looks at", () => {
    const stock = { authModule: "stock" };
    const local = { resolver: "emailLocalPartMatchingUserEntityName", allowedDomains: ["acme.example"] };
    expect(optionsOf(local, stock)).toEqual([]);
    expect(optionsOf({ ...local, ignorePlusTag: true }, stock)).toEqual([
      expect.stringMatching(/\.ignorePlusTag is ignored by Backstage's own module/),
    ]);
    expect(
      optionsOf({ resolver: "emailMatchingUserEntityProfileEmail", allowedDomains: ["a.example"] }, stock),
    ).toEqual([expect.stringMatching(/\.allowedDomains is ignored/)]);
    expect(mistakesOf({ ...stock, prompt: "login" })).toMatchObject([{ key: "prompt" }]);
  });
});

it.each(["(?i)^x", "(?i:x)y", "a++b", "(?>a|b)c", "\\Qa(b\\E", "\\p{Lu}.*"])(
  "takes the filter %j, which Java knows",
  (value) => {
    expect(mistakesOf({ groupsFilter: { type: "REGEX", value } })).toEqual([]);
  },
);

it.each(["(", "[a", "*a", "a**"])("refuses the filter %j, which Java does not", (value) => {
  expect(mistakesOf({ groupsFilter: { type: "REGEX", value } })).toHaveLength(1);
});

it("takes a group by its ID, and names one that is no ID", () => {
  expect(checkConfig(config({ ...good, allowedGroups: [{ id: "00g1" }, "a"] })).values.allowedGroups).toEqual([
    { id: "00g1" },
    "a",
  ]);
  expect(mistakesOf({ allowedGroups: [{ id: "backstage" }] })[0]?.remedy).toMatch(/not the ID of a group/);
});

it("takes a custom domain that looks like an admin console", () => {
  expect(mistakesOf({ oktaUrl: "https://login-admin.acme.example" })).toEqual([]);
});
