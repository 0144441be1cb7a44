import type { RootConfigService } from "@backstage/backend-plugin-api";
import { InputError } from "@backstage/errors";
import { readSignInResolver } from "./resolvers";

const PROVIDER = "auth.providers.okta";

/**
 * Checks what a sign-in would otherwise be the first to stumble over. Without `auth.providers.okta` there is nothing to
 * check: Backstage then answers that the provider is not configured.
 *
 * @throws InputError that names the key and says what to set
 */
export function checkConfig(config: RootConfigService): void {
  const provider = config.getOptionalConfig(PROVIDER);
  if (!provider) return;
  if (!config.has("auth.session.secret")) {
    throw new InputError(
      "auth.session.secret is missing. Without it neither a sign-in under way nor a session can be protected. " +
        "Set it to a random value of at least 32 bytes, such as ${AUTH_SESSION_SECRET} with that variable in the environment",
    );
  }
  for (const environment of provider.keys()) {
    checkMetadataUrl(`${PROVIDER}.${environment}.metadataUrl`, config);
    readSignInResolver(provider.getConfig(environment));
  }
}

function checkMetadataUrl(key: string, config: RootConfigService): void {
  const example = "such as https://acme.okta.com/oauth2/default/.well-known/openid-configuration";
  if (!config.has(key)) {
    throw new InputError(`${key} is missing. Set it to the discovery document of the authorization server, ${example}`);
  }
  const metadataUrl = config.getString(key);
  if (!URL.canParse(metadataUrl) || !metadataUrl.includes("/.well-known/")) {
    throw new InputError(`${key} ${JSON.stringify(metadataUrl)} is no address of a discovery document, ${example}`);
  }
}
