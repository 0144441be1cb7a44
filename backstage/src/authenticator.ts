import type { LoggerService } from "@backstage/backend-plugin-api";
import { ServiceUnavailableError } from "@backstage/errors";
import { oidcAuthenticator, type OidcAuthResult } from "@backstage/plugin-auth-backend-module-oidc-provider";
import {
  createOAuthAuthenticator,
  type OAuthAuthenticator,
  type OAuthAuthenticatorResult,
} from "@backstage/plugin-auth-node";
import { Discovery } from "./discovery";
import { explain } from "./errors";
import { TokenSeal } from "./tokenSeal";

type OidcContext = ReturnType<typeof oidcAuthenticator.initialize>;
type Result = OAuthAuthenticatorResult<OidcAuthResult>;

/** What an issuer publishes, as far as it is checked here. */
interface IssuerMetadata {
  issuer: string;
  code_challenge_methods_supported?: string[];
}

/**
 * Backstage's OpenID Connect authenticator, which sends state, nonce and a PKCE challenge and checks them, made fit for
 * Okta: it outlives an Okta that cannot be reached, never falls back to a challenge that is not S256, encrypts the refresh
 * token for the browser's cookie, and says in plain words why a sign-in failed.
 *
 * @param logger is told when Okta cannot be reached at start
 * @param sessionSecret `auth.session.secret`: another one ends every session
 */
export function createOktaAuthenticator(
  logger: LoggerService,
  sessionSecret: string,
): OAuthAuthenticator<Discovery<OidcContext>, OidcAuthResult> {
  const seal = new TokenSeal(sessionSecret);
  const forBrowser = async ({ session, ...result }: Result): Promise<Result> => {
    const refreshToken = session.refreshToken && (await seal.seal(session.refreshToken));
    return { ...result, session: { ...session, refreshToken } };
  };
  return createOAuthAuthenticator({
    defaultProfileTransform: oidcAuthenticator.defaultProfileTransform,
    // Okta gives a refresh token for offline_access alone, and without one a session ends with its first access token.
    scopes: {
      ...oidcAuthenticator.scopes,
      required: [...(oidcAuthenticator.scopes?.required ?? []), "offline_access"],
    },

    initialize(input) {
      // Credentials that are missing are a reason not to start; an Okta that is away is none.
      for (const key of ["clientId", "clientSecret"]) input.config.getString(key);
      const metadataUrl = input.config.getString("metadataUrl");
      const discovery = new Discovery(async () => {
        const { initializedPrompt = "auto", ...rest } = oidcAuthenticator.initialize(input);
        const { client } = await rest.promise.catch((error: Error) => {
          throw new ServiceUnavailableError(
            `Okta's discovery document ${metadataUrl} cannot be read: ${error.message}. Sign-in works again by itself once it can`,
          );
        });
        checkIssuer(client.issuer.metadata, metadataUrl);
        return { initializedPrompt, ...rest };
      });
      discovery.get().catch((error: Error) => logger.warn(error.message));
      return discovery;
    },

    async start(input, discovery) {
      return oidcAuthenticator.start(input, await discovery.get());
    },

    async authenticate(input, discovery) {
      return forBrowser(await oidcAuthenticator.authenticate(input, await discovery.get()).catch(explain));
    },

    async refresh(input, discovery) {
      const opened = { ...input, refreshToken: await seal.open(input.refreshToken) };
      return forBrowser(await oidcAuthenticator.refresh(opened, await discovery.get()).catch(explain));
    },

    async logout(input, discovery) {
      // Without one that can be opened there is nothing to revoke in Okta.
      const refreshToken = input.refreshToken && (await seal.open(input.refreshToken).catch(() => undefined));
      return oidcAuthenticator.logout?.({ ...input, refreshToken }, await discovery.get());
    },
  });
}

/**
 * Checks that the metadata is that of the issuer asked for (OpenID Connect Discovery 1.0, section 4.3), and that the
 * issuer takes S256 (RFC 7636, section 4.2).
 */
export function checkIssuer(metadata: IssuerMetadata, metadataUrl: string): void {
  const { issuer, code_challenge_methods_supported: methods = ["S256"] } = metadata;
  if (!metadataUrl.startsWith(`${issuer}/.well-known/`)) {
    throw new ServiceUnavailableError(
      `The document at ${metadataUrl} is that of the issuer ${issuer}. Set metadataUrl to ${issuer}/.well-known/openid-configuration`,
    );
  }
  if (!methods.includes("S256")) {
    throw new ServiceUnavailableError(
      `The issuer ${issuer} takes no PKCE challenge with S256, only ${methods.join(", ")}`,
    );
  }
}
