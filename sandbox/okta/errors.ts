import type { z } from "zod";
import { newId } from "./store";

/** What was wrong with one field of a request. */
export interface Cause {
  field: string;
  message: string;
}

/**
 * An error as Okta's management API answers it.
 * @see https://developer.okta.com/docs/reference/error-codes/
 */
export class OktaError extends Error {
  constructor(
    readonly status: number,
    /** Okta's code, such as `E0000001`. */
    readonly code: string,
    summary: string,
    readonly causes: string[] = [],
  ) {
    super(summary);
  }

  /** The response body: the `Error` schema of Okta's API description. */
  toJSON() {
    return {
      errorCode: this.code,
      errorSummary: this.message,
      errorLink: this.code,
      errorId: newId("oae"),
      errorCauses: this.causes.map((errorSummary) => ({ errorSummary })),
    };
  }
}

/** 400: the request is well-formed, but a value in it is not acceptable. */
export function invalid(...causes: [Cause, ...Cause[]]): OktaError {
  const summaries = causes.map(({ field, message }) => `${field}: ${message}`);
  return new OktaError(400, "E0000001", `Api validation failed: ${causes[0].field}`, summaries);
}

/** 400: a name that has to be unique is taken. */
export function alreadyExists(field: string): OktaError {
  return invalid({ field, message: "An object with this field already exists in the current organization" });
}

/** @param type Okta's name for the kind of resource, such as `AppInstance` */
export function notFound(id: string, type: string): OktaError {
  return new OktaError(404, "E0000007", `Not found: Resource not found: ${id} (${type})`);
}

/** A record that must be there. @throws OktaError E0000007 */
export function found<T>(record: T | undefined, id: string, type: string): T {
  if (record === undefined) throw notFound(id, type);
  return record;
}

const always = (status: number, code: string, summary: string) => () => new OktaError(status, code, summary);

/** What came is no JSON, or a value has another JSON type than the API's. */
export const malformed = always(400, "E0000003", "The request body was not well-formed.");
export const sessionMissing = always(403, "E0000005", "Invalid session");
export const permissionMissing = always(403, "E0000006", "You do not have permission to perform the requested action");
export const pathNotFound = always(404, "E0000008", "The requested path was not found");
export const tokenInvalid = always(401, "E0000011", "Invalid token provided");
export const methodNotAllowed = always(405, "E0000022", "The endpoint does not support the provided HTTP method");
export const rateLimitExceeded = always(429, "E0000047", "API call exceeded rate limit due to too many requests.");

export function internalError(status = 500): OktaError {
  return new OktaError(status, "E0000009", "Internal Server Error");
}

/**
 * Reads a request body by a schema.
 * @throws OktaError E0000003 where a JSON type is wrong, E0000001 with every cause otherwise
 */
export function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body ?? {}, { reportInput: true });
  if (result.success) return result.data;
  const { issues } = result.error;
  if (issues.some((issue) => issue.code === "invalid_type" && issue.input !== undefined)) throw malformed();
  const causes = issues.map((issue) => ({
    field: issue.path.join("."),
    message: issue.input === undefined && issue.code !== "custom" ? "The field cannot be left blank" : issue.message,
  }));
  throw invalid(...(causes as [Cause, ...Cause[]]));
}
