import type { Config } from "@backstage/config";
import { oidcAuthenticator, type OidcAuthResult } from "@backstage/plugin-auth-backend-module-oidc-provider";
import type { OAuthAuthenticatorResult, ProfileTransform } from "@backstage/plugin-auth-node";
import { requiresVerifiedEmail } from "./resolvers";

type Transform = ProfileTransform<OAuthAuthenticatorResult<OidcAuthResult>>;

/** The profile that the browser shows: Backstage's, with an email that is not verified where the config allows it. */
export function createProfileTransform(environment: Config): Transform {
  const transform: Transform = oidcAuthenticator.defaultProfileTransform;
  if (requiresVerifiedEmail(environment)) return transform;
  return async (result, context) => {
    const { profile } = await transform(result, context);
    return { profile: { ...profile, email: result.fullProfile.userinfo.email } };
  };
}
