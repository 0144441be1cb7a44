import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { ApiError, Unreachable, type Status } from "./errors";
import type { Settings } from "./settings";

export interface Request {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path and query. */
  path: string;
  body?: unknown;
  /** @default application/json */
  contentType?: string;
}

/** Waits before the second, third, ... attempt. A lost connection, 429 and 5xx are worth one. */
const RETRY_DELAYS_MS = [200, 400, 800, 1600];
const LONGEST_RETRY_AFTER_SECONDS = 10;
const ANSWER_WITHIN_MS = 30_000;
const LOST_CONNECTION = ["ECONNREFUSED", "ECONNRESET", "EPIPE", "EAI_AGAIN", "ERR_STREAM_PREMATURE_CLOSE"];

/** The way to the API server that the settings' kubeconfig names. The client library is loaded with the first use. */
export class Connection {
  #kubeconfig?: Promise<KubeConfig>;

  constructor(private readonly settings: Settings) {}

  /** The namespace of the kubeconfig's context. */
  async namespace(): Promise<string | undefined> {
    const kubeconfig = await this.kubeconfig();
    return kubeconfig.getContextObject(kubeconfig.currentContext)?.namespace;
  }

  /**
   * Sends a request, again after a lost connection, 429 or 5xx, and gives the answer's JSON.
   * @throws ApiError, Unreachable, or the signal's reason
   */
  async send(request: Request, signal: AbortSignal): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      const delay = RETRY_DELAYS_MS[attempt];
      const answer = await this.attempt(request, signal);
      if ("json" in answer) return answer.json;
      if (answer.error instanceof ApiError) answer.error.again = attempt > 0;
      if (delay === undefined || !answer.again) throw answer.error;
      await sleep(Math.max(delay, answer.afterMs ?? 0), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  private async attempt(
    { method, path, body, contentType = "application/json" }: Request,
    signal: AbortSignal,
  ): Promise<{ json: unknown } | { error: Error; again: boolean; afterMs?: number }> {
    const kubeconfig = await this.kubeconfig();
    const { HttpMethod, ServerConfiguration, createConfiguration } = await import("@kubernetes/client-node");
    const server = kubeconfig.getCurrentCluster()?.server ?? "";
    const context = new ServerConfiguration(server, {}).makeRequestContext(path, HttpMethod[method]);
    context.setHeaderParam("Accept", "application/json");
    if (body !== undefined) {
      context.setHeaderParam("Content-Type", contentType);
      context.setBody(JSON.stringify(body));
    }
    const tooLate = AbortSignal.timeout(ANSWER_WITHIN_MS);
    context.setSignal(AbortSignal.any([signal, tooLate]));
    let code: number;
    let text: string;
    let retryAfter: string | undefined;
    try {
      await kubeconfig.applySecurityAuthentication(context);
      const response = await createConfiguration().httpApi.send(context).toPromise();
      code = response.httpStatusCode;
      retryAfter = response.headers["retry-after"];
      text = await response.body.text();
    } catch (error) {
      signal.throwIfAborted();
      const { code, message } = error as NodeJS.ErrnoException;
      const reason = tooLate.aborted
        ? `no answer within ${ANSWER_WITHIN_MS / 1000} s`
        : // node-fetch puts the URL before it, with its query.
          message.replace(/^request to .* failed, reason: /, "");
      const unreachable = new Unreachable(
        `The Kubernetes cluster at ${server} is unreachable (${this.source(kubeconfig)}): ${reason}`,
        { cause: error },
      );
      return { error: unreachable, again: LOST_CONNECTION.includes(code ?? "") };
    }
    if (code < 300) return { json: JSON.parse(text) };
    return {
      error: new ApiError(statusOf(code, text)),
      again: code === 429 || code >= 500,
      afterMs: Math.min(Number(retryAfter) || 0, LONGEST_RETRY_AFTER_SECONDS) * 1000,
    };
  }

  private kubeconfig(): Promise<KubeConfig> {
    return (this.#kubeconfig ??= this.load());
  }

  private async load(): Promise<KubeConfig> {
    const { KubeConfig } = await import("@kubernetes/client-node");
    const kubeconfig = new KubeConfig();
    const given = this.settings.kubeconfig?.replace(/^~(?=$|\/)/, homedir());
    try {
      if (given === undefined) kubeconfig.loadFromDefault();
      else if (existsSync(given)) kubeconfig.loadFromFile(given);
      else kubeconfig.loadFromString(given);
    } catch (error) {
      throw new Unreachable(`The Kubernetes cluster is unreachable: cannot read ${this.origin()}: ${String(error)}`);
    }
    if (this.settings.context) kubeconfig.setCurrentContext(this.settings.context);
    if (!kubeconfig.getCurrentCluster()) {
      const contexts = kubeconfig.getContexts().map(({ name }) => name);
      throw new Unreachable(
        `The Kubernetes cluster is unreachable: ${this.origin()} has no context ` +
          `"${kubeconfig.currentContext}" with a cluster; it has ${contexts.join(", ") || "none"}.`,
      );
    }
    return kubeconfig;
  }

  private source(kubeconfig: KubeConfig): string {
    return `${this.origin()}, context ${kubeconfig.currentContext}`;
  }

  /** Where the kubeconfig comes from, in words; never its contents. */
  private origin(): string {
    const { kubeconfig } = this.settings;
    if (kubeconfig === undefined) {
      return process.env.KUBECONFIG ? `KUBECONFIG=${process.env.KUBECONFIG}` : "the default kubeconfig";
    }
    return /[\n{]/.test(kubeconfig) ? "the config kubernetes:kubeconfig" : `kubeconfig ${kubeconfig}`;
  }
}

/** The Status in an error's body; a proxy in between answers with something else. */
function statusOf(code: number, text: string): Status {
  try {
    const status = JSON.parse(text) as Partial<Status>;
    if (status.message) return { ...status, code, message: status.message };
  } catch {
    // Not JSON: told below.
  }
  return { code, message: `HTTP ${code}: ${text.slice(0, 200)}` };
}
