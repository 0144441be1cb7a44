import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Credentials, seed } from "../../../sandbox/okta/seed";
import { openStore, type Store } from "../../../sandbox/okta/store";
import { Child } from "../../../sandbox/processes/child";

const MAIN = resolve(__dirname, "../../../sandbox/okta/main.ts");
const START_SECONDS = 20;

export interface Answer<Body> {
  status: number;
  headers: Headers;
  /** The parsed JSON, or undefined when the answer has no body. */
  body: Body;
}

/** A local Okta in a process of its own, with a state folder of its own. */
export interface LocalOktaProcess {
  url: string;
  /** The Unix socket on which it serves as well. */
  socket: string;
  credentials: Credentials;
  /** Calls the management API by the SSWS token, or the control API. `path` begins with a slash. */
  api<Body = { id: string } & Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer<Body>>;
  /** Adds a custom domain to the org, and has it verified. @returns its origin, which leads here for `localhost` alone */
  addDomain(domain: string): Promise<string>;
  /** Ends it as an operator would, and removes its state. */
  stop(): Promise<void>;
  /** Kills it without warning (`kill -9`). */
  kill(): Promise<void>;
  /** Kills it, if it runs, and starts it again on the same port and state. */
  restart(): Promise<void>;
}

/**
 * Starts a local Okta with an empty state.
 *
 * @param fill puts more into it before it starts, where that would take too many calls
 * @throws Error with what the process wrote, when it does not serve within 20 s
 */
export async function startLocalOkta(fill?: (store: Store) => void): Promise<LocalOktaProcess> {
  const state = await mkdtemp(join(tmpdir(), "local-okta-"));
  if (fill) await fillStore(state, fill);
  let { child, url } = await launch(state, "0");
  const credentials = JSON.parse(await readFile(join(state, "credentials.json"), "utf8")) as Credentials;

  const okta: LocalOktaProcess = {
    url,
    socket: socketIn(state),
    credentials,
    async api<Body>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
      const response = await fetch(url + path, {
        method,
        headers: { Authorization: `SSWS ${credentials.apiToken}`, "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await response.text();
      const { status, headers } = response;
      return { status, headers, body: (text === "" ? undefined : JSON.parse(text)) as Body };
    },
    async addDomain(domain) {
      const { body } = await okta.api("POST", "/api/v1/domains", { domain, certificateSourceType: "OKTA_MANAGED" });
      await okta.api("POST", `/api/v1/domains/${body.id}/verify`);
      return `http://${domain}:${new URL(url).port}`;
    },
    async stop() {
      const code = await child.stop();
      if (code !== 0) throw new Error(`The local Okta exited with code ${code} on SIGTERM`);
      await rm(state, { recursive: true });
    },
    async kill() {
      await child.stop("SIGKILL");
    },
    async restart() {
      await child.stop("SIGKILL");
      ({ child, url } = await launch(state, new URL(url).port));
    },
  };
  return okta;
}

async function fillStore(state: string, fill: (store: Store) => void): Promise<void> {
  const store = openStore(join(state, "okta.mdb"));
  seed(store, join(state, "credentials.json"));
  store.transaction(() => fill(store));
  await store.close();
}

const socketIn = (state: string) => join(state, "socket", "okta.sock");

async function launch(state: string, port: string): Promise<{ child: Child; url: string }> {
  const options = ["--port", port, "--socket", socketIn(state), "--state", state];
  const addressIn = (log: string) => /local Okta at (\S+)/.exec(log)?.[1];
  const child = new Child({
    name: "the local Okta",
    file: process.execPath,
    args: ["-r", "ts-node/register", MAIN, ...options],
    keepLog: true,
    isReady: (log) => addressIn(log) !== undefined,
  });
  await child.ready({ seconds: START_SECONDS });
  return { child, url: addressIn(child.log)! };
}
