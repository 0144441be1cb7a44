import type { Deployment, Stack } from "@pulumi/pulumi/automation";
import { isSignInApp, secretOf, TYPES } from "./resourceTypes";

/** What a rollback has to know of a stack's state. */
export interface State {
  /** When an update last wrote it. */
  time: Date;
  resources: Resource[];
  /** What an update that was killed was doing to resources: nobody knows whether it was done. */
  pending: { urn: string; operation: string }[];
  /** What a stack's config file says about how its secrets are encrypted; nothing with the cloud service's own way. */
  encryption: { encryptionsalt?: string; secretsprovider?: string; encryptedkey?: string };
}

export interface Resource {
  urn: string;
  type: string;
  /** What its provider calls it. */
  id?: string;
  /** The URN of the component that it is in. */
  parent?: string;
  protect?: boolean;
  outputs?: Record<string, unknown>;
}

/** The state as the backend keeps it. */
interface Exported {
  manifest: { time: string };
  resources?: Resource[];
  pending_operations?: { resource: { urn: string }; type: string }[];
  secrets_providers?: { type: string; state?: { salt?: string; url?: string; encryptedkey?: string } };
}

/** Reads the stack's state, secrets included: none of it is shown. */
export const readState = async (stack: Stack): Promise<State> => stateIn(await stack.exportStack());

/** What an export of a stack's state tells. */
export function stateIn(exported: Deployment): State {
  const { deployment } = exported as { deployment: Exported };
  const { type, state } = deployment.secrets_providers ?? {};
  return {
    time: new Date(deployment.manifest.time),
    resources: deployment.resources ?? [],
    pending: (deployment.pending_operations ?? []).map(({ resource, type }) => ({
      urn: resource.urn,
      operation: type,
    })),
    encryption: {
      ...(type === "passphrase" && { encryptionsalt: state?.salt }),
      ...(type === "cloud" && { secretsprovider: state?.url, encryptedkey: state?.encryptedkey }),
    },
  };
}

/** A value of the state as it is: the engine wraps a secret one. */
export function revealed(value: unknown): unknown {
  const { plaintext } = (value ?? {}) as { plaintext?: unknown };
  return typeof plaintext === "string" ? JSON.parse(plaintext) : value;
}

export const findApp = ({ resources }: State) => resources.find(isSignInApp);
/** The Secret, as the last update made it. */
export const findSecret = ({ resources }: State) =>
  resources.find(({ type, urn }) => type === TYPES.secret && urn.includes(":index:Credentials$"));
export const findSessionSecrets = ({ resources }: State) => resources.filter((each) => secretOf(each) === "session");

// The history tells whole seconds. Its clock is the cloud service's, if that keeps it, and no longer that of whoever ran
// the update; but then it has the killed ones too.
const ROUNDING_MS = 1_000;
const CLOCKS_DIFFER_MS = 30_000;

/** Whether the state was written after the last update in the history ended: by one that was killed. */
export function wasKilled({ time, pending }: State, lastEnd: Date | undefined): boolean {
  const tolerance = pending.length > 0 ? ROUNDING_MS : CLOCKS_DIFFER_MS;
  return lastEnd !== undefined && time.getTime() - lastEnd.getTime() > tolerance;
}
