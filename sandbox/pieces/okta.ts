import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { committedAddresses } from "../engine/config";
import type { Credentials } from "../okta/seed";
import { freePort } from "../processes/port";
import type { EnvironmentOptions, Piece, StartContext } from "./piece";
import { CHECKOUT, State } from "./state";

/** The local Okta's own address; it is the issuer of its org authorization server too. */
export function oktaUrl(state: State): string {
  return `http://127.0.0.1:${state.remembered.oktaPort}`;
}

/** The local Okta's Unix socket, for pods, in a folder that they can mount. */
export const oktaSocket = (state: State) => state.path("okta-socket", "okta.sock");

export const okta: Piece = {
  name: "the local Okta",
  daemons: () => ["okta"],
  start,
  addresses: (state) => ({ okta: state.remembered.oktaPort ? { url: oktaUrl(state) } : undefined }),
  environment,
};

async function start({ state, daemons, signal }: StartContext): Promise<string> {
  if (!daemons.isRunning("okta")) {
    // The address in the committed Pulumi.local.yaml is the one of the checkout's own sandbox.
    const committed = state.folder === State.default ? Number(new URL(committedAddresses().oktaUrl).port) : undefined;
    state.remember({ oktaPort: await freePort(state.remembered.oktaPort, committed) });
  }
  const script = join(CHECKOUT, "sandbox", "okta", "main.ts");
  const port = String(state.remembered.oktaPort);
  const options = ["--port", port, "--socket", shortest(oktaSocket(state)), "--state", state.path("okta")];
  const args = ["-r", "ts-node/register", script, ...options];
  await daemons.start({ name: "okta", file: process.execPath, args, cwd: CHECKOUT });
  const url = oktaUrl(state);
  const answers = async () => (await fetch(`${url}/.well-known/okta-organization`, { signal })).ok;
  await daemons.ready(["okta"], answers, { seconds: 60, signal });
  return `Okta: ${url}`;
}

/** A socket's path has at most 107 bytes, and from the checkout it may have fewer. */
function shortest(path: string): string {
  const fromCheckout = relative(CHECKOUT, path);
  return fromCheckout.length < path.length ? fromCheckout : path;
}

function environment(state: State, { oauth2 = false }: EnvironmentOptions) {
  const credentials = JSON.parse(readFileSync(state.path("okta", "credentials.json"), "utf8")) as Credentials;
  return {
    OKTA_ORG_NAME: "sandbox",
    OKTA_BASE_URL: "okta.localhost",
    OKTA_HTTP_PROXY: oktaUrl(state),
    OKTA_ACCESS_TOKEN: undefined,
    OKTA_API_TOKEN: oauth2 ? undefined : credentials.apiToken,
    OKTA_API_CLIENT_ID: oauth2 ? credentials.clientId : undefined,
    OKTA_API_PRIVATE_KEY: oauth2 ? credentials.privateKey : undefined,
    OKTA_API_PRIVATE_KEY_ID: oauth2 ? credentials.privateKeyId : undefined,
    OKTA_API_SCOPES: oauth2 ? credentials.scopes.join(",") : undefined,
  };
}
