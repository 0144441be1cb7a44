import { z } from "zod";
import { BLANK, issuerMode, status, type GroupFilterType, type Status, type Times } from "./fields";

/** What Okta lets each type of app have: its grant types, and those of which it needs at least one. */
const GRANTS_BY_TYPE: Record<string, { valid: string[]; needed: string[] }> = {
  web: {
    valid: ["authorization_code", "implicit", "refresh_token", "client_credentials"],
    needed: ["authorization_code"],
  },
  native: { valid: ["authorization_code", "implicit", "password", "refresh_token"], needed: ["authorization_code"] },
  browser: { valid: ["authorization_code", "implicit", "refresh_token"], needed: ["authorization_code", "implicit"] },
  service: { valid: ["client_credentials"], needed: ["client_credentials"] },
};
/** The grant types that let an app have a response type. */
const GRANTS_BY_RESPONSE: Record<string, string[]> = {
  code: ["authorization_code"],
  id_token: ["implicit"],
  token: ["implicit", "password", "client_credentials"],
};

const jwk = z.looseObject({
  kty: z.enum(["RSA", "EC"]),
  kid: z.string(),
  use: z.enum(["sig", "enc"]).default("sig"),
  status,
});

// What has no effect here is kept as it comes, such as an app's policy_uri.
const oauthClientSettings = z.looseObject({
  application_type: z.enum(["web", "native", "browser", "service"]).default("web"),
  grant_types: z.array(z.string()).min(1, BLANK),
  response_types: z.array(z.enum(["code", "token", "id_token"])).default([]),
  redirect_uris: z.array(z.string()).default([]),
  post_logout_redirect_uris: z.array(z.string()).optional(),
  wildcard_redirect: z.enum(["DISABLED", "SUBDOMAIN"]).default("DISABLED"),
  issuer_mode: issuerMode.default("ORG_URL"),
  consent_method: z.enum(["TRUSTED", "REQUIRED"]).default("TRUSTED"),
  refresh_token: z
    .object({ rotation_type: z.enum(["ROTATE", "STATIC"]), leeway: z.int().min(0).max(60).default(30) })
    .optional(),
  jwks: z.object({ keys: z.array(jwk).min(1) }).optional(),
  jwks_uri: z.url().optional(),
  idp_initiated_login: z
    .object({ mode: z.enum(["DISABLED", "SPEC", "OKTA"]), default_scope: z.array(z.string()).default([]) })
    .default({ mode: "DISABLED", default_scope: [] }),
  dpop_bound_access_tokens: z.boolean().default(false),
});

/** A secret that a client brings along. */
export const clientSecret = z.string().min(14).max(100);

const oauthClientCredentials = z.object({
  client_id: z
    .string()
    .regex(/^[\w.-]{6,100}$/, "Must be 6 to 100 letters, digits or any of _ . -")
    .optional(),
  client_secret: clientSecret.optional(),
  token_endpoint_auth_method: z
    .enum(["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"])
    .default("client_secret_basic"),
  pkce_required: z.boolean().optional(),
  autoKeyRotation: z.boolean().default(true),
});

/**
 * The body that creates or replaces an OIDC app, with Okta's defaults filled in. The other sign-on modes do not exist here.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/#tag/Application/operation/createApplication
 */
export const appBody = z
  .object({
    name: z.literal("oidc_client", { error: "The local Okta has OIDC apps (oidc_client) only" }),
    signOnMode: z.literal("OPENID_CONNECT", { error: "The local Okta has OIDC apps (OPENID_CONNECT) only" }),
    label: z.string().trim().min(1, BLANK).max(100),
    credentials: z
      .object({
        oauthClient: oauthClientCredentials.default(oauthClientCredentials.parse({})),
        userNameTemplate: z
          .object({ template: z.string().default("${source.login}"), type: z.enum(["NONE", "BUILT_IN", "CUSTOM"]) })
          .default({ template: "${source.login}", type: "BUILT_IN" }),
      })
      .prefault({}),
    settings: z.object({
      oauthClient: oauthClientSettings,
      implicitAssignment: z.boolean().default(false),
      notes: z.object({ admin: z.string().optional(), enduser: z.string().optional() }).default({}),
    }),
    accessibility: z.looseObject({ selfService: z.boolean().default(false) }).prefault({}),
    visibility: z
      .object({
        autoLaunch: z.boolean().default(false),
        autoSubmitToolbar: z.boolean().default(false),
        hide: z.object({ iOS: z.boolean().default(false), web: z.boolean().default(false) }).prefault({}),
        appLinks: z.record(z.string(), z.boolean()).default({ oidc_client_link: true }),
      })
      .prefault({}),
    profile: z.record(z.string(), z.unknown()).optional(),
  })
  .superRefine((app, context) => {
    const { oauthClient: client } = app.settings;
    const { oauthClient: credentials } = app.credentials;
    const refuse = (field: string, message: string, part: "settings" | "credentials" = "settings") =>
      context.addIssue({ code: "custom", path: [part, "oauthClient", field], message });
    const grants = client.grant_types;
    const type = client.application_type;
    const { valid, needed } = GRANTS_BY_TYPE[type]!;
    const interactive = grants.includes("authorization_code") || grants.includes("implicit");

    for (const grant of grants.filter((each) => !valid.includes(each)))
      refuse(
        "grant_types",
        `An app of type ${type} cannot have the grant type ${grant}: it can have ${valid.join(", ")}`,
      );
    if (!needed.some((grant) => grants.includes(grant)))
      refuse("grant_types", `An app of type ${type} needs the grant type ${needed.join(" or ")}`);
    if (grants.includes("refresh_token") && !interactive && !grants.includes("password"))
      refuse("grant_types", "The grant type refresh_token needs authorization_code beside it");

    for (const response of client.response_types) {
      const giving = GRANTS_BY_RESPONSE[response]!;
      if (!giving.some((grant) => grants.includes(grant)))
        refuse("response_types", `The response type ${response} needs the grant type ${giving.join(" or ")}`);
    }
    if (grants.includes("authorization_code") && !client.response_types.includes("code"))
      refuse("response_types", "The grant type authorization_code needs the response type code");
    if (grants.includes("implicit") && !client.response_types.some((each) => each !== "code"))
      refuse("response_types", "The grant type implicit needs the response type id_token or token");

    if (interactive && client.redirect_uris.length === 0) refuse("redirect_uris", BLANK);
    for (const uri of client.redirect_uris) {
      const mistake = redirectUriMistake(uri, client.wildcard_redirect);
      if (mistake) refuse("redirect_uris", `${uri}: ${mistake}`);
    }
    for (const uri of client.post_logout_redirect_uris ?? []) {
      const mistake = redirectUriMistake(uri, "DISABLED");
      if (mistake) refuse("post_logout_redirect_uris", `${uri}: ${mistake}`);
    }

    const method = credentials.token_endpoint_auth_method;
    if (method === "none" && credentials.pkce_required === false)
      refuse("pkce_required", "A client that does not authenticate has to use PKCE", "credentials");
    if (method === "none" && (type === "web" || type === "service"))
      refuse("token_endpoint_auth_method", `An app of type ${type} has to authenticate`, "credentials");
    if (method === "private_key_jwt" && !client.jwks && !client.jwks_uri)
      refuse("jwks", "The method private_key_jwt needs jwks or jwks_uri");
  });

type Body = z.output<typeof appBody>;

/** The OAuth client of an app; its secrets are records of their own. */
interface OAuthClient extends Omit<Body["credentials"]["oauthClient"], "client_secret"> {
  client_id: string;
  pkce_required: boolean;
}

/** What of an app a body sets. */
type Settable = Omit<Body, "credentials"> & {
  credentials: Omit<Body["credentials"], "oauthClient"> & { oauthClient: OAuthClient };
};

export interface App extends Settable, Times {
  id: string;
  status: Status;
  /** The app-level groups claim that the org authorization server puts into ID tokens. */
  groupsClaim?: { name: string; valueType: "GROUPS" | "EXPRESSION"; groupFilterType?: GroupFilterType; value: string };
  /** Groups whose members may use the app, in the order of their priorities. */
  groupIds: string[];
  /** People who may use it by themselves. */
  userIds: string[];
  /** The app sign-in policy (`ACCESS_POLICY`) that guards the app. */
  accessPolicyId: string;
}

/**
 * The settable part of an app as Okta stores it.
 *
 * @param body the request's
 * @param id the app's: its client ID, where the body names none
 * @param old the app that is replaced: its client ID stays
 */
export function settableApp(body: Body, id: string, old?: App): Settable {
  const given = { ...body.credentials.oauthClient };
  delete given.client_secret;
  const { application_type: type, grant_types, refresh_token } = body.settings.oauthClient;
  const rotation: NonNullable<typeof refresh_token> =
    type === "browser" ? { rotation_type: "ROTATE", leeway: 30 } : { rotation_type: "STATIC", leeway: 0 };
  return {
    ...body,
    credentials: {
      ...body.credentials,
      oauthClient: {
        ...given,
        client_id: old?.credentials.oauthClient.client_id ?? given.client_id ?? id,
        // Okta's default: on for clients that cannot keep a secret.
        pkce_required: given.pkce_required ?? (type === "browser" || type === "native"),
      },
    },
    settings: {
      ...body.settings,
      oauthClient: {
        ...body.settings.oauthClient,
        ...(grant_types.includes("refresh_token") && { refresh_token: refresh_token ?? rotation }),
      },
    },
  };
}

/** What is wrong with a redirect URI, by the rules that the API description gives for `wildcard_redirect`. */
function redirectUriMistake(uri: string, wildcards: "DISABLED" | "SUBDOMAIN"): string | undefined {
  if (!URL.canParse(uri) || !/^[a-z][a-z0-9+.-]*:./i.test(uri)) return "A redirect URI must be an absolute URI";
  if (uri.includes("#")) return "A redirect URI must not have a fragment";
  if (!uri.includes("*")) return undefined;
  if (wildcards === "DISABLED") return "A redirect URI must not have a wildcard while wildcard_redirect is DISABLED";
  const wildcardInLowestDomain = /^https:\/\/[^/.*]*\*[^/.*]*\.[^/*]+\.[^/*]+(\/[^*]*)?$/;
  return wildcardInLowestDomain.test(uri)
    ? undefined
    : "A wildcard must be the only one, in the lowest-level domain of an https URI, two levels below the top at least";
}
