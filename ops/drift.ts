import { type Change, describeChange } from "./change";
import { CommandError, runCommand, stackCommand, type StackOptions } from "./command";
import { isFoundChanged, preview, type Preview } from "./preview";
import { knownSecrets, redacted } from "./redact";
import { openStack } from "./stack";

/** Where Okta or the cluster differs from what the checkout says. */
interface Drift {
  /** Changed by somebody else than Pulumi since the last update: from what Pulumi made, to what is there. */
  changedByHand: Change[];
  /** What the checkout or the config has that was never brought up. */
  notBroughtUp: Change[];
}

const command = stackCommand(
  "drift",
  "say what differs in Okta and the cluster from what the checkout says; exits 1 if anything does",
).action(async ({ stack: name, json }: StackOptions) => {
  const stack = await openStack(name);
  const result = await preview(stack, { refresh: true });
  const secrets = await knownSecrets(stack, result.config);
  if (result.failure) throw new CommandError(redacted(result.failure.message, secrets));
  const drift = redacted(findDrift(result), secrets);
  if (json) console.log(JSON.stringify(drift, undefined, 2));
  else if (isDrift(drift)) console.log(describe(drift, name));
  process.exitCode = isDrift(drift) ? 1 : 0;
});

/**
 * Tells what an update would put right from what it would bring up. A difference that an update leaves alone is none,
 * such as the priority of the access policy, which Okta moves.
 */
export function findDrift({ steps, found }: Preview): Drift {
  const byUrn = new Map(found.filter(isFoundChanged).map((step) => [step.urn, step]));
  return {
    changedByHand: steps.flatMap(({ urn }) => {
      const step = byUrn.get(urn);
      return step ? [{ ...describeChange(step), operation: step.new ? "update" : "delete" }] : [];
    }),
    notBroughtUp: steps.filter(({ urn }) => !byUrn.has(urn)).map(describeChange),
  };
}

const isDrift = ({ changedByHand, notBroughtUp }: Drift) => changedByHand.length + notBroughtUp.length > 0;

/** The drift as a person reads it. */
export function describe({ changedByHand, notBroughtUp }: Drift, stack: string): string {
  const list = (changes: Change[]) =>
    changes.flatMap(({ resource, operation, properties }) => [
      `  ${resource}: ${operation}`,
      ...properties.map(({ path, from, to }) =>
        from === undefined && to === undefined
          ? `    ${path}`
          : `    ${path}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`,
      ),
    ]);
  const section = (title: string, changes: Change[]) => (changes.length > 0 ? [title, ...list(changes)] : []);
  return [
    ...section("Changed by somebody else since the last update:", changedByHand),
    ...section("In the checkout or the config, but never brought up:", notBroughtUp),
    `To put it right: pulumi up --stack ${stack} --refresh`,
  ].join("\n");
}

if (require.main === module) void runCommand(command);
