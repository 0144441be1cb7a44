import type { FoundApp, OktaApp } from "../../../../ops/adopt/app";
import { refusals } from "../../../../ops/adopt/refusals";

const web: OktaApp = {
  id: "0oa1",
  name: "oidc_client",
  label: "Backstage",
  signOnMode: "OPENID_CONNECT",
  credentials: { oauthClient: { client_id: "0oa1", token_endpoint_auth_method: "client_secret_basic" } },
  settings: { oauthClient: { application_type: "web" } },
};
const secret = { id: "ocs1", client_secret: "x", status: "ACTIVE", created: "2020-01-01T00:00:00.000Z" } as const;
const found = (app: Partial<OktaApp>, changes: Partial<FoundApp> = {}): FoundApp => ({
  app: { ...web, ...app },
  clientId: "0oa1",
  groups: [],
  people: [],
  secrets: [secret],
  roles: [],
  ...changes,
});
const of = (app: Partial<OktaApp>, changes?: Partial<FoundApp>, circumstances = {}) =>
  refusals(found(app, changes), { holder: undefined, addsSecret: true, ...circumstances });
const client = (settings: object) => ({ settings: { oauthClient: { application_type: "web", ...settings } } });
const method = (name: string) => ({
  credentials: { oauthClient: { client_id: "0oa1", token_endpoint_auth_method: name } },
});

it("takes a web app, also where nobody may see its roles", () => {
  expect([of({}), of({}, { roles: undefined }), of(method("client_secret_post"))]).toEqual([[], [], []]);
});

it.each<[string, Partial<OktaApp>, RegExp]>([
  ["a SAML app", { signOnMode: "SAML_2_0", credentials: {}, settings: {} }, /by `SAML_2_0`, and not by OpenID Connect/],
  ["a bookmark", { signOnMode: "BOOKMARK", credentials: {}, settings: {} }, /by `BOOKMARK`/],
  ["a preconfigured app", { name: "backstage_io" }, /comes from Okta's catalog, as `backstage_io`/],
  ["a single-page app", client({ application_type: "browser" }), /is a single-page app/],
  ["a native app", client({ application_type: "native" }), /is a native app/],
  ["a service app", client({ application_type: "service" }), /is a service app/],
  ["one with a key", method("private_key_jwt"), /authenticates by `private_key_jwt`/],
  ["one with DPoP", client({ dpop_bound_access_tokens: true }), /binds its tokens to a key \(DPoP\)/],
  ["one with encrypted ID tokens", client({ id_token_encrypted_response_alg: "RSA-OAEP-256" }), /ID tokens encrypted/],
  ["one with signed requests", client({ request_object_signing_alg: "RS256" }), /takes signed requests alone/],
])("refuses %s, for that one reason", (_, app, reason) => {
  expect(of(app)).toEqual([expect.stringMatching(reason)]);
});

it("refuses what belongs to somebody else, or has no place for a second secret", () => {
  expect(of({}, { roles: ["Application Administrator"] })).toEqual([expect.stringContaining("has the admin role")]);
  expect(of({}, {}, { holder: "acme/prod" })).toEqual([expect.stringContaining("is in the stack `acme/prod` already")]);
  const two = { secrets: [secret, { ...secret, id: "ocs2" }] };
  expect(of({}, two)).toEqual([expect.stringContaining("has two client secrets already")]);
  expect(of({}, two, { addsSecret: false })).toEqual([]);
});
