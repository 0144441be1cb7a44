import { clockProblems } from "../../../../ops/verify/clocks";
import type { AccessPolicy } from "../../../../ops/okta/accessPolicies";
import { policyProblems } from "../../../../ops/verify/accessPolicies";
import { discoveryProblems, isTrusted } from "../../../../ops/verify/discovery";
import type { Answer } from "../../../../ops/verify/http";
import { clientSecretProblems, refusal } from "../../../../ops/verify/okta";
import { claimProblems } from "../../../../ops/verify/token";
import { RECORDED } from "./recorded";

describe("the discovery document", () => {
  const { issuer } = RECORDED;
  const document = {
    issuer,
    authorization_endpoint: `${issuer}/v1/authorize`,
    token_endpoint: `${issuer}/v1/token`,
    jwks_uri: `${issuer}/v1/keys`,
    scopes_supported: ["openid", "profile", "email", "groups", "offline_access"],
    code_challenge_methods_supported: ["S256"],
  };
  const problems = (changes: Partial<typeof document>) => discoveryProblems({ ...document, ...changes }, RECORDED);

  it("is right as Okta gives it", () => expect(problems({})).toEqual([]));

  it.each([
    [
      "another issuer",
      { issuer: "https://acme.okta.com" },
      /another issuer, https:\/\/acme\.okta\.com, where the stack/,
    ],
    ["plain http", { token_endpoint: `${issuer.replace("https", "http")}/v1/token` }, /token_endpoint is not https/],
    ["another host", { jwks_uri: "https://evil.example/keys" }, /jwks_uri is on another host/],
    ["no S256", { code_challenge_methods_supported: ["plain"] }, /no PKCE challenge with S256, only plain/],
  ])("fails with %s", (_, changes, cause) => {
    expect(problems(changes)).toEqual([
      expect.objectContaining({ severity: "failed", cause: expect.stringMatching(cause) as string }),
    ]);
  });

  it("warns of a scope that the server does not list, and what a missing email means", () => {
    expect(problems({ scopes_supported: ["openid", "profile", "groups", "offline_access"] })).toEqual([
      expect.objectContaining({
        severity: "warning",
        cause: expect.stringContaining("the user profile is null") as string,
      }),
    ]);
  });

  it("allows plain http on this machine alone", () => {
    const local = Object.fromEntries(
      Object.entries(document).map(([key, value]) => [
        key,
        typeof value === "string" ? value.replace("https://acme.okta.com", "http://127.0.0.1:4080") : value,
      ]),
    ) as typeof document;
    expect(discoveryProblems(local, { issuer: local.issuer, pkce: true })).toEqual([]);
  });
});

it.each([
  ["https://acme.okta.com/oauth2/aus1/v1/token", true],
  ["https://evil.example/oauth2/aus1/v1/token", false],
  ["https://acme.okta.com:8443/oauth2/aus1/v1/token", false],
  ["http://acme.okta.com/oauth2/aus1/v1/token", false],
  ["ftp://acme.okta.com/oauth2/aus1/v1/token", false],
])("trusts the endpoint %s with a secret: %s", (endpoint, trusted) => {
  expect(isTrusted(endpoint, RECORDED.issuer)).toBe(trusted);
});

describe("the access policies", () => {
  const own = { ...RECORDED.accessPolicy!, clientId: RECORDED.clientId };
  const policy = (id: string, include: string[], status: AccessPolicy["status"] = "ACTIVE"): AccessPolicy => ({
    id,
    name: id,
    status,
    priority: 1,
    conditions: { clients: { include } },
  });
  const ours = policy(own.policyId, [own.clientId]);
  const everybody = policy("everybody", ["ALL_CLIENTS"]);
  const found = (policies: AccessPolicy[], isDedicated = true) =>
    policyProblems(policies, { ...own, isDedicated }).map(({ severity, cause }) => `${severity}: ${cause}`);

  it("are right with the stack's own alone", () => expect(found([ours])).toEqual([]));

  it("fail with one for all clients in front", () => {
    expect(found([everybody, ours])).toEqual([
      expect.stringMatching(
        /^failed: the access policy "everybody" .* for all clients, is asked before the stack's own/,
      ),
    ]);
  });

  it("are a warning with one behind on the stack's own server, and right on a shared one", () => {
    expect(found([ours, everybody])).toEqual([expect.stringMatching(/^warning: .* what the stack's rule does not$/)]);
    expect(found([ours, everybody], false)).toEqual([]);
  });

  it("fail without the stack's own, or with it inactive", () => {
    expect(found([])).toEqual([expect.stringMatching(/^failed: .* not in Okta any more/)]);
    expect(found([policy(own.policyId, [own.clientId], "INACTIVE")])).toEqual([
      expect.stringMatching(/^failed: .* is not active/),
    ]);
  });
});

describe("what Okta says to the portal's request", () => {
  it.each([
    [
      "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings",
      /^Mismatched redirect URIs/,
      /ensure exact match with https:\S+frame \(no trailing slashes\)/,
    ],
    [
      "invalid_request: PKCE code challenge is required by the application.",
      /requires PKCE/,
      /in place of the stock one/,
    ],
    ["Invalid value for 'client_id' parameter.", /no active app with this client ID/, /activate the app/],
    ["invalid_scope: One or more scopes are not configured", /lacks a scope/, /enable email scope/],
    ["access_denied: Policy evaluation failed", /policy denies/, /access policies of the authorization server/],
    ["unsupported_response_type: not supported", /authorization code flow/, /grant types/],
    ["server_error", /does not accept the portal's request/, /System Log/],
  ])("is named with its remedy: %s", (said, cause, remedy) => {
    expect(refusal(said, RECORDED.redirectUri)).toEqual({
      severity: "failed",
      cause: expect.stringMatching(cause) as string,
      remedy: expect.stringMatching(remedy) as string,
    });
    expect(refusal(said, RECORDED.redirectUri).cause).toContain(`Okta says: ${said}`);
  });
});

describe("the answer to a made-up code", () => {
  const answer = (status: number, body: object): Answer => ({
    status,
    headers: new Headers(),
    text: JSON.stringify(body),
    clockAhead: 0,
  });

  it("is right when only the code is refused", () => {
    expect(clientSecretProblems(answer(400, { error: "invalid_grant" }))).toEqual([]);
  });

  it("tells that the client secret is another", () => {
    const body = { error: "invalid_client", error_description: "is invalid." };
    const [problem] = clientSecretProblems(answer(401, body));
    expect(problem?.cause).toContain("changed in Okta only");
    expect(problem?.cause).toContain("Okta says: invalid_client: is invalid.");
    expect(problem?.remedy).toContain("npm run rotate -- --client-secret");
    expect(problem?.remedy).not.toMatch(/active again|label/);
  });

  it("is not taken for a success when it is neither", () => {
    expect(clientSecretProblems(answer(200, { access_token: "x" }))).toHaveLength(1);
  });
});

describe("the clocks", () => {
  it.each([
    [0, 0, []],
    [59, 0, []],
    [-61, 0, ["warning"]],
    [301, 0, ["failed"]],
    [200, 500, ["warning"]],
    [100, 100, ["warning"]],
    [undefined, 0, ["warning"]],
  ])("the portal %s s ahead of here and Okta %s s: %j", (portal, okta, severities) => {
    expect(clockProblems(portal, okta).map(({ severity }) => severity)).toEqual(severities);
  });
});

describe("an ID token", () => {
  const now = 1_800_000_000;
  const claims = {
    iss: RECORDED.issuer,
    aud: RECORDED.clientId,
    exp: now + 3600,
    sub: "00u1",
    email: "alice@acme.example",
    name: "Alice",
    groups: ["backstage-users"],
  };
  const problems = (changes: object) => claimProblems({ ...claims, ...changes }, RECORDED, now);

  it("is right as Okta gives it", () => expect(problems({})).toEqual([]));

  it.each([
    ["another audience", { aud: "other" }, "failed", /invalid_token, wrong audience: the token is for other/],
    [
      "an access token",
      { aud: "api://x", cid: "backstage-1", scp: ["email"] },
      "failed",
      /access token, not an ID token/,
    ],
    ["another issuer", { iss: "https://acme.okta.com" }, "failed", /invalid_token, wrong issuer: https:\/\/acme/],
    ["a past expiry", { exp: now - 5 }, "failed", /expired 5 s ago/],
    ["no email", { email: undefined }, "failed", /has no email/],
    ["no name", { name: undefined }, "failed", /has no name/],
    ["no groups", { groups: [] }, "warning", /has no groups/],
  ])("with %s is named", (_, changes, severity, cause) => {
    expect(problems(changes)).toEqual([
      expect.objectContaining({ severity, cause: expect.stringMatching(cause) as string }),
    ]);
  });

  it("has all its faults told at once", () => {
    expect(problems({ aud: "other", exp: 0, email: undefined })).toHaveLength(3);
  });
});
