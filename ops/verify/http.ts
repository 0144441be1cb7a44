import { failed, type Problem, Stopped } from "./check";

/** Seconds to wait for an answer. */
const DEADLINE_S = 5;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** By how many seconds the server's clock is ahead of this machine's, to within a second; undefined without a Date. */
  clockAhead: number | undefined;
}

/**
 * Asks Okta, without following redirects.
 * @throws Stopped when Okta does not answer within 5 s, or is down
 */
export async function askOkta(url: string, init?: RequestInit): Promise<Answer> {
  const remedy =
    "see status.okta.com, and the network from here. Sign-in works again when Okta does, without a restart";
  const answer = await request(url, init, (reason) => failed(`Okta does not answer at ${url}: ${reason}`, remedy));
  if (answer.status < 500) return answer;
  throw new Stopped(failed(`Okta is down: ${url} answers ${answer.status}`, remedy));
}

/**
 * Asks the portal, without following redirects.
 * @throws Stopped when it does not answer within 5 s
 */
export async function askPortal(url: string, init?: RequestInit): Promise<Answer> {
  const remedy = "see the portal's pods and logs, the ingress, and that portalUrl (or backendUrl) is its address";
  return request(url, init, (reason) => failed(`the portal does not answer at ${url}: ${reason}`, remedy));
}

async function request(
  url: string,
  init: RequestInit | undefined,
  unreachable: (reason: string) => Problem,
): Promise<Answer> {
  const asked = Date.now();
  try {
    const signal = AbortSignal.timeout(DEADLINE_S * 1000);
    const response = await fetch(url, { redirect: "manual", ...init, signal });
    const answered = Date.now();
    const date = Date.parse(response.headers.get("date") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      // The header has no fractions: on the average half a second was cut off.
      clockAhead: Number.isNaN(date) ? undefined : (date + 500 - (asked + answered) / 2) / 1000,
    };
  } catch (error) {
    throw new Stopped(unreachable(reason(error as Error)));
  }
}

function reason(error: Error): string {
  if (error.name === "TimeoutError") return `no answer within ${DEADLINE_S} s`;
  const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException;
  switch (code) {
    case "ECONNREFUSED":
      return "the connection is refused";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "its host name is not known";
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
      return "the connection was cut";
    default:
      return message;
  }
}

/** The JSON object of an answer; empty when it is none. */
export function jsonOf({ text }: Pick<Answer, "text">): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What a person would read in an answer: Backstage's error message, OAuth's error, or the text of a page. */
export function messageOf(answer: Answer): string {
  const { error, error_description } = jsonOf(answer);
  if (typeof error === "string") return [error, error_description].filter(Boolean).join(": ");
  const message = (error as { message?: unknown } | undefined)?.message;
  if (typeof message === "string") return message;
  return pageText(answer.text).slice(0, 300) || `status ${answer.status}`;
}

function pageText(page: string): string {
  return page
    .replace(/<(style|script|title)\b[^]*?<\/\1>|<[^>]*>/g, " ")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replace(/\s+/g, " ")
    .trim();
}
