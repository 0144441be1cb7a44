import { coreServices, createBackendModule } from "@backstage/backend-plugin-api";
import {
  authProvidersExtensionPoint,
  createOAuthRouteHandlers,
  OAuthEnvironmentHandler,
} from "@backstage/plugin-auth-node";
import { createOktaAuthenticator } from "./authenticator";
import { checkConfig } from "./config";
import { readSignInResolver } from "./resolvers";

/**
 * Adds the auth provider `okta`, in place of Backstage's own module of the same ID.
 * The backend does not start when the provider's config cannot work.
 */
export const authModuleOkta = createBackendModule({
  pluginId: "auth",
  moduleId: "okta-provider",
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
            return OAuthEnvironmentHandler.mapConfig(provider.config, (environment) =>
              createOAuthRouteHandlers({
                ...provider,
                authenticator,
                config: environment,
                signInResolver: readSignInResolver(environment),
              }),
            );
          },
        });
        return Promise.resolve();
      },
    });
  },
});
