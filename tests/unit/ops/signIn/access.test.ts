import { UNKNOWN } from "../../../../ops/preview";
import { TYPES } from "../../../../ops/resourceTypes";
import { step } from "../steps";
import { CALLBACK, change, compare, overlay, stack } from "./stack";

describe("who and what is let in", () => {
  const nameOf = (id: string) => ({ name: id === "00g0" ? "Everyone" : `name of ${id}`, isEveryone: id === "00g0" });

  it("names groups that lose and get access, and everyone as such", () => {
    expect(change({ assignments: { groups: [{ id: "00g2" }, { id: "00g3" }, { id: "00g0" }] } }, nameOf)).toEqual([
      "group-removed: The members of `name of 00g1` can no longer sign in, unless another group lets them.",
      "access-widened: The members of `name of 00g3` can sign in as well.",
      "access-widened: Everyone in the org, by the group `Everyone`, can sign in as well.",
    ]);
  });

  it.each<[string, Parameters<typeof change>[0], string]>([
    [
      "assignments that do not count",
      { app: { implicitAssignment: true } },
      "access-widened: Everyone in the org can sign in: Okta no longer looks at assignments.",
    ],
    [
      "a further redirect URI",
      { app: { redirectUris: [CALLBACK, "https://evil.example/"] } },
      "access-widened: Okta sends people who sign in to `https://evil.example/` as well: whoever has that address gets their codes.",
    ],
    [
      "more scopes",
      { rule: { scopeWhitelists: [...stack.rule.scopeWhitelists, "okta.users.manage"] } },
      "access-widened: The portal's tokens may have `okta.users.manage` as well.",
    ],
    [
      "every client",
      { policy: { clientWhitelists: ["ALL_CLIENTS"] } },
      "access-widened: The access policy is for every client of the org as well.",
    ],
    [
      "another grant",
      { rule: { grantTypeWhitelists: ["authorization_code", "password"] } },
      "access-widened: Tokens are given out by the grant `password` as well.",
    ],
    [
      "an unfiltered claim",
      { claim: { groupFilterType: "REGEX", value: "(.*)" } },
      "access-widened: All of a person's groups go into the tokens: REGEX `(.*)` instead of STARTS_WITH `backstage-`.",
    ],
    [
      "the claim without its filter's groups",
      { claim: { value: "portal-" } },
      "group-removed: Other groups go into the tokens, STARTS_WITH `portal-` instead of STARTS_WITH `backstage-`: what people own by the ones left out is gone.",
    ],
    [
      "no claim",
      { claim: undefined },
      "group-removed: Tokens no longer have the groups claim: what people own by their Okta groups is gone.",
    ],
    [
      "people found in another way",
      { configMap: overlay({ signIn: { resolvers: [{ resolver: "emailLocalPartMatchingUserEntityName" }] } }) },
      'access-widened: People are found in the catalog by `{"resolver":"emailLocalPartMatchingUserEntityName"}` instead of `{"resolver":"emailMatchingUserEntityProfileEmail"}`: somebody may be signed in as another user.',
    ],
  ])("%s", (_, changes, sentence) => {
    expect(change(changes)).toContain(sentence);
  });
});

describe("protection", () => {
  it.each<[string, Parameters<typeof change>[0], string]>([
    [
      "PKCE",
      { app: { pkceRequired: false } },
      "Okta no longer requires PKCE: a stolen code can be used by somebody else.",
    ],
    [
      "exact redirect URIs",
      { app: { wildcardRedirect: "SUBDOMAIN" } },
      "Okta takes redirect URIs with wildcards: codes can be sent elsewhere.",
    ],
    [
      "the code flow alone",
      { app: { responseTypes: ["code", "id_token"] } },
      "Okta hands tokens to the browser itself: the implicit flow is on.",
    ],
    [
      "refresh tokens that work once",
      { app: { refreshTokenRotation: "STATIC" } },
      "A refresh token works more than once: a stolen one goes unnoticed.",
    ],
    [
      "verified addresses",
      { configMap: overlay({ requireVerifiedEmail: false }) },
      "An address counts although Okta has not seen that it is the person's.",
    ],
    [
      "the length of a sign-in",
      { rule: { refreshTokenLifetimeMinutes: 43200 }, configMap: overlay({ sessionDuration: { days: 30 } }) },
      "A sign-in lasts up to 30 days instead of 7 days.",
    ],
  ])("is taken off %s", (_, changes, sentence) => {
    expect(change(changes)).toEqual([`protection-weakened: ${sentence}`]);
  });

  it("is taken off an app that could not be deleted by accident", () => {
    const app = step("same", TYPES.app, stack.app, stack.app);
    app.old = { ...app.old!, protect: true };
    expect(compare([app])).toEqual([
      "protection-weakened: The app is no longer protected from being deleted or replaced by accident.",
    ]);
  });

  it("is put on another authentication policy", () => {
    const from = { ...stack, app: { ...stack.app, authenticationPolicy: "rst1" } };
    expect(change({ app: { authenticationPolicy: "rst2" } }, undefined, from)).toEqual([
      "protection-weakened: Another authentication policy decides what a person needs to sign in, such as a second factor.",
    ]);
    expect(change({ app: { authenticationPolicy: UNKNOWN } }, undefined, from)).toEqual([]);
  });
});
