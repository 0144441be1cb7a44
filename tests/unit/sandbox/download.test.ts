import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checksumOf, download, DownloadFailed } from "../../../sandbox/programs/download";
import { Mirror } from "./mirror";

const KUBECTL = "/v1.0.0/bin/linux/amd64/kubectl";
const PROXY_PAGE = "<!DOCTYPE html><html><body>Access to this site is blocked by your company.</body></html>";
const content = Buffer.from("#!/bin/sh\necho kubectl\n");
const folder = mkdtempSync(join(tmpdir(), "download-"));
const into = join(folder, "kubectl");

let mirror: Mirror;
beforeEach(async () => (mirror = await Mirror.start()));
afterEach(async () => {
  await mirror.stop();
  for (const file of readdirSync(folder)) rmSync(join(folder, file));
});
afterAll(() => rmSync(folder, { recursive: true }));

const get = (options: Parameters<typeof download>[2] = {}) =>
  download({ url: mirror.url + KUBECTL, checksumsUrl: `${mirror.url}${KUBECTL}.sha256` }, into, options);

it("downloads a file that has the published checksum", async () => {
  mirror.publish(KUBECTL, content);
  await get();
  expect(readFileSync(into)).toEqual(content);
  expect(readdirSync(folder)).toEqual(["kubectl"]);
});

it("does not give up a download that is slow, but goes on", async () => {
  mirror.publish(KUBECTL, content);
  mirror.serve(KUBECTL, (_, response) => {
    const send = (from: number) => {
      if (from >= content.length) return response.end();
      response.write(content.subarray(from, from + 5));
      setTimeout(() => send(from + 5), 100);
    };
    send(0);
  });
  await get({ pause: 0.5 });
  expect(readFileSync(into)).toEqual(content);
});

describe("a download that fails", () => {
  it.each<[string, (mirror: Mirror) => void, RegExp]>([
    [
      "breaks off",
      (mirror) => mirror.breakOff(KUBECTL),
      /kubectl could not be downloaded: (other side closed|terminated)/,
    ],
    ["stops half-way", (mirror) => mirror.breakOff(KUBECTL, () => undefined), /nothing came for 0\.3 s/],
    [
      "is shorter than it was",
      (mirror) => mirror.serve(KUBECTL, content.subarray(1)),
      /is not what was published: its SHA-256 is \w{64}, not \w{64}/,
    ],
    [
      "is a proxy's error page",
      (mirror) => mirror.serve(KUBECTL, PROXY_PAGE),
      /is not what was published: its SHA-256 is \w{64}, not \w{64}/,
    ],
    [
      "has a proxy's error page for its checksum",
      (mirror) => mirror.serve(`${KUBECTL}.sha256`, PROXY_PAGE),
      /kubectl\.sha256 has no SHA-256 checksum of kubectl/,
    ],
    [
      "is not there",
      (mirror) => mirror.serve(KUBECTL, (_, response) => response.writeHead(404).end()),
      /it answered 404 Not Found/,
    ],
    ["is never answered", (mirror) => mirror.serve(`${KUBECTL}.sha256`, () => undefined), /nothing came for 0\.3 s/],
  ])("leaves no file when it %s, and says why in one line", async (_, misbehave, reason) => {
    mirror.publish(KUBECTL, content);
    misbehave(mirror);
    const error: unknown = await get({ answer: 0.3, pause: 0.3 }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(DownloadFailed);
    expect((error as Error).message).toMatch(reason);
    expect((error as Error).message).toMatch(/^http:.*$/);
    expect(existsSync(into)).toBe(false);
  });

  it("says so when nothing listens", async () => {
    const { url } = mirror;
    await mirror.stop();
    mirror = await Mirror.start();
    await expect(download({ url, checksumsUrl: `${url}/sums` }, into)).rejects.toThrow(
      /sums could not be downloaded: connect ECONNREFUSED/,
    );
  });
});

it("ends at once when it is interrupted, without a file", async () => {
  const interruption = new AbortController();
  mirror.publish(KUBECTL, content);
  mirror.breakOff(KUBECTL, () => interruption.abort(new Error("interrupted by SIGINT")));
  await expect(get({ signal: interruption.signal })).rejects.toThrow("interrupted by SIGINT");
  expect(existsSync(into)).toBe(false);
});

it("goes through the proxy of HTTP_PROXY, but not to what NO_PROXY has", async () => {
  const tunnels: string[] = [];
  const proxy = createServer().on("connect", (request, client) => {
    tunnels.push(request.url!);
    const [host, port] = request.url!.split(":");
    const server = connect(Number(port), host, () => client.write("HTTP/1.1 200 Connection Established\r\n\r\n"));
    server.pipe(client).pipe(server);
    for (const socket of [client, server]) socket.on("error", () => (client.destroy(), server.destroy()));
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const previous = { ...process.env };
  try {
    Object.assign(process.env, {
      HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      NO_PROXY: "",
    });
    mirror.publish(KUBECTL, content);
    await get();
    expect(tunnels).toContain(new URL(mirror.url).host);
    tunnels.length = 0;
    process.env.NO_PROXY = "127.0.0.1";
    await get();
    expect(tunnels).toEqual([]);
  } finally {
    process.env = previous;
    proxy.close();
  }
});

describe("checksumOf", () => {
  const digest = "a".repeat(64);
  it.each([
    ["a checksum alone", digest],
    ["a checksum alone, on a line", `${digest}\n`],
    ["a list", `${"b".repeat(64)}  other\n${digest}  etcd.tar.gz\n`],
    ["a list of binary files", `${digest} *etcd.tar.gz`],
    ["a list of a folder's files, with the line ends of Windows", `${digest.toUpperCase()}  ./etcd.tar.gz\r\n`],
  ])("finds it in %s", (_, text) => {
    expect(checksumOf("etcd.tar.gz", "http://mirror/SHA256SUMS", text)).toBe(digest);
  });

  it.each([
    ["another file's", `${digest}  other.tar.gz`],
    ["one of another length", `${digest}00  etcd.tar.gz`],
    ["none", ""],
  ])("does not take %s", (_, text) => {
    expect(() => checksumOf("etcd.tar.gz", "http://mirror/SHA256SUMS", text)).toThrow(
      "http://mirror/SHA256SUMS has no SHA-256 checksum of etcd.tar.gz",
    );
  });
});
