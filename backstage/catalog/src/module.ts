import {
  coreServices,
  createBackendModule,
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
  type SchedulerServiceTaskScheduleDefinition,
} from "@backstage/backend-plugin-api";
import type { Config } from "@backstage/config";
import { InputError } from "@backstage/errors";
import { catalogProcessingExtensionPoint, catalogServiceRef } from "@backstage/plugin-catalog-node";
import { providerOptions, type ProviderOptions } from "./options";
import { OktaOrgProvider } from "./provide";
import { OktaReader } from "./read";

const KEY = "catalog.providers.okta";
const SCHEDULES = ["schedule", "deltaSchedule"];
// The catalog is asked what it has, so it has to be up.
const SCHEDULE = { frequency: { minutes: 30 }, timeout: { minutes: 20 }, initialDelay: { seconds: 10 } };

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
        for (const { options, whole, changes } of readProviders(config)) {
          const provider = new OktaOrgProvider(options, new OktaReader(options), surroundings);
          processing.addEntityProvider(provider);
          const id = provider.getProviderName();
          // Changes are read over what a replica has in its memory, so that each has to read the whole as well.
          const scope = changes ? "local" : "global";
          await scheduler.scheduleTask({ id, ...whole, scope, fn: (signal) => provider.runWhole(signal) });
          if (!changes) continue;
          const fn = (signal: AbortSignal) => provider.runChanges(signal);
          await scheduler.scheduleTask({ id: `${id}:changes`, ...changes, scope, fn });
        }
      },
    });
  },
});

interface Provider {
  options: ProviderOptions;
  whole: SchedulerServiceTaskScheduleDefinition;
  /** Left out, every run reads all. */
  changes: SchedulerServiceTaskScheduleDefinition | undefined;
}

/** @throws InputError that names the key and the mistake */
export function readProviders(config: Config): Provider[] {
  return (config.getOptionalConfigArray(KEY) ?? []).map((entry, index) => {
    const values = Object.entries(entry.get<Record<string, unknown>>()).filter(([key]) => !SCHEDULES.includes(key));
    const { data, error } = providerOptions.safeParse(Object.fromEntries(values));
    if (error) {
      const mistakes = error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(" "));
      throw new InputError(`${KEY}[${index}]: ${mistakes.join("; ")}`);
    }
    return {
      options: data,
      whole: readSchedule(entry, "schedule") ?? SCHEDULE,
      changes: readSchedule(entry, "deltaSchedule"),
    };
  });
}

function readSchedule(entry: Config, key: string): SchedulerServiceTaskScheduleDefinition | undefined {
  if (!entry.has(key)) return undefined;
  const { initialDelay } = SCHEDULE;
  return { initialDelay, ...readSchedulerServiceTaskScheduleDefinitionFromConfig(entry.getConfig(key)) };
}
