import { readFileSync } from "node:fs";
import { Checkout } from "./support/checkout";
import { clientSecrets, rotate } from "./support/rotation";
import { okta } from "./support/sandbox";
import { TestStack } from "./support/stack";

jest.setTimeout(300_000);

const checkout = new Checkout();
let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.make();
  await stack.up();
});
afterAll(async () => {
  await stack.dispose();
  checkout.dispose();
});

/** What it is to leave as it was. */
const everything = async () => [
  readFileSync(stack.configFile, "utf8"),
  await clientSecrets(stack),
  await stack.variables(),
];

async function refusal(...args: string[]): Promise<{ exitCode: number | undefined; said: string }> {
  const before = await everything();
  const { exitCode, said } = await rotate(checkout, stack, args);
  expect(await everything()).toEqual(before);
  return { exitCode, said };
}

it("only says what it would do with --dry-run", async () => {
  const { exitCode, said } = await refusal("--dry-run");
  expect({ exitCode, said }).toEqual({
    exitCode: 0,
    said: expect.stringMatching(
      /client secret: version 2.*former client secret, ocs.*session secret: version 2/s,
    ) as string,
  });
});

it("changes nothing where nobody can be asked", async () => {
  expect(await refusal()).toMatchObject({ exitCode: 2, said: expect.stringContaining("pass --yes") as string });
});

it("does not bring up by the way what the config has beyond that", async () => {
  stack.configure({ label: "Another" });
  try {
    const said = expect.stringMatching(/more than to rotate: update okta\.app\.OAuth backstage/) as string;
    expect(await refusal("--yes")).toMatchObject({ exitCode: 1, said });
  } finally {
    stack.configure({ label: undefined });
  }
});

it("names both secrets where Okta has two already", async () => {
  const { id } = await stack.app();
  const added = await okta<{ id: string }>("POST", `/api/v1/apps/${id}/credentials/secrets`, {});
  const { exitCode, said } = await refusal("--yes");
  expect(exitCode).toBe(1);
  expect(said).toMatch(/two client secrets in Okta already.*ocs\w+ \(active, of .*, this stack's\) and ocs/);
  expect(said).toContain(`${added.id} (active`);
  expect(said).toContain("not this stack's");
});
