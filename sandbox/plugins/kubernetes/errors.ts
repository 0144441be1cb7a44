import { nameOf, type Reference } from "./kinds";
import { ANNOTATIONS } from "./objects";

/** The API server's error. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface Status {
  code: number;
  reason?: string;
  message: string;
  details?: { kind?: string; causes?: { reason?: string; message?: string; field?: string }[] };
}

/** The API server answered, with an error. */
export class ApiError extends Error {
  /** Whether the request had been sent before: then the error may come of what that did, whose answer was lost. */
  again = false;

  constructor(
    readonly status: Status,
    message = status.message,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The API server did not answer, or no kubeconfig says where it is. */
export class Unreachable extends Error {}

/** Whether the error is the API server's refusal for this reason, such as AlreadyExists or Invalid. */
export function isRefusal(error: unknown, reason: string): error is ApiError {
  return error instanceof ApiError && error.status.reason === reason;
}

/** Whether the error says that the object's namespace does not exist. */
export function isNamespaceMissing(error: unknown): boolean {
  return error instanceof ApiError && isAboutNamespace(error.status);
}

function isAboutNamespace({ reason, details }: Status): boolean {
  return reason === "NotFound" && details?.kind === "namespaces";
}

/** The error with the object's name, and with what to do where that is known; other errors than ApiError as they are. */
export function inWords(verb: string, reference: Reference, error: unknown, fieldManager?: string): unknown {
  if (!(error instanceof ApiError)) return error;
  return new ApiError(error.status, words(verb, reference, error.status, fieldManager), { cause: error });
}

function words(verb: string, reference: Reference, status: Status, fieldManager?: string): string {
  const name = nameOf(reference);
  if (status.reason === "AlreadyExists") {
    return (
      `${name} exists already, and is not in this stack's state. Delete it, import it (pulumi import), ` +
      `or take it over with the config kubernetes:upsertExistingObjects.`
    );
  }
  if (reference.kind.namespaced && isAboutNamespace(status)) {
    return (
      `Cannot ${verb} ${name}: the namespace "${reference.namespace}" does not exist. ` +
      `Create it first, or make this resource depend on the one that creates it.`
    );
  }
  if (status.details?.causes?.some(({ reason }) => reason === "FieldManagerConflict")) {
    return (
      `Server-Side Apply field conflict detected. Cannot ${verb} ${name} as field manager "${fieldManager}": ` +
      `${status.message}. Leave these fields to their manager, or take them over with the annotation ` +
      `${ANNOTATIONS.patchForce}: "true".`
    );
  }
  return `Cannot ${verb} ${name}: ${status.message}`;
}
