import type { Props } from "./properties";

export { UNKNOWN, hasUnknown, isObject, type Props } from "./properties";

/** What a call is about, and the way back to the engine. */
export interface Context {
  /** The resource's URN; empty in a function. */
  urn: string;
  /** Nothing may be changed: the answer says what would be, with UNKNOWN where that cannot be said. */
  preview: boolean;
  /** The resource's customTimeouts, if it has any. */
  timeoutSeconds?: number;
  /**
   * Shows a message with the resource: "debug" only under `pulumi --debug`, "status" only until the next one. Never give
   * it a secret.
   */
  log(severity: "debug" | "status" | "warning", message: string): void;
  /** Aborted when the user cancels the run. */
  signal: AbortSignal;
}

/** An input that is refused, and why. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** One property that would change. */
export interface Change {
  /** Its path in Pulumi's notation, such as `redirectUris[0]` or `metadata.annotations["a.b/c"]`. */
  path: string;
  kind: "add" | "update" | "delete";
  /** The change needs a new resource. */
  replaces?: boolean;
  /** What was there before is to be looked up among the old inputs, not the old outputs. */
  ofInputs?: boolean;
}

/** What would change; no changes: the resource is as the Pulumi program wants it. */
export interface Diff {
  changes: Change[];
  /** Where a new resource is needed: whether the old one has to go first. */
  deleteBeforeReplace?: boolean;
}

/**
 * One resource type. Values are plain, secret or not; in previews inputs may hold UNKNOWN.
 * Errors that a method throws are shown to the user as their message alone.
 */
export interface Resource {
  /** Every top-level input that it knows; any other is refused, never ignored. */
  inputs: readonly string[];
  /** Properties that are secret whatever the Pulumi program says. */
  secretOutputs?: readonly string[];
  /** Fills in defaults and autonames and checks the values; `olds` are the inputs that an earlier run checked. */
  check?(news: Props, olds: Props | undefined, context: Context): Promise<{ inputs: Props; failures: CheckFailure[] }>;
  diff(id: string, oldInputs: Props, oldOutputs: Props, newInputs: Props): Diff | Promise<Diff>;
  create(inputs: Props, context: Context): Promise<{ id: string; outputs: Props }>;
  /**
   * What is there now, or undefined if it is gone. The inputs returned are those that would make just that, so that a
   * refresh shows drift. Without inputs it is an import.
   */
  read(
    id: string,
    inputs: Props,
    outputs: Props,
    context: Context,
  ): Promise<{ id: string; inputs: Props; outputs: Props } | undefined>;
  update(
    id: string,
    oldInputs: Props,
    oldOutputs: Props,
    newInputs: Props,
    context: Context,
  ): Promise<{ outputs: Props }>;
  /** Succeeds if it is gone already. */
  delete(id: string, outputs: Props, context: Context): Promise<void>;
}

/** A provider plugin: its resources by type token, its functions by function token. */
export interface Plugin {
  name: string;
  version: string;
  /** Called once, before anything else, with the provider's config; values that are not strings come as JSON. */
  configure(config: Record<string, string>): void | Promise<void>;
  resources: Record<string, Resource>;
  functions: Record<string, (args: Props, context: Context) => Promise<Props>>;
}

/** The resource was made or changed, but is not ready: the engine keeps it in the state, and the run fails. */
export class InitializationFailed extends Error {
  constructor(
    readonly id: string,
    readonly inputs: Props,
    readonly outputs: Props,
    readonly reasons: string[],
  ) {
    super(reasons.join("\n"));
  }
}
