import { execa } from "execa";

/** What `sandbox run` gives the tests: where the sandbox's pieces are, and the credentials for them. */
export function environment(changes: Record<string, string | undefined> = {}): Record<string, string | undefined> {
  return { ...process.env, ...changes };
}

/** The local Okta's address. */
export const oktaUrl = required("OKTA_HTTP_PROXY");

/** Whether the sandbox can run pods: that takes root, and Linux. */
export const hasNode = process.env.SANDBOX_PORTAL_IMAGE !== undefined;

function required(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: these tests need the sandbox, run them by \`make test\``);
  return value;
}

export interface RunOptions {
  cwd?: string;
  /** Variables to set or, where undefined, to take out. */
  env?: Record<string, string | undefined>;
  /** Whether a failing command throws. @default true */
  reject?: boolean;
  /** What the command reads from stdin. @default nothing */
  input?: string;
}

/** Runs a command against the sandbox. */
export function run(command: string, args: string[], { env, input = "", ...options }: RunOptions = {}) {
  return execa(command, args, { ...options, env: environment(env), extendEnv: false, input });
}

/** Runs kubectl against the sandbox's cluster. */
export async function kubectl(...args: string[]): Promise<string> {
  return (await run("kubectl", args)).stdout;
}

/** Calls the local Okta's management API as the org's admin, or its control API. */
export async function okta<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(oktaUrl + path, {
    method,
    headers: { authorization: `SSWS ${required("OKTA_API_TOKEN")}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return (text ? JSON.parse(text) : undefined) as T;
}
