import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { freePort } from "../../../sandbox/processes/port";

const RANGE = "/proc/sys/net/ipv4/ip_local_port_range";

let server: Server;
beforeEach(async () => {
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => server.close());

describe("freePort", () => {
  it("gives the first that is free of those that are preferred", async () => {
    const taken = (server.address() as AddressInfo).port;
    const free = await freePort();
    expect(await freePort(undefined, taken, free)).toBe(free);
    expect(await freePort(taken)).not.toBe(taken);
  });

  (existsSync(RANGE) ? it : it.skip)("gives none that this system gives to an outgoing connection", async () => {
    const [first = "", last = ""] = readFileSync(RANGE, "utf8").trim().split(/\s+/);
    const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
    expect(ports.filter((port) => port >= Number(first) && port <= Number(last))).toEqual([]);
  });
});
