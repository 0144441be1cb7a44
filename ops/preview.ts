import type * as automation from "@pulumi/pulumi/automation";
import type { EngineEvent, OpMap, PolicyEvent, Stack, StepEventMetadata } from "@pulumi/pulumi/automation";
import { CONFIG_MISTAKE } from "../components/marks";
import { engineError } from "./stack";

export type { EngineEvent, PolicyEvent, StepEventMetadata };

/** What a preview tells, from the engine's own events. */
export interface Preview {
  /** What an update would do: a step for each resource that it changes. */
  steps: StepEventMetadata[];
  /** What it has planned for each resource that it came to, components and those that stay as they are among them. */
  planned: StepEventMetadata[];
  /** Counts of resources by what an update would do to them. */
  changes: OpMap;
  /** What a refresh found: a step for each resource, whose `new` is what is there now, if anything is. */
  found: StepEventMetadata[];
  /** What a refresh failed to look up: a step for each resource. */
  unread: StepEventMetadata[];
  violations: PolicyEvent[];
  warnings: string[];
  /** The stack's config with the project's defaults; a secret value is `[secret]`. */
  config: Record<string, string>;
  /** Why the preview did not come to its end, unless a policy ended it. */
  failure?: Failure;
}

export interface Failure {
  message: string;
  /**
   * Whether the change or its config is at fault, so that its author can put it right. Where somebody else is, or nobody
   * knows, it is not.
   */
  byAuthor: boolean;
  errors: EngineError[];
}

/** An error that the engine, the program or a provider told. */
export interface EngineError {
  message: string;
  /** The resource that it is about. */
  urn?: string;
}

/** The engine's word for a string that only an update will tell. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * Those of the engine that are used here: with `refresh` it looks up what is there, instead of trusting the state; with
 * `target` it leaves all other resources as they are.
 */
export type PreviewOptions = Pick<
  automation.PreviewOptions,
  "refresh" | "replace" | "target" | "policyPacks" | "signal"
>;

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
  const told = (severity: string): EngineError[] =>
    diagnostics
      .filter((event) => event.severity === severity)
      .map(({ message, urn }) => ({ message: withoutTrace(message.trim()), ...(urn && { urn }) }));
  const violations = events.flatMap(({ policyEvent }) => policyEvent ?? []);
  const announced = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  const outputs = events.flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? []);
  const planned = announced.filter(isPlan);
  const found = outputs.filter((step) => step.op === "refresh" && isManaged(step));
  return {
    steps: planned.filter(isChange),
    // The outputs of a component come when the program registers them.
    planned: [...planned, ...outputs.filter((step) => step.op !== "refresh" && !step.new?.custom)],
    changes: events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {},
    found,
    unread: announced.filter(({ op, urn }) => op === "refresh" && !found.some((step) => step.urn === urn)),
    violations,
    warnings: [...new Set(told("warning").map(({ message }) => message))],
    config: events.find(({ preludeEvent }) => preludeEvent)?.preludeEvent?.config ?? {},
    failure: failure(told("error"), violations.some(isVeto) ? undefined : engineMessage),
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

/** Whether a refresh found a resource changed, or gone. */
export const isFoundChanged = (step: StepEventMetadata) => !step.new || Object.keys(step.detailedDiff ?? {}).length > 0;

// A replacement has more steps than these: the one named "replace" has its reason.
const OPERATIONS: string[] = ["create", "update", "delete", "replace", "import"];

/** Whether a step tells what becomes of a resource: each has one such. */
const isPlan = ({ op }: StepEventMetadata) => op === "same" || OPERATIONS.includes(op);

const isChange = (step: StepEventMetadata) => step.op !== "same" && isManaged(step);

/** Whether it is a resource that a provider manages: neither a component nor a provider itself. */
function isManaged({ type, new: after, old: before }: StepEventMetadata): boolean {
  return Boolean((after ?? before)?.custom) && !type.startsWith("pulumi:");
}

function failure(errors: EngineError[], engineMessage: string | undefined): Failure | undefined {
  // Without an event, the engine failed before it ran the program: at the state, its lock, its passphrase or the config.
  const telling = errors.filter(({ message }) => !/^(preview|update) failed$/.test(message));
  const all = telling.length > 0 || engineMessage === undefined ? telling : [{ message: engineMessage }];
  if (all.length === 0) return undefined;
  const messages = [...new Set(all.map(({ message }) => message))];
  return { message: messages.join("\n"), byAuthor: messages.some(isAuthors), errors: all };
}

/** Whether an error is the author's. Of all others, an unreachable Okta or cluster among them, nobody here can tell. */
function isAuthors(message: string): boolean {
  return message.startsWith(CONFIG_MISTAKE) || (OF_PROGRAM.test(message) && !OF_PROVIDER.test(message));
}

/** What the engine and the SDK say when the program or the config is not right. */
const OF_PROGRAM = new RegExp(
  [
    "^Running program .* failed with an unhandled exception",
    "^Stack '.*' (is missing configuration|with configuration key .* must be of type)",
    "^validating stack config: ",
    "is currently marked for protection",
    "^Duplicate resource URN",
    " has a problem: ",
  ].join("|"),
);

/** What such an error has in it when a provider refused to look something up, or nothing answered. */
const OF_PROVIDER = /\b(invocation|call) of \S+ returned an error: |Error: \d+ [A-Z_]{3,}: |Error: fetch failed/;

/** The message of an error, without the stack trace that Node.js puts below it. */
function withoutTrace(message: string): string {
  return message.replace(/\n(\s+at .*|- \/.*|Require stack:)/g, "");
}
