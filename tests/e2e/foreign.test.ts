import { type OktaApp, TestStack } from "./support/stack";
import { kubectl, okta } from "./support/sandbox";

jest.setTimeout(300_000);

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.make();
});
afterAll(() => stack.dispose());

const appsOfTheStack = async () =>
  (await okta<OktaApp[]>("GET", "/api/v1/apps?limit=200")).filter(({ label }) => label.includes(stack.name));

const patchDeployment = (spec: object) =>
  kubectl("patch", "deployment", "backstage", "-n", stack.namespace, "-p", JSON.stringify({ spec }));

it("names a Secret that somebody else made, in the preview and before Okta is touched", async () => {
  await kubectl("create", "secret", "generic", "backstage-okta", "-n", stack.namespace, "--from-literal=a=b");
  const mistake = /secretName "backstage-okta" is the name of a Secret that this stack did not make/;
  expect(await stack.failedPreview()).toMatch(mistake);
  expect(await stack.failedUp()).toMatch(mistake);
  expect(await appsOfTheStack()).toEqual([]);
  expect(await stack.variables()).toEqual({ a: "b" });
  await kubectl("delete", "secret", "backstage-okta", "-n", stack.namespace);
});

it("names a paused Deployment, one that is missing, and a missing namespace, and makes nothing", async () => {
  await patchDeployment({ paused: true });
  expect(await stack.failedUp()).toMatch(/deployment "backstage" is paused/);
  await patchDeployment({ paused: false });
  stack.configure({ deployment: "nope" });
  expect(await stack.failedUp()).toMatch(/deployment "nope" is not a Deployment of namespace/);
  stack.configure({ deployment: undefined, namespace: "nope" });
  expect(await stack.failedUp()).toMatch(/namespace "nope" is not a namespace of the cluster/);
  stack.configure({ deployment: "backstage", namespace: stack.namespace });
  expect(await appsOfTheStack()).toEqual([]);
});

it("says in words that the cluster cannot be asked", async () => {
  expect(await stack.failedPreview({ KUBECONFIG: "/nowhere" })).toMatch(/could not be looked at in the cluster/);
});

it("keeps what is in the portal's Deployment out of the state", async () => {
  const password = "a-password-of-the-portal-team";
  const containers = [{ name: "backstage-backend", env: [{ name: "POSTGRES_PASSWORD", value: password }] }];
  await patchDeployment({ template: { spec: { containers } } });
  await stack.up();
  expect(JSON.stringify(await stack.state())).not.toContain(password);
});

it("takes back what somebody has edited with kubectl, in an update with its preview", async () => {
  const before = [await stack.variables(), await stack.overlay()];
  const edit = (kind: string, data: object) =>
    kubectl("patch", kind, "backstage-okta", "-n", stack.namespace, "-p", JSON.stringify({ data }));
  await edit("secret", { OKTA_CLIENT_SECRET: Buffer.from("wrong").toString("base64") });
  await edit("configmap", { "app-config.okta.yaml": "auth: {}" });
  expect((await stack.pulumi(["preview", "--refresh"])).stdout).toMatch(/~ 2 to update/);
  await stack.pulumi(["up", "--refresh", "--yes"]);
  expect(await stack.lastChanges()).toMatchObject({ update: 2 });
  expect([await stack.variables(), await stack.overlay()]).toEqual(before);
});

it("keeps its objects through a rename of the stack", async () => {
  await stack.rename(`${stack.name}-2`);
  await stack.pulumi(["preview"]);
  await stack.up();
  expect(Object.keys(await stack.up())).toEqual(["same"]);
});

it("names an immutable Secret", async () => {
  await kubectl("patch", "secret", "backstage-okta", "-n", stack.namespace, "-p", '{"immutable":true}');
  expect(await stack.failedPreview()).toMatch(/secretName "backstage-okta" is a Secret that is immutable/);
});
