import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server with the layout of the projects' releases, which can be told to misbehave. */
export class Mirror {
  /** The paths that were asked for, in order. */
  readonly asked: string[] = [];
  private readonly files = new Map<string, Answer>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Mirror> {
    const server = createServer();
    const mirror = new Mirror(server);
    server.on("request", (request, response) => {
      mirror.asked.push(request.url!);
      (mirror.files.get(request.url!) ?? notFound)(request, response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return mirror;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What leads the sandbox here, for all projects. */
  get env(): Record<string, string> {
    const variables = ["SANDBOX_PULUMI_RELEASES", "SANDBOX_ETCD_RELEASES", "SANDBOX_KUBERNETES_RELEASES"];
    return Object.fromEntries(variables.map((variable) => [variable, this.url]));
  }

  /** Publishes a file, or has its path answered in another way. */
  serve(path: string, answer: string | Buffer | Answer): void {
    this.files.set(path, typeof answer === "function" ? answer : (_, response) => void response.end(answer));
  }

  /** Publishes a file with its SHA-256, in a list, or alone in a file that has one more extension. */
  publish(path: string, content: Buffer, checksums = `${path}.sha256`): void {
    this.serve(path, content);
    this.serveChecksum(path, createHash("sha256").update(content).digest("hex"), checksums);
  }

  /** Publishes a file of this machine, which need not fit into memory. */
  async publishFile(path: string, file: string, checksums = `${path}.sha256`): Promise<void> {
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    this.serve(path, (_, response) => void createReadStream(file).pipe(response));
    this.serveChecksum(path, hash.digest("hex"), checksums);
  }

  private serveChecksum(path: string, digest: string, checksums: string): void {
    const list = [`${"0".repeat(64)}  another.tar.gz`, `${digest}  ${basename(path)}`, ""].join("\n");
    this.serve(checksums, checksums.startsWith(path) ? digest : list);
  }

  /** Waits until a file is asked for, and returns what has it answered then. */
  held(path: string): Promise<() => void> {
    const answer = this.files.get(path)!;
    return new Promise((resolve) => this.serve(path, (request, response) => resolve(() => answer(request, response))));
  }

  /** Has a file begin, and then happen what `then` does with the connection. */
  breakOff(path: string, then: (response: ServerResponse) => void = (response) => response.destroy()): void {
    this.serve(path, (_, response) => {
      response.writeHead(200, { "content-length": 1_000_000 });
      response.write("#!/bin/sh\n", () => then(response));
    });
  }

  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

const notFound: Answer = (_, response) => void response.writeHead(404).end("not here");
