import type { RootConfigService } from "@backstage/backend-plugin-api";
import type { Config } from "@backstage/config";
import { InputError } from "@backstage/errors";
import { checkMetadataUrl } from "./issuer";
import { readSignInResolver, requiresVerifiedEmail } from "./resolvers";

const PROVIDER = "auth.providers.okta";
// As long as the keys that are made from it.
const SECRET_BYTES = 32;
const PROMPTS = ["auto", "login", "consent", "none"];
// Nobody signs in while the config is checked.
const NO_BACKEND = { find: () => Promise.resolve([]), log: () => {} };

/**
 * Checks what a sign-in would otherwise be the first to stumble over. Without `auth.providers.okta` there is nothing to
 * check: Backstage then answers that the provider is not configured.
 *
 * @throws InputError that names the key and says what to set
 */
export function checkConfig(config: RootConfigService): void {
  const provider = config.getOptionalConfig(PROVIDER);
  if (!provider) return;
  checkSessionSecret(config, "auth.session.secret");
  for (const name of provider.keys()) {
    const key = environmentKey(name);
    const environment = provider.getConfig(name);
    if (!environment.has("metadataUrl")) {
      throw new InputError(
        `${key}.metadataUrl is missing. Set it to the discovery document of the authorization server`,
      );
    }
    checkMetadataUrl(environment.getString("metadataUrl"), `${key}.metadataUrl`);
    checkPrompt(environment, `${key}.prompt`);
    if (environment.has("previousSessionSecret")) checkSessionSecret(config, `${key}.previousSessionSecret`);
    requiresVerifiedEmail(environment);
    readSignInResolver(environment, key, NO_BACKEND);
  }
}

/** The place of an environment in the config. */
export function environmentKey(name: string): string {
  return `${PROVIDER}.${name}`;
}

function checkSessionSecret(config: Config, key: string): void {
  const remedy =
    `Set it to a random value of at least ${SECRET_BYTES} bytes, such as \${AUTH_SESSION_SECRET} with that variable in ` +
    "the environment";
  if (!config.has(key)) {
    throw new InputError(
      `${key} is missing. Without it neither a sign-in under way nor a session can be protected. ${remedy}`,
    );
  }
  const length = Buffer.byteLength(config.getString(key));
  if (length < SECRET_BYTES) {
    throw new InputError(`${key} has ${length} bytes, so few that it can be guessed. ${remedy}`);
  }
}

function checkPrompt(environment: Config, key: string): void {
  const prompt = environment.getOptionalString("prompt");
  if (prompt !== undefined && !PROMPTS.includes(prompt)) {
    throw new InputError(`${key} ${JSON.stringify(prompt)} is not one of ${PROMPTS.join(", ")}`);
  }
}
