import type { V1Status } from "@kubernetes/client-node";

/** The API server's error. */
export type Status = V1Status & { code: number; message: string };

/** The API server answered, with an error. */
export class ApiError extends Error {
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
  return isRefusal(error, "NotFound") && error.status.details?.kind === "namespaces";
}

const HELP =
  "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/" +
  "#handle-field-conflicts-on-existing-resources";

/** A conflict with another field manager, with where to read about it; other errors as they are. */
export function inWords(error: unknown, fieldManager: string): unknown {
  if (!isRefusal(error, "Conflict")) return error;
  const message =
    `server-side apply field conflict detected, see ${HELP} for troubleshooting help\n` +
    `The resource managed by field manager "${fieldManager}" had an apply conflict: ${error.message}`;
  return new ApiError(error.status, message, { cause: error });
}
