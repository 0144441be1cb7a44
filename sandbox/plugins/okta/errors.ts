/** The headers of a response, as far as an error needs them. */
interface Headers {
  get(name: string): string | null;
}

/** Okta answered with an error. */
export class OktaError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers?: Headers,
  ) {
    super(message);
  }
}

/** The connection ended before an answer came: whether Okta did what it was asked to is not known. */
export class Unanswered extends Error {}

/** What the official client throws for an answer that is an error: https://developer.okta.com/docs/reference/error-codes/ */
interface ApiError {
  status: number;
  message: string;
  errorCode?: string;
  errorSummary?: string;
  errorId?: string;
  errorCauses?: { errorSummary: string }[];
  headers: Headers;
}

const HINTS: Record<number, string> = {
  401:
    "Okta does not accept the credentials: check OKTA_API_TOKEN (or okta:apiToken), or OKTA_API_CLIENT_ID with " +
    "OKTA_API_PRIVATE_KEY.",
  403: "The credentials may not do this: an API token has its owner's admin roles, an app the scopes granted to it.",
};

/** One of the errors above for whatever the official client, or the network under it, throws. */
export function explain(error: unknown, call: string, address: string): Error {
  if (isApiError(error)) {
    const causes = (error.errorCauses ?? []).map((cause) => cause.errorSummary).join("; ");
    const said = [error.errorCode, error.errorSummary].filter(Boolean).join(" ") || error.message;
    const details = [causes, error.errorId && `error ID ${error.errorId}`].filter(Boolean).join(", ");
    const hint = HINTS[error.status] ? ` ${HINTS[error.status]}` : "";
    const message = `${call}: Okta answered ${error.status} ${said}${details ? ` (${details})` : ""}.${hint}`;
    return new OktaError(error.status, message, error.headers);
  }
  const code = (error as { code?: string }).code;
  if (code === "ECONNREFUSED" || code === "ENOTFOUND") {
    const where = "Check OKTA_ORG_NAME and OKTA_BASE_URL, and OKTA_HTTP_PROXY if it is set.";
    return new Error(`${call}: nothing answers at ${address} (${code}). ${where}`);
  }
  // From node-fetch: a dropped connection, or a request that took too long.
  if (error instanceof Error && ["FetchError", "AbortError"].includes(error.name)) {
    return new Unanswered(`${call}: no answer from ${address} (${code ?? error.message})`);
  }
  return error as Error;
}

/** By its shape: a bundle's minified classes have other names. */
function isApiError(error: unknown): error is ApiError {
  return typeof error === "object" && error !== null && "status" in error && "headers" in error;
}
