import type * as automation from "@pulumi/pulumi/automation";
import type { EngineEvent, OpMap, PolicyEvent, Stack, StepEventMetadata } from "@pulumi/pulumi/automation";
import { engineError } from "./stack";

export type { EngineEvent, PolicyEvent, StepEventMetadata };

/** What a preview tells, from the engine's own events. */
export interface Preview {
  /** What an update would do: a step for each resource that it changes. */
  steps: StepEventMetadata[];
  /** Counts of resources by what an update would do to them. */
  changes: OpMap;
  /** What a refresh found changed: a step for each resource, whose `new` is what is there now, if anything is. */
  found: StepEventMetadata[];
  violations: PolicyEvent[];
  warnings: string[];
  /** The stack's config with the project's defaults; a secret value is `[secret]`. */
  config: Record<string, string>;
  /** Why the preview did not come to its end, unless a policy ended it. */
  failure?: Failure;
}

export interface Failure {
  message: string;
  /** Whether it lies outside of the program and its config, such as an Okta that does not answer. */
  outside: boolean;
}

/** Those of the engine that are used here: with `refresh` it looks up what is there, instead of trusting the state. */
export type PreviewOptions = Pick<automation.PreviewOptions, "refresh" | "replace" | "policyPacks" | "signal">;

/** Previews an update of the stack, changing nothing. */
export async function preview(stack: Stack, options: PreviewOptions): Promise<Preview> {
  const events: EngineEvent[] = [];
  try {
    await stack.preview({ ...options, color: "never", onEvent: (event) => events.push(event) });
    return readEvents(events);
  } catch (error) {
    return readEvents(events, engineError(error));
  }
}

/** @param engineMessage what the engine said as it failed */
export function readEvents(events: EngineEvent[], engineMessage?: string): Preview {
  const diagnostics = events.flatMap(({ diagnosticEvent }) => diagnosticEvent ?? []);
  const messages = (severity: string) => [
    ...new Set(diagnostics.filter((event) => event.severity === severity).map(({ message }) => message.trim())),
  ];
  const violations = events.flatMap(({ policyEvent }) => policyEvent ?? []);
  return {
    steps: events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []).filter(isChange),
    changes: events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {},
    found: events.flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? []).filter(isFound),
    violations,
    warnings: messages("warning"),
    config: events.find(({ preludeEvent }) => preludeEvent)?.preludeEvent?.config ?? {},
    failure: failure(messages("error"), violations.some(isVeto) ? undefined : engineMessage),
  };
}

/** Whether a violation stops an update. */
export const isVeto = ({ enforcementLevel }: PolicyEvent) => enforcementLevel === "mandatory";

/** A resource's type as the SDK has it, and its name: `okta.app.OAuth backstage`. */
export function resourceName(urn: string): string {
  const [types = "", name = ""] = urn.split("::").slice(-2);
  const [pkg = "", module = "", type = ""] = (types.split("$").at(-1) ?? "").split(":");
  // Of okta:app/oAuth:OAuth the SDK has okta.app.OAuth; a module named index is its root.
  const folders = module.split("/").filter((part) => part !== "index" && part.toLowerCase() !== type.toLowerCase());
  return `${[pkg, ...folders, type].join(".")} ${name}`;
}

/** The paths of the properties that a step changes. */
export function changedProperties({ detailedDiff, diffs, keys }: StepEventMetadata): string[] {
  const detailed = Object.keys(detailedDiff ?? {});
  return detailed.length > 0 ? detailed : (diffs ?? keys ?? []);
}

// A replacement has more steps than these: the one named "replace" has its reason.
const OPERATIONS: string[] = ["create", "update", "delete", "replace", "import"];

const isChange = (step: StepEventMetadata) => OPERATIONS.includes(step.op) && isManaged(step);

const isFound = (step: StepEventMetadata) =>
  step.op === "refresh" && isManaged(step) && (!step.new || Object.keys(step.detailedDiff ?? {}).length > 0);

/** Whether it is a resource that a provider manages: neither a component nor a provider itself. */
function isManaged({ type, new: after, old: before }: StepEventMetadata): boolean {
  return Boolean((after ?? before)?.custom) && !type.startsWith("pulumi:");
}

function failure(errors: string[], engineMessage: string | undefined): Failure | undefined {
  if (errors.length > 0) {
    return { message: errors.map(withoutTrace).join("\n"), outside: errors.every(isOutside) };
  }
  // Without an event, the engine failed before it ran the program: at the state, its lock or its passphrase.
  return engineMessage === undefined ? undefined : { message: engineMessage, outside: true };
}

// Of several mistakes in the config, Okta's silence is one at the most.
const isOutside = (error: string) => OUTSIDE.test(error) && !/^the config of stack \S+ has \d+ mistakes/.test(error);

/** What only somebody else than the author of a change can put right, as this program and the providers say it. */
const OUTSIDE = new RegExp(
  [
    "could not be asked",
    "unreachable|unavailable|no such host|connection (refused|reset)|timed out|deadline exceeded",
    "ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|fetch failed",
    "E0000006|E0000011|E0000047|Unauthorized|Forbidden",
    "no resource plugin",
  ].join("|"),
);

/** The message of an error, without the stack trace that Node.js puts below it. */
function withoutTrace(message: string): string {
  return message.replace(/\n(\s+at .*|- \/.*|Require stack:)/g, "");
}
