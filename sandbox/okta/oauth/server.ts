import type { OrgAddresses } from "../addresses";
import type { AuthorizationServer } from "../model/authorizationServer";
import { select, type Store } from "../store";
import { claimNames } from "./claims";

/** The scopes of the org authorization server for users; the Okta API's own are for service apps. */
const ORG_SCOPES = ["openid", "profile", "email", "address", "phone", "offline_access", "groups"];

/** An authorization server as its clients see it at this moment: the org's own, or a custom one. */
export interface Server {
  readonly store: Store;
  /** The ID of the custom authorization server; left out for the org's. */
  readonly id?: string;
  /** The ID, or `org`: how paths and the store's artifacts tell servers apart. */
  readonly name: string;
  /** The issuer identifier. */
  readonly issuer: string;
  /** What the URLs of its endpoints begin with, such as `http://127.0.0.1:8080/oauth2/default/v1`. */
  readonly endpoints: string;
  /** The `aud` of its access tokens. */
  readonly audience: string;
  /** The names of the scopes that a user may be asked for. */
  readonly scopes: string[];
  /** The names of the claims that ID tokens and userinfo may have. */
  readonly claims: string[];
}

/** The org authorization server, as it is by the address that it was asked at. */
export function orgServer(store: Store, asked: string): Server {
  return {
    store,
    name: "org",
    issuer: asked,
    endpoints: `${asked}/oauth2/v1`,
    audience: asked,
    scopes: ORG_SCOPES,
    claims: claimNames(store, undefined),
  };
}

/** A custom authorization server, as it is by the address that it was asked at. */
export function customServer(
  store: Store,
  server: AuthorizationServer,
  asked: string,
  addresses: OrgAddresses,
): Server {
  const issuer = addresses.issuerOf(server, asked);
  return {
    store,
    id: server.id,
    name: server.id,
    issuer,
    endpoints: `${issuer}/v1`,
    audience: server.audiences[0] ?? issuer,
    scopes: select(store.scopes, ({ serverId }) => serverId === server.id).map(({ name }) => name),
    claims: claimNames(store, server.id),
  };
}

/**
 * The discovery document: what the local Okta has of Okta's metadata.
 * @see https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/customas
 */
export function metadata({ issuer, endpoints, scopes, claims }: Server): Record<string, unknown> {
  const authMethods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
  return {
    issuer,
    authorization_endpoint: `${endpoints}/authorize`,
    token_endpoint: `${endpoints}/token`,
    userinfo_endpoint: `${endpoints}/userinfo`,
    jwks_uri: `${endpoints}/keys`,
    introspection_endpoint: `${endpoints}/introspect`,
    revocation_endpoint: `${endpoints}/revoke`,
    end_session_endpoint: `${endpoints}/logout`,
    response_types_supported: ["code"],
    response_modes_supported: ["query", "fragment", "form_post"],
    grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: scopes,
    claims_supported: ["iss", "aud", "iat", "exp", ...claims],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: authMethods,
    introspection_endpoint_auth_methods_supported: authMethods,
    revocation_endpoint_auth_methods_supported: authMethods,
  };
}
