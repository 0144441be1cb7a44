import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Addresses } from "./addresses";
import { Control, type Fault } from "./control";
import { internalError, type OktaError, rateLimitExceeded } from "./errors";
import { managementApi } from "./management/api";
import { oauthSide } from "./oauth";
import { seed } from "./seed";
import { newId, Store } from "./store";

export interface Options {
  /** The port on 127.0.0.1; 0 takes a free one. */
  port: number;
  /** A Unix socket to serve on as well, for clients in another network namespace; its folder is made when it is missing. */
  socket?: string;
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
export async function startServer({ port, socket, stateDir, orgUrl }: Options): Promise<LocalOkta> {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const store = new Store(join(stateDir, "okta.mdb"));
  seed(store, join(stateDir, "credentials.json"));
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const control = new Control();
  const addresses = new Addresses(store, url, orgUrl);
  const oauth = oauthSide(store, addresses);
  const org = { store, url, addresses, variants: () => control.variants };
  const management = managementApi(org, (bearer) => oauth.verifyApiToken(bearer));

  server.on("request", handle);
  const servers = [server];
  if (socket !== undefined) {
    const local = createServer(handle).listen(emptyPlace(socket));
    await once(local, "listening");
    // Whoever may enter the folder may connect: in a pod that is another user.
    chmodSync(socket, 0o666);
    servers.push(local);
  }

  return {
    url,
    stop: async () => {
      for (const each of servers) {
        each.close();
        each.closeAllConnections();
      }
      await store.close();
    },
  };

  function handle(request: IncomingMessage, response: ServerResponse): void {
    request.url = originForm(request.url!);
    const path = request.url.split("?", 1)[0]!;
    if (control.accepts(path)) void control.handle(request, response);
    else void answer(request, response, path);
  }

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

/** A path to listen on: a process that was killed leaves its socket behind. */
function emptyPlace(socket: string): string {
  const folder = dirname(socket);
  if (mkdirSync(folder, { recursive: true })) chmodSync(folder, 0o755);
  rmSync(socket, { force: true });
  return socket;
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
