import { readConfig } from "../../../sandbox/plugins/kubernetes/config";

it("the config goes before the environment, and everything has a default", () => {
  expect(readConfig({}, {})).toEqual({
    secretMutable: false,
    configMapMutable: false,
    upsertExistingObjects: false,
    patchForce: false,
  });
  const env = { PULUMI_K8S_ENABLE_SECRET_MUTABLE: "true", PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" };
  expect(readConfig({ enableSecretMutable: "false", context: "prod" }, env)).toMatchObject({
    context: "prod",
    secretMutable: false,
    upsertExistingObjects: true,
  });
});

it("config that the plugin does not know is refused by name", () => {
  expect(() => readConfig({ renderYamlToDirectory: "x" }, {})).toThrow("kubernetes:renderYamlToDirectory");
});

it("client-side apply is refused", () => {
  expect(() => readConfig({ enableServerSideApply: "false" }, {})).toThrow("enableServerSideApply");
  expect(() => readConfig({}, { PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY: "false" })).toThrow("server-side apply");
});
