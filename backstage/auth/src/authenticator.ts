import type { LoggerService } from "@backstage/backend-plugin-api";
import { type Config, readDurationFromConfig } from "@backstage/config";
import { AuthenticationError, InputError, ServiceUnavailableError } from "@backstage/errors";
import { oidcAuthenticator, type OidcAuthResult } from "@backstage/plugin-auth-backend-module-oidc-provider";
import {
  createOAuthAuthenticator,
  type OAuthAuthenticator,
  type OAuthAuthenticatorResult,
} from "@backstage/plugin-auth-node";
import { durationToMilliseconds } from "@backstage/types";
import { Discovery } from "./discovery";
import { explain } from "./errors";
import { checkIssuer } from "./issuer";
import { isSealed, type SealedSession, sessionEnded, TokenSeal } from "./tokenSeal";

type OidcInput = Parameters<typeof oidcAuthenticator.initialize>[0];
type OidcContext = ReturnType<typeof oidcAuthenticator.initialize>;
type Result = OAuthAuthenticatorResult<OidcAuthResult>;

/** What an environment signs people in with. */
interface OktaContext {
  discovery: Discovery<OidcContext>;
  seal: TokenSeal;
  /** After how many seconds a session ends, whatever happens in it; undefined for never. */
  maxAgeS: number | undefined;
  /** Whether sessions of Backstage's own okta module, which are not sealed, go on. */
  takesStockSessions: boolean;
}

/**
 * Backstage's OpenID Connect authenticator, which sends state, nonce and a PKCE challenge and checks them, made fit for
 * Okta: it outlives an Okta that cannot be reached, asks for no other scopes than the config's, never falls back to a
 * challenge that is not S256, seals the session for the browser's cookie and ends it when its time is over, and says in
 * plain words why a sign-in failed.
 *
 * @param logger is told when Okta cannot be reached at start or at a sign-out
 * @param sessionSecret `auth.session.secret`: another one ends every session, unless it stays as previousSessionSecret
 */
export function createOktaAuthenticator(
  logger: LoggerService,
  sessionSecret: string,
): OAuthAuthenticator<OktaContext, OidcAuthResult> {
  const warn = (error: Error) => logger.warn(error.message);
  return createOAuthAuthenticator({
    defaultProfileTransform: oidcAuthenticator.defaultProfileTransform,
    scopes: {
      ...oidcAuthenticator.scopes,
      // Okta gives a refresh token for offline_access alone, and without one a session ends with its first access token.
      required: [...(oidcAuthenticator.scopes?.required ?? []), "offline_access"],
      // What a browser asks for beyond that could be allowed by another access policy than the portal's own.
      transform: ({ required, additional }) => [...required, ...additional],
    },

    initialize(input) {
      const discovery = discover(input);
      discovery.get().catch(warn);
      return { discovery, seal: readSeal(input.config, sessionSecret), ...readSessionLimits(input.config) };
    },

    async start(input, { discovery }) {
      const context = await discovery.get();
      const { client } = await context.promise;
      // With these the OpenID client would take the request for the way back from Okta.
      const [parameter] = Object.keys(client.callbackParams(input.req));
      if (parameter) throw new InputError(`The parameter ${parameter} is not one to start a sign-in with`);
      return oidcAuthenticator.start(input, context);
    },

    async authenticate(input, { discovery, seal }) {
      const result = await oidcAuthenticator.authenticate(input, await discovery.get()).catch(explain);
      const subject = result.fullProfile.userinfo.sub;
      return forBrowser(result, seal, { subject, startedAt: Math.floor(Date.now() / 1000) });
    },

    async refresh(input, { discovery, seal, maxAgeS, takesStockSessions }) {
      const isStock = takesStockSessions && !isSealed(input.refreshToken);
      const { refreshToken, ...opened } = isStock ? input : await seal.open(input.refreshToken, maxAgeS);
      const context = await discovery.get();
      const result = await oidcAuthenticator.refresh({ ...input, refreshToken }, context).catch(explain);
      const session = "subject" in opened ? opened : stockSession(result.fullProfile, maxAgeS);
      checkSubject(result.fullProfile, session.subject);
      return forBrowser(result, seal, session);
    },

    async logout(input, { discovery, seal, takesStockSessions }) {
      if (!input.refreshToken) return;
      // Backstage clears the cookies of a person only when this succeeds, so it does.
      try {
        const isStock = takesStockSessions && !isSealed(input.refreshToken);
        const { refreshToken } = isStock ? input : await seal.open(input.refreshToken);
        await oidcAuthenticator.logout?.({ ...input, refreshToken }, await discovery.get());
      } catch (error) {
        warn(new Error(`A refresh token could not be revoked at a sign-out: ${(error as Error).message}`));
      }
    },
  });
}

function discover(input: OidcInput): Discovery<OidcContext> {
  // Credentials that are missing are a reason not to start; an Okta that is away is none.
  for (const key of ["clientId", "clientSecret"]) input.config.getString(key);
  const metadataUrl = input.config.getString("metadataUrl");
  return new Discovery(async () => {
    const { initializedPrompt = "auto", ...rest } = oidcAuthenticator.initialize(input);
    const { client } = await rest.promise.catch((error: Error) => {
      throw new ServiceUnavailableError(
        `Okta's discovery document ${metadataUrl} cannot be read: ${error.message}. Sign-in works again by itself once it can`,
      );
    });
    checkIssuer(client.issuer.metadata, metadataUrl);
    return { initializedPrompt, ...rest };
  });
}

function readSeal(config: Config, sessionSecret: string): TokenSeal {
  const previous = config.getOptionalString("previousSessionSecret");
  return new TokenSeal(sessionSecret, config.getString("clientId"), previous ? [previous] : []);
}

function readSessionLimits(config: Config): Pick<OktaContext, "maxAgeS" | "takesStockSessions"> {
  const takesStockSessions = config.getOptionalBoolean("takesStockSessions") ?? false;
  if (!config.has("sessionDuration")) return { maxAgeS: undefined, takesStockSessions };
  const duration = readDurationFromConfig(config, { key: "sessionDuration" });
  return { maxAgeS: durationToMilliseconds(duration) / 1000, takesStockSessions };
}

/**
 * A session that Backstage's own okta module has begun, whose cookie was Okta's refresh token as it is.
 *
 * @throws AuthenticationError when its time is over
 */
function stockSession({ tokenset, userinfo }: OidcAuthResult, maxAgeS = Infinity): Omit<SealedSession, "refreshToken"> {
  const now = Math.floor(Date.now() / 1000);
  const { auth_time: startedAt = now } = tokenset.id_token ? tokenset.claims() : {};
  if (now - startedAt > maxAgeS) throw sessionEnded();
  return { subject: userinfo.sub, startedAt };
}

async function forBrowser(
  { session, ...result }: Result,
  seal: TokenSeal,
  sealed: Omit<SealedSession, "refreshToken">,
): Promise<Result> {
  const refreshToken = session.refreshToken && (await seal.seal({ ...sealed, refreshToken: session.refreshToken }));
  return { ...result, session: { ...session, refreshToken } };
}

/** A session is one person's for good (OpenID Connect Core 1.0, sections 5.3.2 and 12.2). */
function checkSubject({ userinfo, tokenset }: OidcAuthResult, subject: string): void {
  const subjects = [userinfo.sub, tokenset.id_token ? tokenset.claims().sub : subject];
  if (subjects.some((sub) => sub !== subject)) {
    throw new AuthenticationError("Okta's answer is about another person than the one who signed in. Sign in again.");
  }
}
