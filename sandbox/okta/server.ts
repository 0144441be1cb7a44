import { mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Control, type Fault } from "./control";
import { internalError, type OktaError, rateLimitExceeded } from "./errors";
import { managementApi } from "./management/api";
import { oauthSide } from "./oauth";
import { seed } from "./seed";
import { newId, Store } from "./store";

export interface Options {
  /** The port on 127.0.0.1; 0 takes a free one. */
  port: number;
  /** The folder that keeps the org's data and the credentials for it; made when it is missing. */
  stateDir: string;
  /** The address that clients with a proxy in between believe to talk to. */
  orgUrl: string;
}

export interface LocalOkta {
  /** Where it serves, without a trailing slash. */
  url: string;
  stop(): Promise<void>;
}

/** The requests that Okta limits and that `GET /sandbox/calls` lists. */
const API_CALL = /^\/(api\/v1\/|\.well-known\/okta-organization|oauth2\/([^/]+\/)?v1\/token)/;

/** Starts a local Okta; on an empty state folder it makes the org first. */
export async function startServer({ port, stateDir, orgUrl }: Options): Promise<LocalOkta> {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const store = new Store(join(stateDir, "okta.mdb"));
  seed(store, join(stateDir, "credentials.json"));
  const server = createServer();
  await listen(server, port);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const control = new Control();
  const oauth = oauthSide(store, { url, orgUrl });
  const org = { store, url, customUrl: url.replace("127.0.0.1", "localhost") };
  const management = managementApi(org, (bearer) => oauth.verifyApiToken(bearer));

  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    request.url = originForm(request.url!);
    const path = request.url.split("?", 1)[0]!;
    if (control.accepts(path)) void control.handle(request, response);
    else void answer(request, response, path);
  });

  return {
    url,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await store.close();
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    response.setHeader("X-Okta-Request-Id", newId(""));
    let admitted = true;
    if (API_CALL.test(path)) {
      const call = control.begin(request);
      response.once("close", () => (call.status = response.writableFinished ? response.statusCode : 0));
      if (control.latencyMs > 0) await setTimeout(control.latencyMs);
      admitted = control.rateLimit.admit(path, response);
    }
    const fault = control.takeFault(request);
    if (fault && fault.kind !== "dropAfter") strike(fault, request, response);
    else if (!admitted) refuse(response, rateLimitExceeded());
    else {
      if (fault) dropAnswer(response);
      if (oauth.accepts(path)) oauth.handle(request, response);
      else await management.handle(request, response);
    }
  }

  function strike({ kind, status, resetSeconds }: Fault, request: IncomingMessage, response: ServerResponse): void {
    if (kind === "drop") {
      request.socket.destroy();
      return;
    }
    if (kind === "rateLimit") control.rateLimit.exhaust(response, resetSeconds);
    refuse(response, kind === "rateLimit" ? rateLimitExceeded() : internalError(status));
  }
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

/**
 * A client with a proxy sends its target in absolute form (RFC 9112, section 3.2.2), some with the port left out: what
 * counts is the path.
 */
function originForm(target: string): string {
  if (target.startsWith("/") || !URL.canParse(target)) return target;
  const { pathname, search } = new URL(target);
  return pathname + search;
}

function refuse(response: ServerResponse, error: OktaError): void {
  response.writeHead(error.status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(error));
}

/** Lets a request do its work, and closes the connection where the answer would go out. */
function dropAnswer(response: ServerResponse): void {
  response.write = () => true;
  response.end = () => {
    response.socket?.destroy();
    return response;
  };
}
