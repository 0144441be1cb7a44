import * as rules from "../../../policy/app";
import { isFilteredOnApp } from "../../../policy/groupsClaim";
import * as redirectUris from "../../../policy/redirectUris";
import { APP, type App } from "../../../policy/resources";
import { levelIn } from "../../../policy/rule";
import { isOwn } from "../../../policy/types";
import { context } from "./context";

const CALLBACK = "https://backstage.acme.example/api/auth/okta/handler/frame";

const app: App = {
  label: "Backstage",
  type: "web",
  grantTypes: ["authorization_code", "refresh_token"],
  responseTypes: ["code"],
  redirectUris: [CALLBACK],
  postLogoutRedirectUris: ["https://backstage.acme.example/"],
  wildcardRedirect: "DISABLED",
  pkceRequired: true,
  refreshTokenRotation: "ROTATE",
  tokenEndpointAuthMethod: "client_secret_basic",
  authenticationPolicy: "rst1",
  loginUri: "https://backstage.acme.example/",
};

it.each(Object.values({ ...rules, ...redirectUris, isFilteredOnApp }))("$name takes the app of this stack", (rule) => {
  expect(rule.check(app, context())).toBeUndefined();
});

it("refuses an app that is not a web app", () => {
  expect(rules.isWeb.check({ ...app, type: "browser" }, context())).toBe("Its type is browser.");
});

it.each([
  ["an implicit grant", { grantTypes: ["authorization_code", "refresh_token", "implicit"] }],
  ["a password grant", { grantTypes: ["authorization_code", "refresh_token", "password"] }],
  ["no refresh tokens", { grantTypes: ["authorization_code"] }],
  ["a token from the authorization endpoint", { responseTypes: ["code", "token"] }],
  ["no response type", { responseTypes: undefined }],
])("refuses an app with %s", (_, changes) => {
  expect(rules.hasCodeFlowOnly.check({ ...app, ...changes }, context())).toMatch(
    /Its grant types are .*, its response/,
  );
});

it.each([false, undefined])("refuses an app whose pkceRequired is %s", (pkceRequired) => {
  expect(rules.requiresPkce.check({ ...app, pkceRequired }, context())).toMatch(/without a code challenge/);
});

it.each(["STATIC", undefined])("refuses an app whose refreshTokenRotation is %s", (refreshTokenRotation) => {
  expect(rules.rotatesRefreshTokens.check({ ...app, refreshTokenRotation }, context())).toMatch(
    `Its refreshTokenRotation is ${refreshTokenRotation ?? "not set"}.`,
  );
});

it("refuses an app that is not protected", () => {
  expect(rules.isProtected.check(app, context({ options: { protect: false } }))).toBe("It is not protected.");
});

it.each([
  ["none", { tokenEndpointAuthMethod: "none" }, "Its tokenEndpointAuthMethod is none."],
  ["a key", { tokenEndpointAuthMethod: "private_key_jwt" }, "Its tokenEndpointAuthMethod is private_key_jwt."],
  ["somebody's keys", { jwksUri: "https://evil.example/keys" }, "It has keys."],
  ["a key in it", { jwks: [{ kty: "RSA", kid: "k", n: "x", e: "AQAB" }] }, "It has keys."],
])("refuses an app that authenticates by %s", (_, changes, violation) => {
  expect(rules.hasSecret.check({ ...app, ...changes }, context())).toBe(violation);
});

it.each([
  [{ implicitAssignment: true }, "It needs no assignment."],
  [{ accessibilitySelfService: true }, "People may add it themselves."],
])("refuses an app that is open to others than the assigned: %j", (changes, violation) => {
  expect(rules.isForAssignedOnly.check({ ...app, ...changes }, context())).toBe(violation);
});

it("refuses an app without an authentication policy, in production alone", () => {
  const none = { ...app, authenticationPolicy: undefined };
  expect(rules.hasAuthenticationPolicy.check(none, context())).toBe("None is named.");
  expect(levelIn(rules.hasAuthenticationPolicy.level, "production")).toBe("mandatory");
  expect(levelIn(rules.hasAuthenticationPolicy.level, "development")).toBe("disabled");
});

it.each(["loginUri", "frontchannelLogoutUri", "accessibilityErrorRedirectUrl", "accessibilityLoginRedirectUrl"])(
  "refuses a %s that is not the portal's",
  (key) => {
    const foreign = "https://backstage.acme.example.evil.example/";
    expect(redirectUris.sendsToThePortal.check({ ...app, [key]: foreign }, context())).toBe(
      `Its ${key}, ${foreign}, is not the portal's.`,
    );
  },
);

it.each([
  "okta:app/oAuthRedirectUri:OAuthRedirectUri",
  "okta:app/oAuthPostLogoutRedirectUri:OAuthPostLogoutRedirectUri",
  "okta:app/user:User",
  "okta:index/adminRoleCustom:AdminRoleCustom",
  "okta:app/user:User",
  "okta:index/resourceSet:ResourceSet",
  "kubernetes:core/v1:ConfigMapPatch",
  "kubernetes:yaml/v2:ConfigGroup",
  "pulumi-nodejs:dynamic:Resource",
])("refuses a resource of the type %s", (type) => {
  expect(isOwn.check({}, context({ type }))).toBe(`Its type is ${type}.`);
});

it.each([APP, "pulumi:pulumi:Stack", "pulumi:providers:okta", "backstage-okta-sso:index:OidcApp"])(
  "takes a resource of the type %s",
  (type) => {
    expect(isOwn.check({}, context({ type }))).toBeUndefined();
  },
);

describe("of redirect URIs", () => {
  const exact = (...uris: string[]) => redirectUris.areExact.check({ ...app, redirectUris: uris }, context());

  it.each([
    "http://backstage.acme.example/api/auth/okta/handler/frame",
    "https://*.acme.example/api/auth/okta/handler/frame",
    `${CALLBACK}?env=production`,
    `${CALLBACK}#top`,
    "backstage.acme.example/api/auth/okta/handler/frame",
    "com.acme.backstage:/callback",
  ])("%s is not exact", (uri) => {
    expect(exact(CALLBACK, uri)).toBe(`${uri} is not exact.`);
  });

  it("refuses user information, and does not repeat it", () => {
    expect(exact("https://me:hunter2@backstage.acme.example/")).toBe(
      "https://***@backstage.acme.example/ is not exact.",
    );
  });

  it.each(["http://127.0.0.1:7007", "http://localhost:7007"])("takes %s, which is this machine", (origin) => {
    expect(exact(`${origin}/api/auth/okta/handler/frame`)).toBeUndefined();
  });

  it("refuses an address to sign out to that is not exact", () => {
    const changes = { postLogoutRedirectUris: ["http://backstage.acme.example/"] };
    expect(redirectUris.areExact.check({ ...app, ...changes }, context())).toMatch(/is not exact/);
  });

  it("refuses wildcards in subdomains", () => {
    expect(redirectUris.areExact.check({ ...app, wildcardRedirect: "SUBDOMAIN" }, context())).toBe(
      "Its wildcardRedirect is SUBDOMAIN.",
    );
  });

  const own = (changes: Partial<App>) => redirectUris.areThePortals.check({ ...app, ...changes }, context());

  it.each([
    ["another host", "https://evil.example/api/auth/okta/handler/frame"],
    ["another path", "https://backstage.acme.example/api/auth/github/handler/frame"],
    ["a trailing slash", `${CALLBACK}/`],
  ])("refuses one with %s", (_, uri) => {
    expect(own({ redirectUris: [CALLBACK, uri] })).toBe(`${uri} is not the portal's.`);
  });

  it("refuses an app without one", () => {
    expect(own({ redirectUris: [] })).toBe(`${CALLBACK} is none of its redirect URIs.`);
  });

  it("takes another one that the config names", () => {
    const old = "https://old.acme.example/api/auth/okta/handler/frame";
    const stack = { redirectUris: [old] };
    const check = (uris: string[]) =>
      redirectUris.areThePortals.check({ ...app, redirectUris: uris }, context({ stack }));
    expect(check([CALLBACK, old])).toBeUndefined();
    expect(check([old])).toBe(`${CALLBACK} is none of its redirect URIs.`);
    expect(check([CALLBACK, old, "https://evil.example/"])).toBe("https://evil.example/ is not the portal's.");
  });

  it("refuses to send people elsewhere after signing out", () => {
    expect(own({ postLogoutRedirectUris: ["https://evil.example/"] })).toBe(
      "https://evil.example/ is not the portal's.",
    );
  });

  it("takes the backend's where the backend has another address than the portal", () => {
    const uris = { redirectUris: ["https://api.acme.example/backstage/api/auth/okta/handler/frame"] };
    const stack = { backendUrl: "https://api.acme.example/backstage" };
    expect(redirectUris.areThePortals.check({ ...app, ...uris }, context({ stack }))).toBeUndefined();
  });
});

it("refuses a claim of the app's own that takes every group", () => {
  const groupsClaim = { type: "FILTER", filterType: "REGEX", name: "groups", value: ".*" };
  expect(isFilteredOnApp.check({ ...app, groupsClaim }, context())).toMatch(/takes every group/);
  const expression = { type: "EXPRESSION", name: "groups", value: "getFilteredGroups()" };
  expect(isFilteredOnApp.check({ ...app, groupsClaim: expression }, context())).toBe(
    "It is by EXPRESSION, which no filter holds.",
  );
});
