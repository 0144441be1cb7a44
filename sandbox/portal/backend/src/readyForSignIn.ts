import { setTimeout as sleep } from "node:timers/promises";
import {
  coreServices,
  createBackendFeatureLoader,
  createBackendModule,
  createServiceFactory,
} from "@backstage/backend-plugin-api";
import { catalogServiceRef } from "@backstage/plugin-catalog-node";

const INTERVAL_MS = 500;
const OK = { status: 200, payload: { status: "ok" } };
const NOT_READY = { status: 503, payload: { status: "error", message: "People cannot sign in yet, or no more" } };

/**
 * Makes the backend ready only when its catalog has read its first users, a second or two after it has started: until
 * then every sign-in would fail for want of a user.
 */
export const readyForSignIn = createBackendFeatureLoader({
  loader() {
    let ready = false;

    const health = createServiceFactory({
      service: coreServices.rootHealth,
      deps: { lifecycle: coreServices.rootLifecycle },
      factory({ lifecycle }) {
        lifecycle.addBeforeShutdownHook(() => void (ready = false));
        return {
          getLiveness: () => Promise.resolve(OK),
          getReadiness: () => Promise.resolve(ready ? OK : NOT_READY),
        };
      },
    });

    const watch = createBackendModule({
      pluginId: "catalog",
      moduleId: "ready-for-sign-in",
      register(module) {
        module.registerInit({
          deps: { auth: coreServices.auth, catalog: catalogServiceRef, lifecycle: coreServices.rootLifecycle },
          init({ auth, catalog, lifecycle }) {
            const hasUsers = async () => {
              const credentials = await auth.getOwnServiceCredentials();
              const users = await catalog.queryEntities({ filter: { kind: "User" }, limit: 1 }, { credentials });
              return users.totalItems > 0;
            };
            const wait = async () => {
              while (!(await hasUsers().catch(() => false))) await sleep(INTERVAL_MS);
              ready = true;
            };
            // Not awaited: the catalog begins to read when the backend has started.
            lifecycle.addStartupHook(() => void wait());
            return Promise.resolve();
          },
        });
      },
    });

    return [health, watch];
  },
});
