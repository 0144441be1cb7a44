import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Checkout } from "./checkout";
import { Load } from "./load";
import { runInGroup } from "./processGroup";
import { oktaUrl, okta } from "./sandbox";
import type { TestStack } from "./stack";

/** How it says that it has begun something. */
const PHASE = /^[A-Z][a-z]+ing .*\.$/;

/** A client secret as Okta's management API shows it. */
interface Secret {
  id: string;
  client_secret: string;
  status: string;
}

/** What `rotate` ended with. */
export interface Rotated {
  exitCode: number | undefined;
  stdout: string;
  /** What it said to the person who waits. */
  said: string;
  /** Each phase, by the line that it began with. */
  phases: { name: string; at: Date }[];
  endedAt: Date;
}

/** Runs `rotate` for a stack, and kills it where it says something that begins like `killAt`. */
export async function rotate(
  checkout: Checkout,
  stack: TestStack,
  args: string[],
  { killAt }: { killAt?: string } = {},
): Promise<Rotated> {
  const phases: Rotated["phases"] = [];
  const onSaid = (lines: string[]) =>
    phases.push(...lines.filter((line) => PHASE.test(line)).map((name) => ({ name, at: new Date() })));
  const { exitCode, stdout, stderr } = await runInGroup(checkout, "rotate", stack, args, { killAt, onSaid });
  return { exitCode, stdout, said: stderr, phases, endedAt: new Date() };
}

/** Runs it to its end, and fails as it does. */
export async function rotated(checkout: Checkout, stack: TestStack, ...args: string[]): Promise<Rotated> {
  const result = await rotate(checkout, stack, ["--yes", ...args]);
  if (result.exitCode !== 0) throw new Error(`rotate exited ${result.exitCode}:\n${result.said}\n${result.stdout}`);
  return result;
}

/** The versions of the secrets in the stack's file. */
export function versions({ configFile }: TestStack): { client: unknown; session: unknown } {
  const { config } = parse(readFileSync(configFile, "utf8")) as { config: Record<string, unknown> };
  return {
    client: config["backstage-okta-sso:clientSecretVersion"],
    session: config["backstage-okta-sso:sessionSecretVersion"],
  };
}

/** The values of the secrets in the portal's variables. */
export const secretsIn = ({ OKTA_CLIENT_ID: _, ...secrets }: Record<string, string>): string[] =>
  Object.values(secrets);

/** Does the work while people sign in and refresh at the portal, none of whom notices. */
export async function unnoticed(url: string, work: () => Promise<void>): Promise<void> {
  const load = await Load.start(url, { signInsPerMinute: 20, refreshesPerMinute: 200, sessions: 20 });
  try {
    await work();
  } finally {
    await load.stop();
  }
  expect(load.failures).toEqual([]);
}

/** The client secrets of the stack's app in Okta. */
export async function clientSecrets(stack: TestStack): Promise<Secret[]> {
  const { id } = await stack.app();
  return okta<Secret[]>("GET", `/api/v1/apps/${id}/credentials/secrets`);
}

/** What Okta's token endpoint says to a client with each of these secrets, which has no code. */
export async function answersTo(stack: TestStack, ...secrets: string[]): Promise<string[]> {
  const outputs = await stack.outputs();
  return Promise.all(secrets.map((secret) => answerTo(outputs, secret)));
}

async function answerTo({ clientId, issuer, redirectUri }: Record<string, string>, secret: string): Promise<string> {
  const answer = await fetch(`${oktaUrl}${new URL(issuer!).pathname}/v1/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString("base64")}` },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: "none",
      redirect_uri: redirectUri!,
      code_verifier: "v".repeat(43),
    }),
  });
  return ((await answer.json()) as { error: string }).error;
}
