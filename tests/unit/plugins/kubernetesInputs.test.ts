import { checkInputs, importInputs } from "../../../sandbox/plugins/kubernetes/inputs";
import { KINDS, type Kind } from "../../../sandbox/plugins/kubernetes/kinds";
import { normalize, prune } from "../../../sandbox/plugins/kubernetes/objects";
import { UNKNOWN, type Props } from "../../../sandbox/plugins/contract";

const SECRET = KINDS["kubernetes:core/v1:Secret"] as Kind;
const CONFIG_MAP = KINDS["kubernetes:core/v1:ConfigMap"] as Kind;
const NAMESPACE = KINDS["kubernetes:core/v1:Namespace"] as Kind;
const DEPLOYMENT_PATCH = KINDS["kubernetes:apps/v1:DeploymentPatch"] as Kind;
const URN = "urn:pulumi:dev::portal::kubernetes:core/v1:ConfigMap::overlay";

const check = (kind: Kind, news: Props, olds?: Props) =>
  checkInputs(kind, news, olds, URN, () => Promise.resolve("backstage"));

it("a name left out is the resource's with eight hex digits, marked, and stays", async () => {
  const { inputs, failures } = await check(CONFIG_MAP, { data: { a: "1" } });
  expect(failures).toEqual([]);
  expect(inputs).toMatchObject({ apiVersion: "v1", kind: "ConfigMap" });
  expect(inputs.metadata).toEqual({
    name: expect.stringMatching(/^overlay-[0-9a-f]{8}$/) as string,
    namespace: "backstage",
    annotations: { "pulumi.com/autonamed": "true" },
  });
  expect((await check(CONFIG_MAP, { data: { a: "2" } }, inputs)).inputs.metadata).toEqual(inputs.metadata);
});

it("a name left out where the old one was spelled out is a new name", async () => {
  const { inputs } = await check(CONFIG_MAP, {}, { metadata: { name: "spelled-out" } });
  expect((inputs.metadata as Props).name).not.toBe("spelled-out");
});

it("a Namespace has no namespace", async () => {
  const { inputs } = await check(NAMESPACE, { metadata: { name: "backstage" } });
  expect(inputs.metadata).toEqual({ name: "backstage" });
});

it("metadata that a preview does not know stays unknown", async () => {
  expect((await check(CONFIG_MAP, { metadata: UNKNOWN })).inputs.metadata).toBe(UNKNOWN);
});

it("a Patch without a name and a generateName are refused", async () => {
  expect((await check(DEPLOYMENT_PATCH, { metadata: {} })).failures).toMatchObject([{ property: "metadata.name" }]);
  expect((await check(CONFIG_MAP, { metadata: { generateName: "x-" } })).failures).toMatchObject([
    { property: "metadata.generateName" },
  ]);
});

it("a value that is no string is refused without being printed", async () => {
  const { failures } = await check(SECRET, { stringData: { KEY: 12345678, OTHER: UNKNOWN } });
  expect(failures).toEqual([{ property: 'stringData["KEY"]', reason: "must be a string, not a number" }]);
});

it("a Secret's stringData becomes data, over the data of the same key", () => {
  const secret = { kind: "Secret", data: { a: "eA==", b: "eA\n==" }, stringData: { a: "hunter2" } };
  expect(normalize(secret)).toEqual({ kind: "Secret", data: { a: "aHVudGVyMg==", b: "eA==" } });
  const unknown = { kind: "Secret", stringData: { a: UNKNOWN } };
  expect(normalize(unknown)).toEqual(unknown);
});

it("nulls, empty string maps and read-only metadata are no inputs, but an empty emptyDir is", () => {
  const inputs = {
    kind: "Deployment",
    metadata: { name: "x", uid: "1", managedFields: [], labels: {}, annotations: { a: null } },
    spec: { template: { spec: { volumes: [{ name: "v", emptyDir: {} }] } }, paused: null },
  };
  expect(normalize(inputs)).toEqual({
    kind: "Deployment",
    metadata: { name: "x" },
    spec: { template: { spec: { volumes: [{ name: "v", emptyDir: {} }] } } },
  });
});

it("pruning keeps what the shape sets, item by item", () => {
  const live = { a: 1, b: { c: 2, d: 3 }, list: [{ x: 1, y: 2 }, { x: 3 }], extra: true };
  expect(prune(live, { a: 0, b: { c: 0, gone: 0 }, list: [{ x: 0 }] })).toEqual({
    a: 1,
    b: { c: 2 },
    list: [{ x: 1 }],
  });
});

it("an import takes the object's inputs, and not what controllers and kubectl wrote", () => {
  const live = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "x",
      uid: "1",
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", mine: "yes" },
    },
    data: { a: "1" },
    status: {},
  };
  expect(importInputs(CONFIG_MAP, live)).toEqual({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "x", annotations: { mine: "yes" } },
    data: { a: "1" },
  });
});
