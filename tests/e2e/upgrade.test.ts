import { Checkout } from "./support/checkout";
import { upAsBefore } from "./support/earlier";
import { clientSecrets } from "./support/rotation";
import { kubectl } from "./support/sandbox";
import { TestStack } from "./support/stack";

jest.setTimeout(300_000);

interface Applied {
  metadata: { managedFields: { manager: string; operation: string }[] };
}

const PASSWORD = "a-password-of-the-portal-team";

let checkout: Checkout;
let stack: TestStack;
beforeAll(async () => {
  checkout = new Checkout();
  stack = await TestStack.make();
  const containers = [{ name: "backstage-backend", env: [{ name: "POSTGRES_PASSWORD", value: PASSWORD }] }];
  const patch = JSON.stringify({ spec: { template: { spec: { containers } } } });
  await kubectl("patch", "deployment", "backstage", "-n", stack.namespace, "-p", patch);
});
afterAll(async () => {
  await stack.dispose();
  checkout.dispose();
});

/** Who has applied the object, other than the portal's team. */
async function managersOf(kind: string, name: string): Promise<string[]> {
  const { metadata } = await stack.object<Applied>(kind, name);
  const applied = metadata.managedFields.filter(({ operation }) => operation === "Apply");
  return applied.map(({ manager }) => manager).filter((manager) => manager !== "portal-team");
}

const OBJECTS: [kind: string, name: string][] = [
  ["secret", "backstage-okta"],
  ["configmap", "backstage-okta"],
  ["deployment", "backstage"],
];

it("takes over what an earlier version has made under the stack's name, also where the stack was renamed since", async () => {
  await upAsBefore(checkout, stack);
  for (const object of OBJECTS) expect(await managersOf(...object)).toEqual([`backstage-okta-sso-${stack.name}`]);
  expect(JSON.stringify(await stack.state())).toContain(PASSWORD);
  const [app, variables, secrets] = [await stack.app(), await stack.variables(), await clientSecrets(stack)];

  await stack.rename(`${stack.name}-2`);
  await stack.pulumi(["up", "--yes"]);
  const { clientId } = await stack.outputs();
  for (const object of OBJECTS) expect(await managersOf(...object)).toEqual([`backstage-okta-sso-${clientId}`]);
  expect(JSON.stringify(await stack.state())).not.toContain(PASSWORD);
  expect([(await stack.app()).id, await stack.variables()]).toEqual([app.id, variables]);
  // The portal has that one, and another in its place could make it useless at once.
  expect(await clientSecrets(stack)).toEqual(secrets);
  await stack.pulumi(["preview", "--refresh", "--expect-no-changes"]);
});

it("leaves nothing of either version on the Deployment when the stack goes", async () => {
  await stack.destroy();
  expect(await managersOf("deployment", "backstage")).toEqual([]);
  const { spec } = await stack.object<{ spec: { template: { metadata: object } } }>("deployment", "backstage");
  expect(spec.template.metadata).not.toHaveProperty("annotations");
});
