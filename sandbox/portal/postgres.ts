import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "../processes/child";
import { exec } from "../processes/exec";

/** A PostgreSQL, with data that go when it ends. */
export interface Postgres {
  process: Child;
  /** The folder of its Unix socket. */
  folder: string;
}

/** @param portal the folder of a built portal */
export async function startPostgres(portal: string): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), "portal-"));
  const node = { file: process.execPath, cwd: portal };
  const isReady = async () => {
    await exec(node.file, ["database/ready.js", folder], { cwd: portal });
    return true;
  };
  return { folder, process: new Child({ name: "PostgreSQL", ...node, args: ["database", folder], folder, isReady }) };
}
