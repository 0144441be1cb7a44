import { appBody } from "../../../sandbox/plugins/okta/appBody";
import { appFields } from "../../../sandbox/plugins/okta/appFields";
import { validateApp } from "../../../sandbox/plugins/okta/appRules";
import { propsOf } from "../../../sandbox/plugins/okta/fields";
import { changes } from "../../../sandbox/plugins/differences";
import { checkInputs } from "../../../sandbox/plugins/schema";
import { UNKNOWN, type Props } from "../../../sandbox/plugins/contract";

const portal = {
  label: "Backstage",
  type: "web",
  grantTypes: ["authorization_code", "refresh_token"],
  responseTypes: ["code"],
  redirectUris: ["https://portal.example.com/api/auth/okta/handler/frame"],
  postLogoutRedirectUris: ["https://portal.example.com/"],
  pkceRequired: true,
  refreshTokenRotation: "ROTATE",
  refreshTokenLeeway: 30,
};

const inputsOf = (news: Props) => checkInputs(appFields, news, undefined, "").inputs;
/** As it goes over the wire. */
const sent = (news: Props, outputs?: Props) => JSON.parse(JSON.stringify(appBody(inputsOf(news), outputs))) as object;
const reasons = (news: Props) => validateApp(inputsOf({ ...portal, ...news })).map(({ property }) => property);

describe("An OAuth app", () => {
  it("is created with the request of the genuine provider", () => {
    expect(sent(portal)).toEqual({
      accessibility: {},
      credentials: {
        oauthClient: {
          autoKeyRotation: true,
          pkce_required: true,
          token_endpoint_auth_method: "client_secret_basic",
        },
        userNameTemplate: { template: "${source.login}", type: "BUILT_IN" },
      },
      label: "Backstage",
      name: "oidc_client",
      settings: {
        notes: {},
        oauthClient: {
          application_type: "web",
          consent_method: "TRUSTED",
          dpop_bound_access_tokens: false,
          grant_types: ["authorization_code", "refresh_token"],
          idp_initiated_login: { default_scope: [], mode: "DISABLED" },
          issuer_mode: "ORG_URL",
          post_logout_redirect_uris: ["https://portal.example.com/"],
          redirect_uris: ["https://portal.example.com/api/auth/okta/handler/frame"],
          refresh_token: { leeway: 30, rotation_type: "ROTATE" },
          response_types: ["code"],
          wildcard_redirect: "DISABLED",
        },
      },
      signOnMode: "OPENID_CONNECT",
      visibility: { hide: { iOS: true, web: true } },
    });
  });

  it("keeps its client ID and secret in an update", () => {
    expect(sent(portal, { clientId: "0oa1", clientSecret: "s3cret" })).toMatchObject({
      credentials: { oauthClient: { client_id: "0oa1", client_secret: "s3cret" } },
    });
  });

  it("does not send the secret when the state shall not have it", () => {
    const outputs = { clientId: "0oa1", clientSecret: "s3cret" };
    expect(JSON.stringify(sent({ ...portal, omitSecret: true }, outputs))).not.toContain("s3cret");
  });

  it("has the grant and response types that its type needs when the program names none", () => {
    expect(sent({ label: "x", type: "service" })).toMatchObject({
      settings: { oauthClient: { grant_types: ["client_credentials"], response_types: ["token"] } },
    });
  });

  it("reads back as it was written, without a change", () => {
    const inputs = inputsOf(portal);
    const answer = { ...sent(portal), id: "0oa1", status: "ACTIVE" };
    expect(changes(appFields, propsOf(appFields, answer), inputs)).toEqual([]);
  });

  it("shows a redirect URI that was added by hand as a change", () => {
    const redirectUris = [...portal.redirectUris, "https://evil.example.com/"];
    const answer = { ...sent({ ...portal, redirectUris }), status: "ACTIVE" };
    expect(changes(appFields, propsOf(appFields, answer), inputsOf(portal))).toEqual([
      { path: "redirectUris[1]", kind: "delete" },
    ]);
  });

  it("is replaced for another type, and not for another label", () => {
    const there = { ...inputsOf(portal), clientId: "0oa1" };
    expect(changes(appFields, there, inputsOf({ ...portal, type: "browser" }))).toEqual([
      { path: "type", kind: "update", replaces: true },
    ]);
    expect(changes(appFields, there, inputsOf({ ...portal, label: "Portal" }))).toEqual([
      { path: "label", kind: "update" },
    ]);
  });

  it.each<[string, Props, string]>([
    [
      "an authentication policy that it shall leave alone",
      { authenticationPolicy: "rst1", skipAuthenticationPolicy: true },
      "skipAuthenticationPolicy",
    ],
    ["a login mode without a login URI", { loginMode: "SPEC" }, "loginUri"],
    [
      "a filtered groups claim without a filter",
      { groupsClaim: { type: "FILTER", name: "groups", value: ".*" } },
      "groupsClaim.filterType",
    ],
  ])("refuses %s", (_, news, property) => {
    expect(reasons(news)).toEqual([property]);
  });

  it("does not refuse what a preview does not know", () => {
    expect(reasons({ loginMode: UNKNOWN })).toEqual([]);
  });
});
