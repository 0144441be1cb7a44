import { setTimeout } from "node:timers/promises";
import Router from "@koa/router";
import type { Context, Middleware } from "koa";
import { z } from "zod";
import { readJson } from "./body";
import { shiftClock } from "./clock";
import { internalError, rateLimitExceeded } from "./errors";
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
  kind: z.enum(["rateLimit", "status", "drop", "dropAfter", "delayAfter"]),
  status: z.int().min(400).max(599).default(503),
  resetSeconds: z.int().min(0).default(2),
  delayMs: z.int().min(0).default(2000),
});
export type Fault = z.output<typeof fault>;

const limits = z.strictObject({
  latencyMs: z.int().min(0).default(0),
  requestsPerMinute: z.int().min(1).default(10_000),
});

/** The requests that Okta limits and that `GET /sandbox/calls` lists. */
const API_CALL = /^\/(api\/v1\/|\.well-known\/okta-organization|oauth2\/([^/]+\/)?v1\/(token|clients\/))/;

/** What tests see of the running org, and do to it, at `/sandbox/...`: no part of Okta, and gone with the process. */
export class Control {
  variants = variants.parse({});
  private calls: Call[] = [];
  private latencyMs = 0;
  private rateLimit = new RateLimit(limits.parse({}).requestsPerMinute);
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

  /** Answers the requests to `/sandbox/...`. */
  routes(): Middleware {
    const router = new Router();
    for (const [name, operation] of Object.entries(this.operations)) {
      const [method = "", path = ""] = name.split(" ");
      router.register(path, [method], async (ctx: Context) => {
        try {
          ctx.body = operation(await readJson(ctx));
        } catch (error) {
          const message = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
          ctx.status = 400;
          ctx.body = { error: `${name}: ${message}` };
        }
      });
    }
    router.all("/sandbox/{*path}", (ctx) => {
      const known = Object.keys(this.operations).join(", ");
      ctx.status = 404;
      ctx.body = { error: `No control operation ${ctx.method} ${ctx.url}: there are ${known}` };
    });
    return router.routes() as Middleware;
  }

  /** Notes each call, which takes as long as is set. */
  readonly observe: Middleware = async (ctx, next) => {
    if (API_CALL.test(ctx.path)) {
      const auth = ctx.get("authorization").split(" ")[0] || null;
      const call: Call = { phase: this.phase, method: ctx.method, path: ctx.url, auth, status: 0 };
      this.calls.push(call);
      ctx.res.once("close", () => (call.status = ctx.res.writableFinished ? ctx.res.statusCode : 0));
      if (this.latencyMs > 0) await setTimeout(this.latencyMs);
    }
    await next();
  };

  /** Stops what is over the limit, and what a fault is for. */
  readonly interfere: Middleware = async (ctx, next) => {
    const admitted = !API_CALL.test(ctx.path) || this.rateLimit.admit(ctx);
    const hit = this.takeFault(ctx);
    if (hit?.kind === "rateLimit") this.rateLimit.exhaust(ctx, hit.resetSeconds);
    if (hit?.kind === "status") throw internalError(hit.status);
    if (hit?.kind === "drop") return drop(ctx);
    if (hit?.kind === "rateLimit" || !admitted) throw rateLimitExceeded();
    await next();
    if (hit?.kind === "dropAfter") drop(ctx);
    if (hit?.kind === "delayAfter") await setTimeout(hit.delayMs);
  };

  /** The fault that hits a request, if one does; it is then used up by one. */
  private takeFault({ method, url }: Context): Fault | undefined {
    for (const candidate of this.faults) {
      if (candidate.times === 0) continue;
      if (candidate.method && candidate.method !== method) continue;
      if (!new RegExp(candidate.path).test(url)) continue;
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

/** Closes the connection where the answer would go out. */
function drop(ctx: Context): void {
  ctx.respond = false;
  ctx.req.socket.destroy();
}
