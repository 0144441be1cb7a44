import { InvalidArgumentError } from "commander";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";

/**
 * Where free ports are looked for: below those that a system gives to outgoing connections (on Linux from 32768, on macOS
 * from 49152). One of those could get the port before the server that it is for listens on it.
 */
const FREE = [20_000, 30_000] as const;
const ATTEMPTS = 50;

/** A port on 127.0.0.1 on which nothing listens: the first free one of those given, else any. */
export async function freePort(...preferred: (number | undefined)[]): Promise<number> {
  const others = Array.from({ length: ATTEMPTS }, () => randomInt(...FREE));
  for (const port of [...preferred, ...others]) if (port !== undefined && (await isFree(port))) return port;
  throw new Error(`No free port was found on 127.0.0.1 from ${FREE[0]} to ${FREE[1]}.`);
}

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

export function portArgument(value: string): number {
  if (!/^\d+$/.test(value) || Number(value) > 65_535)
    throw new InvalidArgumentError("It must be a number up to 65535.");
  return Number(value);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    const listening = once(server, "listening");
    server.listen(port, "127.0.0.1");
    await listening;
    return true;
  } catch (error) {
    if (["EADDRINUSE", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  } finally {
    server.close();
  }
}
