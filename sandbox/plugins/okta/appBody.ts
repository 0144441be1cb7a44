import type { Props } from "../contract";
import { defaultGrantTypes, defaultResponseTypes } from "./appSchema";
import type { Json } from "./okta";

/**
 * The app as Okta's API takes it, https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/
 *
 * @param outputs of the app that is to be replaced; undefined for a new one
 */
export function appBody(inputs: Props, outputs: Props | undefined): Json {
  const grantTypes = given(inputs.grantTypes) ?? given(outputs?.grantTypes) ?? defaultGrantTypes(inputs.type as string);
  const responseTypes =
    given(inputs.responseTypes) ?? given(outputs?.responseTypes) ?? defaultResponseTypes(grantTypes);
  return {
    label: inputs.label,
    name: "oidc_client",
    signOnMode: "OPENID_CONNECT",
    profile: json(inputs.profile),
    accessibility: {
      selfService: inputs.accessibilitySelfService || undefined,
      errorRedirectUrl: inputs.accessibilityErrorRedirectUrl,
      loginRedirectUrl: inputs.accessibilityLoginRedirectUrl,
    },
    visibility: {
      autoSubmitToolbar: inputs.autoSubmitToolbar || undefined,
      hide: { iOS: inputs.hideIos, web: inputs.hideWeb },
      appLinks: json(inputs.appLinksJson),
    },
    credentials: {
      oauthClient: {
        autoKeyRotation: inputs.autoKeyRotation,
        client_id: inputs.clientId ?? outputs?.clientId,
        client_secret: clientSecret(inputs, outputs),
        pkce_required: pkceRequired(inputs, outputs),
        token_endpoint_auth_method: inputs.tokenEndpointAuthMethod,
      },
      userNameTemplate: {
        template: inputs.userNameTemplate,
        type: inputs.userNameTemplateType,
        userSuffix: inputs.userNameTemplateSuffix,
        pushStatus: inputs.userNameTemplatePushStatus,
      },
    },
    settings: {
      ...json(inputs.appSettingsJson),
      implicitAssignment: inputs.implicitAssignment,
      notes: { admin: inputs.adminNote, enduser: inputs.enduserNote },
      oauthClient: {
        application_type: inputs.type,
        backchannel_custom_authenticator_id: inputs.backchannelCustomAuthenticatorId,
        client_uri: inputs.clientUri,
        consent_method: inputs.consentMethod,
        dpop_bound_access_tokens: false,
        frontchannel_logout_session_required: inputs.frontchannelLogoutSessionRequired,
        frontchannel_logout_uri: inputs.frontchannelLogoutUri,
        grant_types: grantTypes,
        idp_initiated_login: { mode: inputs.loginMode, default_scope: inputs.loginScopes ?? [] },
        initiate_login_uri: inputs.loginUri,
        issuer_mode: inputs.issuerMode,
        jwks: inputs.jwks && { keys: (inputs.jwks as Json[]).map((key) => ({ ...key, status: "ACTIVE" })) },
        jwks_uri: inputs.jwksUri,
        logo_uri: inputs.logoUri,
        network: network(inputs.network as Props | undefined),
        participate_slo: inputs.participateSlo,
        policy_uri: inputs.policyUri,
        post_logout_redirect_uris: given(inputs.postLogoutRedirectUris),
        redirect_uris: given(inputs.redirectUris),
        refresh_token: grantTypes.includes("refresh_token")
          ? { rotation_type: inputs.refreshTokenRotation, leeway: inputs.refreshTokenLeeway }
          : undefined,
        response_types: responseTypes,
        tos_uri: inputs.tosUri,
        wildcard_redirect: inputs.wildcardRedirect,
      },
    },
  };
}

/** A list that is there and has something in it. */
function given(list: unknown): string[] | undefined {
  return Array.isArray(list) && list.length > 0 ? (list as string[]) : undefined;
}

function json(value: unknown): Json | undefined {
  return value ? (JSON.parse(value as string) as Json) : undefined;
}

/** The program's own secret, or else the one that Okta made, which an update would otherwise leave to chance. */
function clientSecret(inputs: Props, outputs: Props | undefined): unknown {
  const own = inputs.clientBasicSecretWo ?? inputs.clientBasicSecret;
  return own ?? (inputs.omitSecret ? undefined : outputs?.clientSecret || undefined);
}

function pkceRequired(inputs: Props, outputs: Props | undefined): unknown {
  if (inputs.pkceRequired !== undefined) return inputs.pkceRequired;
  const publicApp = outputs === undefined && ["native", "browser"].includes(inputs.type as string);
  return inputs.tokenEndpointAuthMethod === "none" || publicApp;
}

function network(props: Props | undefined): Json | undefined {
  return props && { connection: props.connection, include: props.includes, exclude: props.excludes };
}

/**
 * An app of Okta's API under the names of the schema, without what other endpoints tell. As in the genuine provider, it says
 * nothing of app links, nor of settings of the program's own: Okta adds its own to both.
 */
export function appProps(found: Json): Props {
  const { accessibility, visibility, credentials, settings, _links } = found as Record<string, Json | undefined>;
  const { oauthClient: client = {}, userNameTemplate: template = {} } = (credentials ?? {}) as Record<string, Json>;
  const { oauthClient: oauth = {}, notes = {} } = (settings ?? {}) as Record<string, Json>;
  const hide = (visibility?.hide ?? {}) as Json;
  const login = (oauth.idp_initiated_login ?? {}) as Json;
  const refresh = oauth.refresh_token as Json | undefined;
  const zones = oauth.network as Json | undefined;
  const logo = (_links?.logo as Json[] | undefined)?.[0];
  return {
    label: found.label,
    name: found.name,
    signOnMode: found.signOnMode,
    status: found.status,
    profile: found.profile && JSON.stringify(found.profile),
    logoUrl: logo?.href,
    accessibilitySelfService: accessibility?.selfService,
    accessibilityErrorRedirectUrl: accessibility?.errorRedirectUrl,
    accessibilityLoginRedirectUrl: accessibility?.loginRedirectUrl,
    autoSubmitToolbar: visibility?.autoSubmitToolbar,
    hideIos: hide.iOS,
    hideWeb: hide.web,
    adminNote: notes.admin,
    enduserNote: notes.enduser,
    implicitAssignment: settings?.implicitAssignment,
    userNameTemplate: template.template,
    userNameTemplateType: template.type,
    userNameTemplateSuffix: template.userSuffix,
    userNameTemplatePushStatus: template.pushStatus,
    clientId: client.client_id,
    tokenEndpointAuthMethod: client.token_endpoint_auth_method,
    autoKeyRotation: client.autoKeyRotation,
    pkceRequired: client.pkce_required,
    type: oauth.application_type,
    backchannelCustomAuthenticatorId: oauth.backchannel_custom_authenticator_id,
    clientUri: oauth.client_uri,
    logoUri: oauth.logo_uri,
    tosUri: oauth.tos_uri,
    policyUri: oauth.policy_uri,
    loginUri: oauth.initiate_login_uri,
    jwksUri: oauth.jwks_uri,
    jwks: (oauth.jwks as { keys: Json[] } | undefined)?.keys.map(({ kid, kty, e, n, x, y }) => ({
      kid,
      kty,
      e,
      n,
      x,
      y,
    })),
    wildcardRedirect: oauth.wildcard_redirect,
    issuerMode: oauth.issuer_mode,
    participateSlo: oauth.participate_slo,
    frontchannelLogoutUri: oauth.frontchannel_logout_uri,
    frontchannelLogoutSessionRequired: oauth.frontchannel_logout_session_required,
    redirectUris: oauth.redirect_uris,
    postLogoutRedirectUris: oauth.post_logout_redirect_uris,
    grantTypes: oauth.grant_types,
    responseTypes: oauth.response_types,
    network: zones && { connection: zones.connection, includes: zones.include, excludes: zones.exclude },
    // Orgs without these features leave them out, which says nothing.
    ...(oauth.consent_method ? { consentMethod: oauth.consent_method } : {}),
    ...(refresh?.rotation_type ? { refreshTokenRotation: refresh.rotation_type } : {}),
    ...(refresh?.leeway !== undefined ? { refreshTokenLeeway: refresh.leeway } : {}),
    ...(login.mode ? { loginMode: login.mode, loginScopes: login.default_scope } : {}),
  };
}
