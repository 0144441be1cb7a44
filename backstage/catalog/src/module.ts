import {
  coreServices,
  createBackendModule,
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
  type SchedulerService,
  type SchedulerServiceTaskScheduleDefinition,
} from "@backstage/backend-plugin-api";
import { type Config, ConfigReader } from "@backstage/config";
import { InputError } from "@backstage/errors";
import { catalogProcessingExtensionPoint, catalogServiceRef } from "@backstage/plugin-catalog-node";
import { providerOptions, type ProviderOptions } from "./options";
import { OktaOrgProvider } from "./provide";
import { OktaReader } from "./read";
import { readStatus, STATUS_PATH } from "./status";

const KEY = "catalog.providers.okta";

/** Reads people and groups from the Okta orgs of `catalog.providers.okta` into the catalog. */
export const catalogModuleOktaOrg = createBackendModule({
  pluginId: "catalog",
  moduleId: "okta-org",
  register(module) {
    module.registerInit({
      deps: {
        processing: catalogProcessingExtensionPoint,
        catalog: catalogServiceRef,
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        http: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        scheduler: coreServices.scheduler,
      },
      init({ processing, scheduler, config, lifecycle, http, discovery, ...surroundings }) {
        const providers = readProviders(config).map(
          (options) => new OktaOrgProvider(options, new OktaReader(options), surroundings),
        );
        for (const provider of providers) processing.addEntityProvider(provider);
        const names = providers.map((provider) => provider.getProviderName());
        http.use((request, response, next) => {
          if (request.method !== "GET" || request.path !== STATUS_PATH) return next();
          readStatus(names, { discovery, auth: surroundings.auth }).then((status) => response.json(status), next);
        });
        http.addAuthPolicy({ path: STATUS_PATH, allow: "unauthenticated" });
        // A run asks the catalog what it has, so that has to be up.
        lifecycle.addStartupHook(async () => {
          for (const provider of providers) await schedule(provider, scheduler);
        });
        return Promise.resolve();
      },
    });
  },
});

async function schedule(provider: OktaOrgProvider, scheduler: SchedulerService): Promise<void> {
  const { options } = provider;
  const id = provider.getProviderName();
  // Changes are read over what a replica has in its memory, so that each has to read the whole as well.
  const scope = options.deltaSchedule ? "local" : "global";
  const whole = { ...readSchedule(options.schedule), scope } as const;
  await scheduler.scheduleTask({ id, ...whole, fn: (signal) => provider.runWhole(signal) });
  if (!options.deltaSchedule) return;
  const changes = { ...readSchedule(options.deltaSchedule), scope } as const;
  await scheduler.scheduleTask({ id: `${id}:changes`, ...changes, fn: (signal) => provider.runChanges(signal) });
}

/** @throws InputError that names the key and the mistake */
export function readProviders(config: Config): ProviderOptions[] {
  const read = (config.getOptionalConfigArray(KEY) ?? []).map((entry, index) => {
    const { data, error } = providerOptions.safeParse(entry.get());
    if (!error) return data;
    const mistakes = error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(" "));
    throw new InputError(`${KEY}[${index}]: ${mistakes.join("; ")}`);
  });
  read.forEach(({ orgUrl }, index) => {
    const first = read.findIndex((other) => other.orgUrl === orgUrl);
    if (first < index) {
      throw new InputError(`${KEY}[${index}].orgUrl is that of ${KEY}[${first}]: each would remove what the other has`);
    }
  });
  return read;
}

function readSchedule(schedule: ProviderOptions["schedule"]): SchedulerServiceTaskScheduleDefinition {
  return readSchedulerServiceTaskScheduleDefinitionFromConfig(new ConfigReader(schedule));
}
