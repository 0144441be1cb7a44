import { coreServices, createBackendModule } from "@backstage/backend-plugin-api";
import {
  authProvidersExtensionPoint,
  createOAuthRouteHandlers,
  OAuthEnvironmentHandler,
} from "@backstage/plugin-auth-node";
import { createOktaAuthenticator } from "./authenticator";
import { checkConfig, environmentKey } from "./config";
import { createProfileTransform } from "./profile";
import { readSignInResolver } from "./resolvers";

/**
 * Adds the auth provider `okta`, in place of Backstage's own module of the same ID.
 * The backend does not start when the provider's config cannot work.
 */
export const authModuleOkta = createBackendModule({
  pluginId: "auth",
  moduleId: "okta-sso",
  register(module) {
    module.registerInit({
      deps: {
        providers: authProvidersExtensionPoint,
        config: coreServices.rootConfig,
        logger: coreServices.logger,
      },
      init({ providers, config, logger }) {
        checkConfig(config);
        providers.registerProvider({
          providerId: "okta",
          factory: (provider) => {
            const authenticator = createOktaAuthenticator(logger, config.getString("auth.session.secret"));
            const handlers = provider.config.keys().map((name) => {
              const environment = provider.config.getConfig(name);
              return [
                name,
                createOAuthRouteHandlers({
                  ...provider,
                  authenticator,
                  config: environment,
                  profileTransform: createProfileTransform(environment),
                  signInResolver: readSignInResolver(environment, environmentKey(name), (line) => logger.warn(line)),
                }),
              ] as const;
            });
            return new OAuthEnvironmentHandler(new Map(handlers));
          },
        });
        return Promise.resolve();
      },
    });
  },
});
