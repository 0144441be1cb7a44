import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { ApiError, Unreachable, type Status } from "./errors";
import type { ProviderConfig } from "./config";

export interface Request {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path and query. */
  path: string;
  body?: unknown;
  /** @default application/json */
  contentType?: string;
}

/** As Kubernetes' own client: an answer may ask for the request again later, and so often. */
const MOST_RETRIES = 10;
const LOST_CONNECTION = ["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"];
const ANSWER_WITHIN_MS = 30_000;

/** The way to the API server that the config' kubeconfig names. The client library is loaded with the first use. */
export class Connection {
  #kubeconfig?: Promise<KubeConfig>;

  constructor(private readonly config: ProviderConfig) {}

  /** The namespace of the kubeconfig's context. */
  async namespace(): Promise<string | undefined> {
    const kubeconfig = await this.kubeconfig();
    return kubeconfig.getContextObject(kubeconfig.currentContext)?.namespace;
  }

  /**
   * Sends a request, again where the answer asks for that, or the connection of one that only reads was lost, and gives
   * the answer's JSON.
   * @throws ApiError, Unreachable, or the signal's reason
   */
  async send(request: Request, signal: AbortSignal): Promise<unknown> {
    for (let retries = 0; ; retries++) {
      const answer = await this.attempt(request, signal);
      if ("json" in answer) return answer.json;
      if (answer.againAfterMs === undefined || retries === MOST_RETRIES) throw answer.error;
      await sleep(answer.againAfterMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  private async attempt(
    { method, path, body, contentType = "application/json" }: Request,
    signal: AbortSignal,
  ): Promise<{ json: unknown } | { error: Error; againAfterMs?: number }> {
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
        `configured Kubernetes cluster is unreachable: ${method} ${server}: ${reason} (${this.source(kubeconfig)})`,
        { cause: error },
      );
      return {
        error: unreachable,
        againAfterMs: method === "GET" && LOST_CONNECTION.includes(code ?? "") ? 0 : undefined,
      };
    }
    if (code < 300) return { json: JSON.parse(text) };
    const again = (code === 429 || code >= 500) && retryAfter !== undefined;
    return {
      error: new ApiError(statusOf(code, text)),
      againAfterMs: again ? (Number(retryAfter) || 0) * 1000 : undefined,
    };
  }

  private kubeconfig(): Promise<KubeConfig> {
    return (this.#kubeconfig ??= this.load());
  }

  private async load(): Promise<KubeConfig> {
    const { KubeConfig } = await import("@kubernetes/client-node");
    const kubeconfig = new KubeConfig();
    const given = this.config.kubeconfig?.replace(/^~(?=$|\/)/, homedir());
    try {
      if (given === undefined) kubeconfig.loadFromDefault();
      else if (existsSync(given)) kubeconfig.loadFromFile(given);
      else kubeconfig.loadFromString(given);
    } catch (error) {
      throw new Unreachable(
        `configured Kubernetes cluster is unreachable: cannot read ${this.origin()}: ${String(error)}`,
      );
    }
    if (this.config.context) kubeconfig.setCurrentContext(this.config.context);
    if (!kubeconfig.getCurrentCluster()) {
      const contexts = kubeconfig.getContexts().map(({ name }) => name);
      throw new Unreachable(
        `configured Kubernetes cluster is unreachable: ${this.origin()} has no context ` +
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
    const { kubeconfig } = this.config;
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
