import { diff } from "../../../sandbox/plugins/kubernetes/changes";
import { KINDS, type Kind } from "../../../sandbox/plugins/kubernetes/kinds";
import { readConfig } from "../../../sandbox/plugins/kubernetes/config";
import { UNKNOWN, type Props } from "../../../sandbox/plugins/contract";

const SECRET = KINDS["kubernetes:core/v1:Secret"] as Kind;
const CONFIG_MAP = KINDS["kubernetes:core/v1:ConfigMap"] as Kind;
const DEPLOYMENT_PATCH = KINDS["kubernetes:apps/v1:DeploymentPatch"] as Kind;
const MUTABLE = readConfig({ enableSecretMutable: "true", enableConfigMapMutable: "true" }, {});
const DEFAULTS = readConfig({}, {});

const configMap = (fields: Props, metadata: Props = {}): Props => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "portal", namespace: "backstage", ...metadata },
  ...fields,
});
const secret = (fields: Props): Props => ({ ...configMap(fields), kind: "Secret" });
/** The object as the API server gives it back. */
const live = (inputs: Props): Props => ({
  ...inputs,
  metadata: { ...(inputs.metadata as Props), uid: "1", managedFields: [], labels: { theirs: "yes" } },
});

/** The paths of the changes, those that replace apart. */
function pathsOf(...args: Parameters<typeof diff>) {
  const { changes, deleteBeforeReplace } = diff(...args);
  const paths = (some: typeof changes) => some.map(({ path }) => path).sort();
  return { changed: paths(changes), replaces: paths(changes.filter(({ replaces }) => replaces)), deleteBeforeReplace };
}

it("an object that has what the inputs say is unchanged, whatever others set on it", () => {
  const inputs = configMap({ data: { a: "1" } });
  const outputs = live(configMap({ data: { a: "1", theirs: "2" } }));
  expect(pathsOf(CONFIG_MAP, DEFAULTS, inputs, outputs, inputs).changed).toEqual([]);
});

it("a changed ConfigMap is replaced, the old one first because of its name", () => {
  const old = configMap({ data: { a: "1" } });
  expect(pathsOf(CONFIG_MAP, DEFAULTS, old, live(old), configMap({ data: { a: "2" } }))).toEqual({
    changed: ["data.a"],
    replaces: ["data.a"],
    deleteBeforeReplace: true,
  });
});

it("a changed ConfigMap is updated in place with enableConfigMapMutable, unless it is immutable", () => {
  const old = configMap({ data: { a: "1" } });
  expect(pathsOf(CONFIG_MAP, MUTABLE, old, live(old), configMap({ data: { a: "2" } })).replaces).toEqual([]);
  const sealed = configMap({ data: { a: "1" }, immutable: true });
  const changed = configMap({ data: { a: "2" }, immutable: true });
  expect(pathsOf(CONFIG_MAP, MUTABLE, sealed, live(sealed), changed).replaces).toEqual(["data.a"]);
});

it("a changed type replaces a Secret even with enableSecretMutable", () => {
  const old = secret({ type: "Opaque", data: { a: "MQ==" } });
  const result = pathsOf(SECRET, MUTABLE, old, live(old), secret({ type: "example.com/other", data: { a: "Mg==" } }));
  expect(result.changed).toEqual(["data.a", "type"]);
  expect(result.replaces).toEqual(["type"]);
});

it("a Secret's stringData equals the data that the API server makes of it", () => {
  const old = secret({ data: { a: "aHVudGVyMg==" } });
  expect(pathsOf(SECRET, DEFAULTS, old, live(old), secret({ stringData: { a: "hunter2" } })).changed).toEqual([]);
});

it("a new name is a new object, which can be made before the old one goes", () => {
  const old = configMap({ data: { a: "1" } });
  expect(pathsOf(CONFIG_MAP, DEFAULTS, old, live(old), configMap({ data: { a: "1" } }, { name: "other" }))).toEqual({
    changed: ["metadata.name"],
    replaces: ["metadata.name"],
    deleteBeforeReplace: false,
  });
});

it("the default namespace is the same spelled out or left out", () => {
  const old = configMap({}, { namespace: undefined });
  const outputs = live(configMap({}, { namespace: "default" }));
  expect(pathsOf(CONFIG_MAP, DEFAULTS, old, outputs, configMap({}, { namespace: "default" })).changed).toEqual([]);
});

it("drift that a refresh found is a change back", () => {
  const program = configMap({ data: { a: "1", b: "2" } });
  const drifted = configMap({ data: { a: "hacked" } });
  expect(pathsOf(CONFIG_MAP, MUTABLE, drifted, live(drifted), program).changed).toEqual(["data.a", "data.b"]);
});

it("a Patch is updated in place, with paths in Pulumi's notation", () => {
  const patch = (checksum: string): Props => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "backstage", namespace: "backstage" },
    spec: { template: { metadata: { annotations: { "example.com/checksum": checksum } } } },
  });
  expect(pathsOf(DEPLOYMENT_PATCH, DEFAULTS, patch("1"), live(patch("1")), patch(UNKNOWN))).toEqual({
    changed: ['spec.template.metadata.annotations["example.com/checksum"]'],
    replaces: [],
    deleteBeforeReplace: false,
  });
});

it("a change says what it does, and where to look up what was there", () => {
  const old = configMap({ data: { a: "1", b: "2" } });
  const { changes } = diff(CONFIG_MAP, MUTABLE, old, live(old), configMap({ data: { a: "3", c: "4" } }));
  expect(changes).toEqual([
    { path: "data.a", kind: "update", replaces: false, ofInputs: false },
    { path: "data.b", kind: "delete", replaces: false, ofInputs: true },
    { path: "data.c", kind: "add", replaces: false, ofInputs: false },
  ]);
});

it("a field that goes, and an item of a list, are changes", () => {
  const old = configMap({ data: { a: "1", b: "2" } }, { finalizers: ["x", "y"] });
  const now = configMap({ data: { a: "1" } }, { finalizers: ["x", "z"] });
  expect(pathsOf(CONFIG_MAP, MUTABLE, old, live(old), now).changed).toEqual(["data.b", "metadata.finalizers[1]"]);
});
