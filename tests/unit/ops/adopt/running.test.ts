import { runningBy, signInBefore } from "../../../../ops/adopt/running";
import { UNKNOWN } from "../../../../ops/preview";
import { disruptions } from "../../../../ops/signIn/compare";
import { signInOf } from "../../../../ops/signIn/model";
import { beforeAndAfter } from "../../../../ops/signIn/resources";
import { step } from "../steps";
import { TYPES } from "../../../../ops/resourceTypes";
import { CALLBACK, stack } from "../signIn/stack";

const authorize = (path: string, more = "") =>
  `https://acme.okta.com${path}?client_id=0oa1&redirect_uri=${encodeURIComponent(CALLBACK)}&scope=openid+email${more}`;

it.each([
  ["/oauth2/default/v1/authorize", "https://acme.okta.com/oauth2/default"],
  ["/oauth2/aus1/v1/authorize", "https://acme.okta.com/oauth2/aus1"],
  ["/oauth2/v1/authorize", "https://acme.okta.com"],
])("reads the issuer of %s", (path, issuer) => {
  expect(runningBy(authorize(path))).toEqual({
    issuer,
    clientId: "0oa1",
    redirectUri: CALLBACK,
    scopes: ["openid", "email"],
    pkce: false,
  });
});

it("sees whether a PKCE challenge is sent, and that an address is none of Okta's", () => {
  expect(runningBy(authorize("/oauth2/v1/authorize", "&code_challenge=x"))?.pkce).toBe(true);
  expect(runningBy("https://github.com/login/oauth/authorize?client_id=1")).toBeUndefined();
  expect(runningBy("")).toBeUndefined();
});

const { before: found, after } = (() => {
  const { before, after } = beforeAndAfter([
    step("update", TYPES.app, { ...stack.app, pkceRequired: false }, stack.app),
    step("create", TYPES.policy, undefined, stack.policy),
    step("create", TYPES.rule, undefined, stack.rule),
    step("create", TYPES.configMap, undefined, stack.configMap),
  ]);
  return { before: signInOf(before), after: { ...signInOf(after), issuer: "https://acme.okta.com/oauth2/aus1" } };
})();
const kinds = (location?: string, then = after) =>
  disruptions(signInBefore(found, then, location ? runningBy(location) : undefined), then).map(({ kind }) => kind);

it("finds sign-in to break where the portal sends no challenge, or nobody knows", () => {
  expect(kinds(authorize("/oauth2/aus1/v1/authorize"))).toContain("sign-in-breaks");
  expect(kinds()).toContain("sign-in-breaks");
  expect(kinds(authorize("/oauth2/aus1/v1/authorize", "&code_challenge=x"))).not.toContain("sign-in-breaks");
});

it("finds sessions to end where the portal trusts another issuer, or one that is yet to be made follows", () => {
  expect(kinds(authorize("/oauth2/aus1/v1/authorize"))).not.toContain("issuer-changed");
  expect(kinds(authorize("/oauth2/v1/authorize"))).toContain("issuer-changed");
  expect(kinds(authorize("/oauth2/aus1/v1/authorize"), { ...after, issuer: UNKNOWN, serverId: UNKNOWN })).toContain(
    "issuer-changed",
  );
  // Where nobody can see what it trusts, nothing is said of it.
  expect(kinds()).not.toContain("issuer-changed");
});
