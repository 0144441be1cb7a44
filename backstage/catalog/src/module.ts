import {
  coreServices,
  createBackendModule,
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
  type SchedulerServiceTaskScheduleDefinition,
} from "@backstage/backend-plugin-api";
import { type Config, ConfigReader } from "@backstage/config";
import { InputError } from "@backstage/errors";
import { catalogProcessingExtensionPoint, catalogServiceRef } from "@backstage/plugin-catalog-node";
import { providerOptions, type ProviderOptions } from "./options";
import { OktaOrgProvider } from "./provide";
import { OktaReader } from "./read";

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
        logger: coreServices.logger,
        scheduler: coreServices.scheduler,
      },
      async init({ processing, scheduler, config, ...surroundings }) {
        for (const options of readProviders(config)) {
          const provider = new OktaOrgProvider(options, new OktaReader(options), surroundings);
          processing.addEntityProvider(provider);
          const id = provider.getProviderName();
          const { schedule, deltaSchedule } = options;
          // Changes are read over what a replica has in its memory, so that each has to read the whole as well.
          const scope = deltaSchedule ? "local" : "global";
          const whole = { ...readSchedule(schedule), scope } as const;
          await scheduler.scheduleTask({ id, ...whole, fn: (signal) => provider.runWhole(signal) });
          if (!deltaSchedule) continue;
          const changes = { ...readSchedule(deltaSchedule), scope } as const;
          await scheduler.scheduleTask({
            id: `${id}:changes`,
            ...changes,
            fn: (signal) => provider.runChanges(signal),
          });
        }
      },
    });
  },
});

/** @throws InputError that names the key and the mistake */
export function readProviders(config: Config): ProviderOptions[] {
  return (config.getOptionalConfigArray(KEY) ?? []).map((entry, index) => {
    const { data, error } = providerOptions.safeParse(entry.get());
    if (!error) return data;
    const mistakes = error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(" "));
    throw new InputError(`${KEY}[${index}]: ${mistakes.join("; ")}`);
  });
}

function readSchedule(schedule: ProviderOptions["schedule"]): SchedulerServiceTaskScheduleDefinition {
  return readSchedulerServiceTaskScheduleDefinitionFromConfig(new ConfigReader(schedule));
}
