import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Context } from "../../../sandbox/plugins/contract";
import { Connection } from "../../../sandbox/plugins/okta/connection";
import { readConfig, type ProviderConfig } from "../../../sandbox/plugins/okta/config";

const CREDENTIALS = { OKTA_ORG_NAME: "acme", OKTA_API_TOKEN: "t0ken" };

/** An Okta org that a test answers for; it notes what it was asked. */
export class FakeOrg {
  readonly calls: string[] = [];
  readonly logged: string[] = [];
  readonly context = {
    urn: "urn:x",
    preview: false,
    signal: new AbortController().signal,
    log: (_severity: string, message: string) => void this.logged.push(message),
  } as Context;
  /** Where it listens, or did. */
  address = "";
  private readonly server: Server;

  private constructor(answer: RequestListener) {
    this.server = createServer((request, response) => {
      this.calls.push(`${request.method} ${request.url}`);
      answer(request, response);
    });
  }

  static async listen(answer: RequestListener): Promise<FakeOrg> {
    const org = new FakeOrg(answer);
    await new Promise<void>((resolve) => org.server.listen(0, "127.0.0.1", resolve));
    org.address = `http://127.0.0.1:${(org.server.address() as AddressInfo).port}`;
    return org;
  }

  /** A connection to it, without the genuine provider's patience. */
  connection(config: Partial<ProviderConfig> = {}, environment: Record<string, string> = CREDENTIALS): Connection {
    const read = readConfig({ maxRetries: "2" }, { OKTA_HTTP_PROXY: this.address, ...environment });
    return new Connection({ ...read, patience: 0, ...config });
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** Answers that come one after the other, whatever is asked; then the connection is closed without one. */
export function answersInTurn(answers: RequestListener[]): RequestListener {
  return (request, response) => (answers.shift() ?? hangUp)(request, response);
}

export const hangUp: RequestListener = (request) => void request.resume().on("end", () => request.socket.end());

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
