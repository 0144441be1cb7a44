import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "../../../sandbox/processes/child";
import { freePort } from "../../../sandbox/processes/port";
import { build } from "../../../sandbox/programs/goBuild";
import type { Program } from "../../../sandbox/programs/program";

const SERVER: Program = {
  name: "versitygw",
  folder: "../tests/e2e/fixtures/versitygw",
  package: "github.com/versity/versitygw/cmd/versitygw",
  module: "github.com/versity/versitygw",
  seconds: 120,
};

/** An empty bucket of an S3-compatible server in a process of its own. */
export interface Bucket {
  /** What makes it Pulumi's state backend. */
  env: Record<string, string>;
  /** The content of every object. */
  objects(): string[];
  /** Ends the server, and removes the bucket. */
  stop(): Promise<void>;
}

/** Starts the server, which is built from its Go module the first time. */
export async function startBucket(): Promise<Bucket> {
  const server = await build(SERVER);
  const folder = mkdtempSync(join(tmpdir(), "s3-"));
  const [data, metadata] = [join(folder, "data"), join(folder, "metadata")];
  for (const path of [join(data, "state"), metadata]) mkdirSync(path, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const [key, secret] = ["team", randomBytes(16).toString("hex")];

  // Metadata in a folder: not every file system has extended attributes.
  const child = new Child({
    name: `the S3 server at ${address}`,
    file: server,
    args: ["--quiet", "--port", address, "posix", "--sidecar", metadata, data],
    env: { ROOT_ACCESS_KEY_ID: key, ROOT_SECRET_ACCESS_KEY: secret },
    folder,
    keepLog: true,
    // Without credentials it refuses, and so is there.
    isReady: async () => (await fetch(`http://${address}/`)).status === 403,
  });
  await child.ready();
  return {
    env: {
      PULUMI_BACKEND_URL: `s3://state?endpoint=http://${address}&s3ForcePathStyle=true&region=us-east-1`,
      AWS_ACCESS_KEY_ID: key,
      AWS_SECRET_ACCESS_KEY: secret,
    },
    objects: () =>
      readdirSync(data, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")),
    async stop() {
      await child.stop();
    },
  };
}
