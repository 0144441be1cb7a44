// One reading of an org after another, in a process of its own, so that its memory is that of the readings: the module of
// MODULE (ours or theirs) in the folder MODULES, and a catalog that only remembers what it was given.
/* global AbortController */
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { performance } = require("node:perf_hooks");

const modules = process.env.MODULES;
const entry = JSON.parse(process.env.ENTRY);
const logger = { info() {}, debug() {}, warn() {}, error() {}, child: () => logger };
const given = new Map();

const connection = {
  applyMutation({ entities = [], added = [], removed = [] }) {
    for (const { entity } of [...entities, ...added]) {
      const { kind, metadata } = entity;
      const { name, namespace, annotations } = metadata;
      given.set(`${kind}:${name}`, { kind, metadata: { name, namespace, annotations } });
    }
    for (const { entityRef } of removed) given.delete(entityRef);
    return Promise.resolve();
  },
};

function ours() {
  const sources = join(modules, "backstage-plugin-catalog-backend-module-okta-org/dist/catalog/src");
  const { providerOptions } = require(join(sources, "options.js"));
  const { OktaOrgProvider } = require(join(sources, "provide.js"));
  const { OktaReader } = require(join(sources, "read.js"));
  const options = providerOptions.parse(entry);
  const provider = new OktaOrgProvider(options, new OktaReader(options), {
    logger,
    auth: { getOwnServiceCredentials: () => Promise.resolve({}) },
    catalog: { getEntities: () => Promise.resolve({ items: [...given.values()] }) },
  });
  const { signal } = new AbortController();
  return { provider, whole: () => provider.runWhole(signal), changes: () => provider.runChanges(signal) };
}

function theirs() {
  const { OktaOrgEntityProvider } = require(
    join(modules, "@roadiehq/catalog-backend-module-okta/dist/new-backend.cjs.js"),
  );
  const { ConfigReader } = require(join(modules, "@backstage/config"));
  const provider = OktaOrgEntityProvider.fromConfig(new ConfigReader(entry), { logger });
  return { provider, whole: () => provider.run() };
}

const subject = process.env.MODULE === "ours" ? ours() : theirs();

process.on("message", (run) => {
  const start = performance.now();
  subject[run]().then(
    () => {
      const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
      process.send({ seconds: (performance.now() - start) / 1000, peakMiB: kibibytes / 1024, entities: given.size });
    },
    (error) => process.send({ error: error.message }),
  );
});
subject.provider.connect(connection).then(() => process.send("connected"));
