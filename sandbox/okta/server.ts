import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import Koa, { type Middleware } from "koa";
import { OrgAddresses } from "./addresses";
import { Control } from "./control";
import { internalError, methodNotAllowed, OktaError, pathNotFound } from "./errors";
import { managementApi } from "./management/api";
import { oauthSide } from "./oauth";
import { seed } from "./seed";
import { newId, openStore, type Store } from "./store";

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

/** Starts a local Okta; on an empty state folder it makes the org first. */
export async function startServer({ port, socket, stateDir, orgUrl }: Options): Promise<LocalOkta> {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const store = openStore(join(stateDir, "okta.mdb"));
  seed(store, join(stateDir, "credentials.json"));
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const addresses = new OrgAddresses(store, url, orgUrl);
  const handle = application(store, addresses).callback();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    normalize(request, addresses);
    void handle(request, response);
  };
  server.on("request", answer);

  const servers = [server];
  if (socket !== undefined) {
    const local = createServer(answer).listen(emptyPlace(socket));
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
}

/** Puts the parts of the local Okta into the order in which a request meets them. */
function application(store: Store, addresses: OrgAddresses): Koa {
  const control = new Control();
  const oauth = oauthSide(store, addresses);
  const org = { store, url: addresses.url, addresses, variants: () => control.variants };
  const management = managementApi(org, oauth.verifyApiToken);

  return new Koa()
    .use(control.routes())
    .use((ctx, next) => {
      ctx.set("X-Okta-Request-Id", newId(""));
      return next();
    })
    .use(control.observe)
    .use(answerErrors)
    .use(control.interfere)
    .use(management.routes() as Middleware)
    .use(management.allowedMethods({ throw: true, methodNotAllowed, notImplemented: methodNotAllowed }) as Middleware)
    .use(oauth.routes);
}

/**
 * A client with a proxy sends its target in absolute form (RFC 9112, section 3.2.2), some with the port left out, and the
 * proxy's idea of a host: what counts is the path, and which of the org's addresses the host is.
 */
function normalize(request: IncomingMessage, addresses: OrgAddresses): void {
  const target = request.url!;
  if (!target.startsWith("/") && URL.canParse(target)) {
    const { pathname, search } = new URL(target);
    request.url = pathname + search;
  }
  request.headers.host = new URL(addresses.askedBy(request.headers.host)).host;
}

/** Answers what the later parts throw, as Okta does. */
const answerErrors: Middleware = async (ctx, next) => {
  try {
    await next();
    if (ctx.status === 404 && ctx.body === undefined) throw pathNotFound();
  } catch (error) {
    if (!(error instanceof OktaError)) console.error(error);
    const known = error instanceof OktaError ? error : internalError();
    ctx.status = known.status;
    ctx.body = known;
  }
};

/** A path to listen on: a process that was killed leaves its socket behind. */
function emptyPlace(socket: string): string {
  const folder = dirname(socket);
  if (mkdirSync(folder, { recursive: true })) chmodSync(folder, 0o755);
  rmSync(socket, { force: true });
  return socket;
}
