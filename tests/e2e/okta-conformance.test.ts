import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import { ANY_SIGN_IN } from "./support/authorizationServer";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";

/** Okta's own description of its management API. It is no part of this repository. */
const DESCRIPTION = resolve(__dirname, "../../../shared/okta-openapi/management.yaml");

interface Description {
  paths: Record<string, Record<string, { responses?: Record<string, unknown> }>>;
  components: { schemas: Record<string, unknown> };
}

/**
 * A call of each operation that the local Okta has, in an order in which they work: the operation as the description
 * names its path, the schema of its answer (`[]` for a list; none for an empty answer), the body, and under which
 * name the ID of the answer is kept for the `{name}` segments of later paths. A description's `oneOf` by a discriminator
 * is replaced by the one schema that the answer is to have.
 */
type Step = [
  operation: string,
  schema: string | undefined,
  options?: { query?: string; body?: unknown; keep?: string },
];

const SERVER = "/api/v1/authorizationServers/{authServerId}";
const POLICY = `${SERVER}/policies/{policyId}`;
const RULE = `${POLICY}/rules/{ruleId}`;
const APP = "/api/v1/apps/{appId}";
const SECRETS = `${APP}/credentials/secrets`;
// The client ID of an app that names none is the app's.
const ROLES = "/oauth2/v1/clients/{appId}/roles";
const SIGN_ON_RULES = "/api/v1/policies/{accessPolicyId}/rules";

const domain = { domain: "login.acme.example", certificateSourceType: "OKTA_MANAGED" };
const signOnPolicy = { type: "ACCESS_POLICY", name: "Portals", description: "For developer portals", priority: 1 };
const signOnRule = {
  type: "ACCESS_POLICY",
  name: "Two factors",
  actions: { appSignOn: { access: "ALLOW", verificationMethod: { type: "ASSURANCE", factorMode: "2FA" } } },
};

const app = {
  name: "oidc_client",
  label: "Portal",
  signOnMode: "OPENID_CONNECT",
  credentials: { oauthClient: { pkce_required: true } },
  settings: {
    oauthClient: {
      application_type: "web",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      redirect_uris: ["https://portal.example.com/callback"],
      refresh_token: { rotation_type: "ROTATE", leeway: 30 },
    },
  },
};
const server = { name: "portal", description: "For the portal", audiences: ["api://portal"] };
const scope = { name: "groups" };
const claim = { name: "groups", claimType: "IDENTITY", valueType: "GROUPS", group_filter_type: "REGEX", value: ".*" };
const policy = {
  type: "OAUTH_AUTHORIZATION_POLICY",
  name: "portal",
  description: "Who may sign in",
  conditions: { clients: { include: ["ALL_CLIENTS"] } },
};
const rule = {
  type: "RESOURCE_ACCESS",
  name: "portal",
  conditions: ANY_SIGN_IN,
};
const group = { profile: { name: "testers", description: "They test" } };
const user = {
  profile: { login: "erin@example.com", email: "erin@example.com", firstName: "Erin", lastName: "Ellis" },
  credentials: { password: { value: "erin-password" } },
};

const STEPS: Step[] = [
  ["GET /.well-known/okta-organization", "WellKnownOrgMetadata"],
  ["POST /api/v1/domains", "DomainResponse", { body: domain, keep: "domainId" }],
  ["GET /api/v1/domains", "DomainListResponse"],
  ["GET /api/v1/domains/{domainId}", "DomainResponse"],
  ["POST /api/v1/domains/{domainId}/verify", "DomainResponse"],
  ["GET /api/v1/domains", "DomainListResponse"],
  ["DELETE /api/v1/domains/{domainId}", undefined],

  ["GET /api/v1/policies", "AccessPolicy[]", { query: "?type=ACCESS_POLICY" }],
  ["POST /api/v1/policies", "AccessPolicy", { body: signOnPolicy, keep: "accessPolicyId" }],
  ["GET /api/v1/policies/{accessPolicyId}", "AccessPolicy"],
  ["PUT /api/v1/policies/{accessPolicyId}", "AccessPolicy", { body: signOnPolicy }],
  [`POST ${SIGN_ON_RULES}`, "AccessPolicyRule", { body: signOnRule, keep: "signOnRuleId" }],
  [`GET ${SIGN_ON_RULES}`, "AccessPolicyRule[]"],
  [`GET ${SIGN_ON_RULES}/{signOnRuleId}`, "AccessPolicyRule"],
  [`PUT ${SIGN_ON_RULES}/{signOnRuleId}`, "AccessPolicyRule", { body: signOnRule }],
  [`POST ${SIGN_ON_RULES}/{signOnRuleId}/lifecycle/deactivate`, undefined],
  [`POST ${SIGN_ON_RULES}/{signOnRuleId}/lifecycle/activate`, undefined],
  [`DELETE ${SIGN_ON_RULES}/{signOnRuleId}`, undefined],

  ["POST /api/v1/groups", "Group", { body: group, keep: "groupId" }],
  ["GET /api/v1/groups", "Group[]"],
  ["GET /api/v1/groups/{groupId}", "Group"],
  ["PUT /api/v1/groups/{groupId}", "Group", { body: group }],
  ["POST /api/v1/users", "User", { body: user, keep: "userId" }],
  ["GET /api/v1/users", "User[]"],
  ["GET /api/v1/users/{userId}", "UserGetSingleton"],
  ["POST /api/v1/users/{userId}", "User", { body: { profile: { firstName: "Erin B." } } }],
  ["PUT /api/v1/groups/{groupId}/users/{userId}", undefined],
  ["GET /api/v1/groups/{groupId}/users", "User[]"],
  ["GET /api/v1/users/{userId}/groups", "Group[]"],
  ["DELETE /api/v1/groups/{groupId}/users/{userId}", undefined],
  ["POST /api/v1/users/{userId}/lifecycle/suspend", undefined],
  ["POST /api/v1/users/{userId}/lifecycle/unsuspend", undefined],
  ["POST /api/v1/users/{userId}/lifecycle/deactivate", undefined],
  ["POST /api/v1/users/{userId}/lifecycle/activate", undefined],
  ["DELETE /api/v1/users/{userId}", undefined],

  ["POST /api/v1/apps", "OpenIdConnectApplication", { body: app, keep: "appId" }],
  ["GET /api/v1/apps", "OpenIdConnectApplication[]"],
  [`GET ${APP}`, "OpenIdConnectApplication"],
  [`PUT ${APP}`, "OpenIdConnectApplication", { body: app }],
  [`PUT ${APP}/policies/{accessPolicyId}`, undefined],
  [`PUT ${APP}/groups/{groupId}`, "ApplicationGroupAssignment", { body: {} }],
  [`GET ${APP}/groups`, "ApplicationGroupAssignment[]"],
  [`GET ${APP}/groups/{groupId}`, "ApplicationGroupAssignment"],
  [`DELETE ${APP}/groups/{groupId}`, undefined],
  [`POST ${APP}/users`, "AppUser", { body: { id: "alice" }, keep: "userId" }],
  [`GET ${APP}/users`, "AppUser[]"],
  [`GET ${APP}/users/{userId}`, "AppUser"],
  [`DELETE ${APP}/users/{userId}`, undefined],
  [
    `POST ${APP}/grants`,
    "OAuth2ScopeConsentGrant",
    { body: { scopeId: "okta.users.read", issuer: "https://acme.okta.com" }, keep: "grantId" },
  ],
  [`GET ${APP}/grants`, "OAuth2ScopeConsentGrant[]"],
  [`GET ${APP}/grants/{grantId}`, "OAuth2ScopeConsentGrant"],
  [`DELETE ${APP}/grants/{grantId}`, undefined],

  [`POST ${SECRETS}`, "OAuth2ClientSecret", { body: {}, keep: "secretId" }],
  [`GET ${SECRETS}`, "OAuth2ClientSecret[]"],
  [`GET ${SECRETS}/{secretId}`, "OAuth2ClientSecret"],
  [`POST ${SECRETS}/{secretId}/lifecycle/deactivate`, "OAuth2ClientSecret"],
  [`POST ${SECRETS}/{secretId}/lifecycle/activate`, "OAuth2ClientSecret"],
  [`POST ${SECRETS}/{secretId}/lifecycle/deactivate`, "OAuth2ClientSecret"],
  [`DELETE ${SECRETS}/{secretId}`, undefined],
  [`POST ${ROLES}`, "StandardRole", { body: { type: "READ_ONLY_ADMIN" }, keep: "roleId" }],
  [`GET ${ROLES}`, "StandardRole[]"],
  [`GET ${ROLES}/{roleId}`, "StandardRole"],
  [`DELETE ${ROLES}/{roleId}`, undefined],

  ["POST /api/v1/authorizationServers", "AuthorizationServer", { body: server, keep: "authServerId" }],
  ["GET /api/v1/authorizationServers", "AuthorizationServer[]"],
  [`GET ${SERVER}`, "AuthorizationServer"],
  [`PUT ${SERVER}`, "AuthorizationServer", { body: server }],
  [`POST ${SERVER}/scopes`, "OAuth2Scope", { body: scope, keep: "scopeId" }],
  [`GET ${SERVER}/scopes`, "OAuth2Scope[]"],
  [`GET ${SERVER}/scopes/{scopeId}`, "OAuth2Scope"],
  [`PUT ${SERVER}/scopes/{scopeId}`, "OAuth2Scope", { body: scope }],
  [`POST ${SERVER}/claims`, "OAuth2Claim", { body: claim, keep: "claimId" }],
  [`GET ${SERVER}/claims`, "OAuth2Claim[]"],
  [`GET ${SERVER}/claims/{claimId}`, "OAuth2Claim"],
  [`PUT ${SERVER}/claims/{claimId}`, "OAuth2Claim", { body: claim }],
  [`POST ${SERVER}/policies`, "AuthorizationServerPolicy", { body: policy, keep: "policyId" }],
  [`GET ${SERVER}/policies`, "AuthorizationServerPolicy[]"],
  [`GET ${POLICY}`, "AuthorizationServerPolicy"],
  [`PUT ${POLICY}`, "AuthorizationServerPolicy", { body: policy }],
  [`POST ${POLICY}/rules`, "AuthorizationServerPolicyRule", { body: rule, keep: "ruleId" }],
  [`GET ${POLICY}/rules`, "AuthorizationServerPolicyRule[]"],
  [`GET ${RULE}`, "AuthorizationServerPolicyRule"],
  [`PUT ${RULE}`, "AuthorizationServerPolicyRule", { body: rule }],
  [`POST ${RULE}/lifecycle/deactivate`, undefined],
  [`POST ${RULE}/lifecycle/activate`, undefined],
  [`POST ${POLICY}/lifecycle/deactivate`, undefined],
  [`POST ${POLICY}/lifecycle/activate`, undefined],

  [`DELETE ${RULE}`, undefined],
  [`DELETE ${POLICY}`, undefined],
  [`DELETE ${SERVER}/claims/{claimId}`, undefined],
  [`DELETE ${SERVER}/scopes/{scopeId}`, undefined],
  [`POST ${SERVER}/lifecycle/deactivate`, undefined],
  [`POST ${SERVER}/lifecycle/activate`, undefined],
  [`DELETE ${SERVER}`, undefined],
  [`POST ${APP}/lifecycle/deactivate`, undefined],
  [`POST ${APP}/lifecycle/activate`, undefined],
  [`POST ${APP}/lifecycle/deactivate`, undefined],
  [`DELETE ${APP}`, undefined],
  ["DELETE /api/v1/policies/{accessPolicyId}", undefined],
  ["DELETE /api/v1/groups/{groupId}", undefined],
];

const described = existsSync(DESCRIPTION);
if (!described) console.warn(`Skipped: Okta's API description is not at ${DESCRIPTION}`);

(described ? describe : describe.skip)("by Okta's API description", () => {
  let okta: LocalOktaProcess;
  let description: Description;
  let validator: (schema: string) => ValidateFunction;
  const kept: Record<string, string> = {};

  beforeAll(async () => {
    description = parse(readFileSync(DESCRIPTION, "utf8"), withoutIdleNullable, { maxAliasCount: -1 }) as Description;
    validator = validatorOf(description);
    okta = await startLocalOkta();
  }, 60_000);
  afterAll(() => okta.stop());

  it.each(STEPS)("%s answers as described (%s)", async (operation, schema, { query = "", body, keep } = {}) => {
    const [method, template] = operation.split(" ") as [string, string];
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => kept[name]!);
    const answer = await okta.api<{ id: string } | { id: string }[]>(method, path + query, body);

    expect([answer.status, answer.body]).toEqual([successOf(description, method, template), answer.body]);
    if (!schema) {
      // Okta answers some lifecycle operations with an empty object.
      expect([undefined, {}]).toContainEqual(answer.body);
      return;
    }
    const items = [answer.body].flat();
    expect(items.length).toBeGreaterThan(0);
    expect(Array.isArray(answer.body)).toBe(schema.endsWith("[]"));
    const validate = validator(schema.replace("[]", ""));
    for (const item of items) {
      validate(item);
      expect(validate.errors).toBeNull();
    }
    if (keep) kept[keep] = items[0]!.id;
  });

  it.each([
    ["POST", "/api/v1/apps", 400],
    ["GET", "/api/v1/apps/0oa1", 404],
    ["GET", "/api/v1/groups/00g1", 404],
  ])("%s %s is refused with the described error", async (method, path, status) => {
    const answer = await okta.api<unknown>(method, path, method === "POST" ? {} : undefined);
    expect(answer.status).toBe(status);
    const validate = validator("Error");
    validate(answer.body);
    expect(validate.errors).toBeNull();
    expect(Object.keys(answer.body as object).sort()).toEqual([
      "errorCauses",
      "errorCode",
      "errorId",
      "errorLink",
      "errorSummary",
    ]);
  });
});

/** In OpenAPI 3.0 `nullable` says nothing where there is no `type` beside it; the validator refuses it there. */
function withoutIdleNullable(_: unknown, value: unknown): unknown {
  if (typeof value === "object" && value !== null && "nullable" in value && !("type" in value)) delete value.nullable;
  return value;
}

/** Compiles a schema of the description by its name. */
function validatorOf(description: Description): (schema: string) => ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema({ $id: "okta", components: description.components });
  return (schema) => ajv.compile({ $ref: `okta#/components/schemas/${schema}` });
}

/** The status of success that the description gives an operation, whatever it calls the segments of the path. */
function successOf({ paths }: Description, method: string, template: string): number {
  const shape = (path: string) => path.replace(/\{\w+\}/g, "{}");
  const [, operations] = Object.entries(paths).find(([path]) => shape(path) === shape(template))!;
  const { responses = {} } = operations[method.toLowerCase()]!;
  return Number(Object.keys(responses).find((status) => status.startsWith("2")));
}
