import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { Child } from "../../../sandbox/processes/child";
import { freePort } from "../../../sandbox/processes/port";
import { cacheFolder } from "../../../sandbox/programs/cache";
import manifest from "../../../backstage/auth/package.json";
import type { LocalOktaProcess } from "./localOkta";
import { groupId } from "./oidcApp";
import { type Cookies, request, signIn } from "./signIn";

const PROGRAM = resolve(__dirname, "backstageBackend.ts");
const START_SECONDS = 240;
const EMPTY_DATABASE = join(cacheFolder(), `pglite-${manifest.devDependencies["@electric-sql/pglite"]}.tar`);

/** What Backstage hands to the window that opened the sign-in. */
export interface SignInAnswer {
  response?: { profile: { email?: string; displayName?: string }; backstageIdentity: { token: string } };
  error?: { name: string; message: string };
}

export interface BackstageOptions {
  /** Environment variables for it, beside those of the test run. */
  env?: Record<string, string>;
  /** Which module signs people in: this project's, or Backstage's own for Okta. @default pkce */
  module?: "pkce" | "stock";
  /** The program to run. @default the backend of these tests, from its source */
  program?: string;
  /** What it has in app-config beside `auth` and its own address. */
  config?: { backend?: object } & Record<string, unknown>;
}

/** What a browser does at a Backstage, by plain requests. */
export class BackstageClient {
  constructor(readonly url: string) {}

  /** Begins a sign-in as the portal's page does, in the browser that has these cookies. */
  start(environment: string, cookies: Cookies, parameters: Record<string, string> = {}): Promise<Response> {
    const query = new URLSearchParams({
      env: environment,
      scope: "openid profile email",
      origin: this.url,
      ...parameters,
    });
    return request(new URL(`${this.url}/api/auth/okta/start?${query}`), cookies);
  }

  /** Signs a seeded user in to Okta. Gives the address at which the browser comes back to Backstage. */
  async callback(
    name: string,
    environment: string,
    cookies: Cookies,
    changes: Record<string, string> = {},
  ): Promise<URL> {
    const started = await this.start(environment, cookies);
    const location = started.headers.get("location");
    if (location === null) throw new Error(`Sign-in did not start: ${started.status} ${await started.text()}`);
    const authorizeUrl = new URL(location);
    for (const [parameter, value] of Object.entries(changes)) authorizeUrl.searchParams.set(parameter, value);
    return signIn(authorizeUrl, `${name}@example.com`, `${name}-password`);
  }

  /** Follows the way back, and reads what Backstage hands to the window that opened the sign-in. */
  async finish(callback: URL, cookies: Cookies): Promise<SignInAnswer> {
    const page = await (await request(callback, cookies)).text();
    const [, answer] = /authResponse = decodeURIComponent\('(.*?)'\)/.exec(page) ?? [];
    if (answer === undefined) throw new Error(`Backstage answered: ${page}`);
    return JSON.parse(decodeURIComponent(answer)) as SignInAnswer;
  }

  /** A whole sign-in of a seeded user. */
  async signIn(name: string, environment: string, cookies: Cookies = new Map()): Promise<SignInAnswer> {
    return this.finish(await this.callback(name, environment, cookies), cookies);
  }

  /** Calls `refresh` or `logout` as the portal's page does. */
  async session(action: "refresh" | "logout", environment: string, cookies: Cookies) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetchAsBrowsersDo(`${this.url}/api/auth/okta/${action}?env=${environment}`, {
      method: "POST",
      headers: { cookie, "X-Requested-With": "XMLHttpRequest", origin: this.url },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const text = await answer.text();
    return { status: answer.status, body: (text === "" ? {} : JSON.parse(text)) as Record<string, never> };
  }

  /** The entities through which the holder of a Backstage token owns things. */
  async ownership(token: string): Promise<string[]> {
    const answer = await fetch(`${this.url}/api/auth/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    return ((await answer.json()) as { claims: { ent: string[] } }).claims.ent;
  }
}

/** Sends a request again when the connection, which had been kept from an earlier one, is closed before the answer. */
async function fetchAsBrowsersDo(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, init).catch((error: TypeError) => {
    const { code } = (error.cause ?? {}) as { code?: string };
    if (code !== "UND_ERR_SOCKET" && code !== "ECONNRESET") throw error;
    return fetch(url, init);
  });
}

/** A Backstage backend in a process of its own. */
export class Backstage extends BackstageClient {
  private constructor(
    url: string,
    private readonly child: Child,
  ) {
    super(url);
  }

  /** The redirect URI of a Backstage at this URL. */
  static redirectUri(url: string): string {
    return `${url}/api/auth/okta/handler/frame`;
  }

  /** An address on which a Backstage can be started. */
  static async freeUrl(): Promise<string> {
    return `http://127.0.0.1:${await freePort()}`;
  }

  /**
   * Starts it, and waits until it is ready.
   *
   * @param auth the part of app-config under `auth`
   * @throws Error with what the process wrote, when it does not start
   */
  static async start(
    url: string,
    auth: unknown,
    { env = {}, module = "pkce", program = PROGRAM, config: { backend, ...config } = {} }: BackstageOptions = {},
  ): Promise<Backstage> {
    const folder = await mkdtemp(join(tmpdir(), "backstage-"));
    const file = join(folder, "app-config.yaml");
    const { hostname: host, port } = new URL(url);
    const own = { app: { baseUrl: url }, backend: { baseUrl: url, listen: { host, port }, ...backend }, auth };
    await writeFile(file, stringify({ ...own, ...config }));
    const child = new Child({
      name: `Backstage at ${url}`,
      file: process.execPath,
      args: [
        // WebAssembly is compiled quickly that way: the database in it has too little to do for anything better.
        "--liftoff-only",
        ...(program.endsWith(".ts") ? ["-r", "ts-node/register"] : []),
        ...[program, "--config", file],
      ],
      env: { NODE_ENV: "production", OKTA_MODULE: module, EMPTY_DATABASE, ...env },
      folder,
      keepLog: true,
      isReady: async () => (await fetch(`${url}/.backstage/health/v1/readiness`)).ok,
    });
    const backstage = new Backstage(url, child);
    try {
      await child.ready({ seconds: START_SECONDS });
    } catch (error) {
      await backstage.stop();
      throw error;
    }
    return backstage;
  }

  async stop(): Promise<void> {
    await this.child.stop();
  }
}

/**
 * Makes the app of a Backstage in a local Okta, which requires PKCE and is assigned to the group backstage-users.
 *
 * @param leeway seconds in which a rotated refresh token still works
 * @returns its credentials, in the words of Backstage's config
 */
export async function makeApp(
  okta: LocalOktaProcess,
  url: string,
  { leeway = 0 } = {},
): Promise<{ clientId: string; clientSecret: string }> {
  const { body: app } = await okta.api<{
    id: string;
    credentials: { oauthClient: { client_id: string; client_secret: string } };
  }>("POST", "/api/v1/apps", {
    name: "oidc_client",
    label: `Backstage ${url}`,
    signOnMode: "OPENID_CONNECT",
    credentials: { oauthClient: { token_endpoint_auth_method: "client_secret_basic", pkce_required: true } },
    settings: {
      oauthClient: {
        application_type: "web",
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        redirect_uris: [Backstage.redirectUri(url)],
        refresh_token: { rotation_type: "ROTATE", leeway },
      },
    },
  });
  await okta.api("PUT", `/api/v1/apps/${app.id}/groups/${await groupId(okta, "backstage-users")}`, {});
  const { client_id: clientId, client_secret: clientSecret } = app.credentials.oauthClient;
  return { clientId, clientSecret };
}
