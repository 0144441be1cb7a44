import { Client, DefaultRequestExecutor } from "@okta/okta-sdk-nodejs";
import type { ProviderOptions } from "./options";

const SCOPES = ["okta.users.read", "okta.groups.read"];
// A bucket of Okta's is full again after a minute: a run with many pages waits several times.
const MAX_RETRIES = 20;

type Connection = Pick<ProviderOptions, "orgUrl" | "token" | "oauth" | "callTimeoutSeconds">;
type Executor = InstanceType<typeof DefaultRequestExecutor>;
type Request = Parameters<Executor["fetch"]>[0];
type Response = Awaited<ReturnType<Executor["fetch"]>>;

/** Okta's management API by Okta's own SDK: credentials, rate limits and connections are its work. */
export class OktaClient {
  private readonly client: Client;

  constructor(private readonly connection: Connection) {
    this.client = connect(connection);
  }

  /**
   * A listing, page after page. The SDK's own listings know an empty page in the middle for the end, and leave out what a
   * group's profile has beyond the usual, so that they are no help here.
   *
   * @throws Error with what went wrong, in which no credentials are
   * @see https://developer.okta.com/docs/api/#pagination
   */
  async *pages(path: string, query: Record<string, string | number | undefined>, signal: AbortSignal) {
    const { orgUrl } = this.connection;
    const first = new URL(path, orgUrl);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) first.searchParams.set(name, String(value));
    }
    for (let url: URL | undefined = first; url;) {
      signal.throwIfAborted();
      const { items, next }: { items: unknown[]; next: string | undefined } = await this.page(url);
      yield items;
      const { pathname, search } = new URL(next ?? orgUrl, orgUrl);
      // The credentials go nowhere else than to the org, whatever the link says.
      url = next === undefined ? undefined : new URL(pathname + search, orgUrl);
    }
  }

  private async page(url: URL): Promise<{ items: unknown[]; next: string | undefined }> {
    try {
      const response = await this.client.http.http(url.href, { headers: { Accept: "application/json" } });
      const items: unknown = await response.json();
      if (!Array.isArray(items)) throw new Error("it is no list");
      return { items, next: /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1] };
    } catch (error) {
      throw new Error(this.explain(error as FetchError, url.pathname), { cause: error });
    }
  }

  private explain({ status, type, code, message }: FetchError, path: string): string {
    const { orgUrl, callTimeoutSeconds } = this.connection;
    if (status !== undefined || message.startsWith("429")) return `Okta refuses ${path}: ${message}`;
    if (/timeout/.test(type ?? "")) {
      return `Okta did not answer ${path} within ${callTimeoutSeconds} s (callTimeoutSeconds)`;
    }
    if (code !== undefined && code !== "ERR_STREAM_PREMATURE_CLOSE") return `could not reach ${orgUrl}: ${code}`;
    return `Okta's answer to ${path} is not whole: ${message.replace(/https?:\S+/g, path)}`;
  }
}

/** What the SDK and its `fetch` throw. */
interface FetchError extends Error {
  status?: number;
  type?: string;
  code?: string;
}

/**
 * Waits for rate limits as the SDK does, but gives each call the same time: the SDK takes the wait off it twice. And it
 * keeps Okta's word why it refuses, which the SDK leaves out where a token endpoint says it.
 */
class OktaExecutor extends DefaultRequestExecutor {
  constructor(private readonly timeoutMs: number) {
    super({ maxRetries: MAX_RETRIES, requestTimeout: 0 });
  }

  override async fetch(request: Request): Promise<Response> {
    const response = await super.fetch(Object.assign(request, { startTime: new Date(), timeout: this.timeoutMs }));
    if (response.ok) return response;
    const { status } = response;
    throw Object.assign(new Error(`${status} ${saidIn(await response.text())}`), { status });
  }

  override getRetryDelayMs(response: Response): number {
    const delayMs = super.getRetryDelayMs(response);
    if (delayMs > this.timeoutMs) {
      throw new Error(`429, a rate limit that is over in ${Math.round(delayMs / 1000)} s alone`);
    }
    return delayMs;
  }
}

function saidIn(body: string): string {
  try {
    const said = JSON.parse(body) as Partial<Record<string, string>>;
    return [said.errorCode ?? said.error, said.errorSummary ?? said.error_description].filter(Boolean).join(" ");
  } catch {
    return "with no reason";
  }
}

function connect({ orgUrl, token, oauth, callTimeoutSeconds }: Connection): Client {
  const requestExecutor = new OktaExecutor(callTimeoutSeconds * 1000);
  const credentials = oauth
    ? { authorizationMode: "PrivateKey", scopes: SCOPES, ...oauth }
    : { authorizationMode: "SSWS", token };
  // What was read before is no answer: the client's cache is off.
  return new Client({ orgUrl, requestExecutor, cacheMiddleware: null, ...credentials });
}
