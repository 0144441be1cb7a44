import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createBackend } from "@backstage/backend-defaults";
import {
  type BackendFeature,
  coreServices,
  createBackendPlugin,
  createServiceFactory,
} from "@backstage/backend-plugin-api";
import { InMemoryCatalogClient } from "@backstage/catalog-client/testUtils";
import type { Entity } from "@backstage/catalog-model";
import stockModule from "@backstage/plugin-auth-backend-module-okta-provider";
import authPlugin from "@backstage/plugin-auth-backend";
import {
  catalogProcessingExtensionPoint,
  catalogServiceRef,
  type EntityProvider,
  type EntityProviderMutation,
} from "@backstage/plugin-catalog-node";
import { PGlite } from "@electric-sql/pglite";
import { knex } from "knex";
import oktaModule from "../../../backstage/auth/src";
// eslint-disable-next-line @typescript-eslint/no-require-imports -- its class is all that it exports
import PGliteClient = require("knex-pglite");

// A Backstage backend with the module in it, as a portal team makes one; or with Backstage's own for Okta, where
// OKTA_MODULE is stock. Its config comes by --config. The database is PostgreSQL as ever, but within the process. The
// catalog is a list: it knows alice and dave, but not bob. OKTA_IDS has the IDs of their users in Okta. Where OKTA_CATALOG
// is set, the catalog module fills the list instead. EMPTY_DATABASE is where an empty database is kept, or to be kept.
const ids = JSON.parse(process.env.OKTA_IDS ?? "{}") as Record<string, string>;
const users = ["alice", "dave"].map((name): Entity => ({
  apiVersion: "backstage.io/v1alpha1",
  kind: "User",
  metadata: {
    name,
    namespace: "default",
    annotations: { "okta.com/email": `${name}@example.com`, "okta.com/id": ids[name] ?? "" },
  },
  spec: { profile: { email: `${name}@example.com` } },
  relations: [{ type: "memberOf", targetRef: "group:default/staff" }],
}));

let entities: Entity[] = users;
// Whoever asks it for something asks one that has the entities of now.
const catalog = new Proxy({} as InMemoryCatalogClient, {
  get(_, name) {
    const client = new InMemoryCatalogClient({ entities });
    const method: unknown = Reflect.get(client, name);
    return typeof method === "function" ? (method.bind(client) as unknown) : undefined;
  },
});
const backend = createBackend();
backend.add(authPlugin);
backend.add(process.env.OKTA_MODULE === "stock" ? stockModule : oktaModule);
backend.add(
  createServiceFactory({
    service: coreServices.database,
    deps: {},
    factory: async () => {
      // It compiles itself first, which takes a busy machine longer than a pool waits for a connection.
      const pglite = await newDatabase(process.env.EMPTY_DATABASE!);
      const database = knex({ client: PGliteClient, dialect: "postgres", connection: { pglite } as object });
      // Backstage's migrations ask for the client by its name.
      (database.client as { config: { client: string } }).config.client = "pg";
      return { getClient: () => Promise.resolve(database) };
    },
  }),
);
// The page that people open, with the config that the frontend would read from it, but without the frontend.
backend.add(
  createBackendPlugin({
    pluginId: "app",
    register: (env) =>
      env.registerInit({
        deps: { config: coreServices.rootConfig, router: coreServices.httpRouter },
        init: ({ config, router }) => {
          const data = {
            auth: { environment: config.getOptionalString("auth.environment") },
            backend: { baseUrl: config.getString("backend.baseUrl") },
          };
          const json = JSON.stringify([{ context: "app", data }]);
          router.use((_, response) => void response.send(`<script type="backstage.io/config">${json}</script>`));
          router.addAuthPolicy({ path: "/", allow: "unauthenticated" });
          return Promise.resolve();
        },
      }),
  }),
);
backend.add(
  createServiceFactory({
    service: catalogServiceRef,
    deps: {},
    factory: () => catalog as never,
  }),
);
if (process.env.OKTA_CATALOG) {
  // Okta's SDK takes a second to load.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  backend.add((require("../../../backstage/catalog/src") as { default: BackendFeature }).default);
  backend.add(
    createBackendPlugin({
      pluginId: "catalog",
      register(env) {
        env.registerExtensionPoint(catalogProcessingExtensionPoint, {
          addEntityProvider(provider: EntityProvider) {
            void provider.connect({
              applyMutation(mutation: EntityProviderMutation) {
                entities = mutation.type === "full" ? mutation.entities.map(({ entity }) => entity) : [];
                return Promise.resolve();
              },
              refresh: () => Promise.resolve(),
            });
          },
        } as never);
        env.registerInit({ deps: {}, init: () => Promise.resolve() });
      },
    }),
  );
}

/** A database from the file, where one is kept: to make it takes four seconds of computing. */
async function newDatabase(file: string): Promise<PGlite> {
  if (existsSync(file)) return PGlite.create({ loadDataDir: new Blob([await readFile(file)]) });
  const database = await PGlite.create();
  const dump = await database.dumpDataDir("none");
  const partial = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(partial, Buffer.from(await dump.arrayBuffer()));
  await rename(partial, file);
  return database;
}

backend.start().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
