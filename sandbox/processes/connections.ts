import type { Socket } from "node:net";

/** How long nothing passes over a connection that is between two requests. */
const QUIET_MS = 100;

interface Connection {
  target: string;
  /** Whether the client was the last to send something. */
  isWaiting: boolean;
}

/** Connections of clients that are passed on, each to a target such as a pod. */
export class Connections {
  private readonly connections = new Map<Socket, Connection>();

  /** Passes on what the client and the target's end of a connection send, until one of them is gone. */
  join(client: Socket, server: Socket, target: string): void {
    const connection = { target, isWaiting: false };
    this.connections.set(client, connection);
    client.on("data", () => (connection.isWaiting = true));
    server.on("data", () => (connection.isWaiting = false));
    client.on("error", () => client.destroy());
    server.on("error", () => client.destroy());
    client.once("close", () => {
      this.connections.delete(client);
      server.destroy();
    });
    client.pipe(server).pipe(client);
  }

  /**
   * Closes those to targets that are about to end, each when its request has been answered. A browser keeps a connection
   * open for its next request, which such a target would refuse.
   */
  leave(isEnding: (target: string) => boolean): void {
    for (const [client, connection] of this.connections) {
      if (!isEnding(connection.target) || client.timeout) continue;
      client.setTimeout(QUIET_MS).on("timeout", () => connection.isWaiting || client.destroy());
    }
  }
}

/** Answers a client that there is nothing yet to pass it on to, and closes its connection. */
export function refuse(client: Socket, reason: string): void {
  const body = `${reason}\n`;
  const head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nConnection: close\r\n";
  client.on("error", () => client.destroy());
  client.resume().end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
