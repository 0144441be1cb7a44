import { InvalidArgumentError } from "commander";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";

/** A port on 127.0.0.1 on which nothing listens: the first free one of those given, else any. */
export async function freePort(...preferred: (number | undefined)[]): Promise<number> {
  for (const port of preferred) if (port !== undefined && (await listen(port)) !== undefined) return port;
  return (await listen(0)) as number;
}

/** Whether something listens on a port of 127.0.0.1. */
export async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Reads a port from the command line. */
export function portArgument(value: string): number {
  if (!/^\d+$/.test(value) || Number(value) > 65_535)
    throw new InvalidArgumentError("It must be a number up to 65535.");
  return Number(value);
}

async function listen(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    const listening = once(server, "listening");
    server.listen(port, "127.0.0.1");
    await listening;
    return (server.address() as AddressInfo).port;
  } catch (error) {
    if (port !== 0 && ["EADDRINUSE", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  } finally {
    server.close();
  }
}
