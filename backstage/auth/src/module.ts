import { coreServices, createBackendModule } from "@backstage/backend-plugin-api";
import {
  authProvidersExtensionPoint,
  createOAuthRouteHandlers,
  OAuthEnvironmentHandler,
} from "@backstage/plugin-auth-node";
import { catalogServiceRef } from "@backstage/plugin-catalog-node";
import { createOktaAuthenticator } from "./authenticator";
import { checkConfig, environmentKey } from "./config";
import { createProfileTransform } from "./profile";
import { type Backend, readSignInResolver } from "./resolvers";

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
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        logger: coreServices.logger,
      },
      init({ providers, auth, catalog, config, logger }) {
        checkConfig(config);
        const backend: Backend = {
          find: async (entityRefs) => {
            const fields = ["kind", "metadata.name", "metadata.namespace", "metadata.annotations"];
            const credentials = await auth.getOwnServiceCredentials();
            return (await catalog.getEntitiesByRefs({ entityRefs, fields }, { credentials })).items;
          },
          log: (sentence) => logger.warn(sentence),
        };
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
                  signInResolver: readSignInResolver(environment, environmentKey(name), backend),
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
