import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { z } from "zod";
import { shiftClock } from "./clock";
import { RateLimit } from "./rateLimit";
import { isRegex } from "./regex";
import { variants } from "./variants";

/** A request to the management API or to a token endpoint. `status` is 0 where the client got no answer. */
export interface Call {
  phase: string;
  method: string;
  path: string;
  /** The scheme of the Authorization header, never what follows it. */
  auth: string | null;
  status: number;
}

const fault = z.strictObject({
  method: z.string().optional(),
  /** A regular expression on path and query. */
  path: z.string().refine(isRegex, "not a regular expression"),
  times: z.int().min(1),
  /** How many matching requests pass before the first one is hit. */
  skip: z.int().min(0).default(0),
  kind: z.enum(["rateLimit", "status", "drop", "dropAfter"]),
  status: z.int().min(400).max(599).default(503),
  resetSeconds: z.int().min(0).default(2),
});
export type Fault = z.output<typeof fault>;

const limits = z.strictObject({
  latencyMs: z.int().min(0).default(0),
  requestsPerMinute: z.int().min(1).default(10_000),
});

/** What tests see of the running org, and do to it, at `/sandbox/...`: no part of Okta, and gone with the process. */
export class Control {
  calls: Call[] = [];
  latencyMs = 0;
  variants = variants.parse({});
  rateLimit = new RateLimit(limits.parse({}).requestsPerMinute);
  private phase = "";
  private faults: Fault[] = [];

  private readonly operations: Record<string, (body: unknown) => unknown> = {
    "GET /sandbox/calls": () => this.calls,
    "DELETE /sandbox/calls": () => void (this.calls = []),
    "PUT /sandbox/phase": (body) => void (this.phase = z.strictObject({ phase: z.string() }).parse(body).phase),
    "POST /sandbox/faults": (body) => void this.faults.push(fault.parse(body)),
    "DELETE /sandbox/faults": () => void (this.faults = []),
    "PUT /sandbox/limits": (body) => {
      const { latencyMs, requestsPerMinute } = limits.parse(body);
      this.latencyMs = latencyMs;
      this.rateLimit = new RateLimit(requestsPerMinute);
    },
    "PUT /sandbox/variants": (body) => void (this.variants = variants.parse(body)),
    "PUT /sandbox/clock": (body) => shiftClock(z.strictObject({ offsetSeconds: z.number() }).parse(body).offsetSeconds),
  };

  accepts(path: string): boolean {
    return path.startsWith("/sandbox/");
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = `${request.method} ${request.url}`;
    const operation = this.operations[name];
    if (!operation) {
      const known = Object.keys(this.operations).join(", ");
      reply(response, 404, { error: `No control operation ${name}: there are ${known}` });
      return;
    }
    try {
      const result = operation(
        request.method === "GET" || request.method === "DELETE" ? undefined : await json(request),
      );
      reply(response, result === undefined ? 204 : 200, result);
    } catch (error) {
      const message = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      reply(response, 400, { error: `${name}: ${message}` });
    }
  }

  /** Notes a call that has begun; its status follows when it has ended. */
  begin(request: IncomingMessage): Call {
    const { method = "", url: path = "" } = request;
    const auth = request.headers.authorization?.split(" ")[0] ?? null;
    const call: Call = { phase: this.phase, method, path, auth, status: 0 };
    this.calls.push(call);
    return call;
  }

  /** The fault that hits a request, if one does; it is then used up by one. */
  takeFault(request: IncomingMessage): Fault | undefined {
    for (const candidate of this.faults) {
      if (candidate.times === 0) continue;
      if (candidate.method && candidate.method !== request.method) continue;
      if (!new RegExp(candidate.path).test(request.url!)) continue;
      if (candidate.skip > 0) {
        candidate.skip--;
        continue;
      }
      candidate.times--;
      return candidate;
    }
    return undefined;
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
