import type { Checkout } from "./checkout";
import type { TestStack } from "./stack";
import { run } from "./sandbox";

/**
 * What earlier versions did: they applied under the stack's name, kept the whole Deployment in the state as it was, left
 * the client secret to Okta, and told no versions of secrets.
 */
const EARLIER: [file: string, now: string, then: string][] = [
  ["components/ownership.ts", "FIELD_MANAGER_PREFIX + portalId", "FIELD_MANAGER_PREFIX + pulumi.getStack()"],
  [
    "components/ownership.ts",
    '{ ...appliedBy(fieldManager), "pulumi.com/patchForce": "true" }',
    "appliedBy(fieldManager)",
  ],
  [
    "components/oidcApp.ts",
    "versionedSecret(name, version, transform?.clientSecret, this)",
    'pulumi.output("none of its own")',
  ],
  ["components/oidcApp.ts", "clientBasicSecret: clientSecret,", ""],
  ["components/credentials.ts", "...versionAnnotations({ clientSecretVersion, sessionSecretVersion }),", ""],
  ["components/rollout.ts", 'additionalSecretOutputs: ["metadata", "spec", "status"],', ""],
];

/** Brings a stack up by a program as it was before. */
export async function upAsBefore(checkout: Checkout, stack: TestStack): Promise<void> {
  const files = [...new Set(EARLIER.map(([file]) => file))];
  const texts = new Map(files.map((file) => [file, checkout.read(file)]));
  for (const [file, now, then] of EARLIER) {
    const text = checkout.read(file);
    expect(text).toContain(now);
    checkout.write(file, text.replace(now, then));
  }
  try {
    await upFrom(checkout, stack);
  } finally {
    for (const [file, text] of texts) checkout.write(file, text);
  }
}

/** Brings a stack up by the program of a checkout. */
export async function upFrom({ folder: cwd }: Checkout, stack: TestStack): Promise<void> {
  const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", stack.name];
  await run("pulumi", [...args, "--config-file", stack.configFile], { cwd });
}
