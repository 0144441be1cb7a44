import { STATUS_CODES } from "node:http";
import type { Json } from "./fields";

/**
 * Which words an error of Okta's comes in. The genuine provider uses two clients: the older one tells what Okta says, the
 * newer one the HTTP status alone, and each resource has its own.
 */
export type Words = "summary" | "status";

/** Okta answered with an error. */
export class OktaError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The connection ended before an answer came: whether Okta did what it was asked to is not known. */
export class Unanswered extends Error {}

/** What Okta answered, before anything is read out of it. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** The status as HTTP writes it, such as "404 Not Found". */
function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ""}`.trim();
}

/** The error that an answer stands for. */
export function errorOf({ status, headers, text }: Answer, words: Words): OktaError {
  return new OktaError(status, words === "status" ? statusLine(status) : summaryOf(status, headers, text));
}

function summaryOf(status: number, headers: Headers, text: string): string {
  // RFC 6750: the resource server says there why an access token does not do.
  const challenge = /error_description="([^"]*)"/.exec(headers.get("www-authenticate") ?? "")?.[1];
  const said = challenge && (status === 401 || status === 403) ? { errorSummary: challenge } : parsed(text);
  const id = status === 500 ? `, x-okta-request-id=${headers.get("x-okta-request-id") ?? ""}` : "";
  const summary = `${(said.errorSummary as string | undefined) ?? ""}${id}`;
  const causes = ((said.errorCauses ?? []) as Json[]).flatMap((cause) =>
    Object.entries(cause).map(([key, value]) => `${key}: ${String(value)}`),
  );
  const error = summary ? `the API returned an error: ${summary}` : "the API returned an unknown error";
  return causes.length > 0 ? `${error}. Causes: ${causes.join(", ")}` : error;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

/** What Okta answers, or undefined where it has no such thing; the status stands beside any other refusal. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof OktaError)) throw error;
    if (error.status === 404) return undefined;
    throw new OktaError(error.status, `${error.message}, Status: ${statusLine(error.status)}`);
  }
}

/** What the genuine provider says of a request that got no answer: Go's words. */
export function networkError(error: unknown, method: string, url: string, viaProxy: boolean): Error {
  const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
  const call = `${method[0]}${method.slice(1).toLowerCase()} "${url}"`;
  const { hostname, host } = new URL(url);
  const proxy = viaProxy ? "proxyconnect tcp: " : "";
  if (code === "ECONNREFUSED") return new Error(`${call}: ${proxy}dial tcp ${host}: connect: connection refused`);
  if (code === "ENOTFOUND") return new Error(`${call}: ${proxy}dial tcp: lookup ${hostname}: no such host`);
  if (code === "ECONNRESET") return new Error(`${call}: read tcp ${host}: read: connection reset by peer`);
  if ((error as Error).name === "TimeoutError") return new Error(`${call}: context deadline exceeded`);
  if (code === "UND_ERR_SOCKET") return new Unanswered(`network error: ${call}: EOF`);
  return new Error(`${call}: ${message}`);
}

/** An error as Pulumi's bridge to Terraform providers tells it. */
export function bridged(error: unknown, doing?: string, what?: string): Error {
  const told = `1 error occurred:\n\t* ${(error as Error).message}\n\n`;
  return new Error(doing ? `${doing} ${what}: ${told}` : told, { cause: error });
}

/** Runs a step of a resource's life; an error says which one failed. */
export async function step<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}
