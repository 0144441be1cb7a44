import type { ConfigMap } from "@pulumi/pulumi/automation";
import type { Stack } from "./stack";

const MARK = "[secret]";
// Shorter values are words that stand for other things too.
const SHORTEST = 8;
const NAMES = /TOKEN|SECRET|PASSWORD|PASSPHRASE|PRIVATE_KEY/;
/** A signed token (RFC 7515), such as the assertion that the Okta provider puts into a URL, which an error may quote. */
const SIGNED_TOKEN = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g;

/**
 * The secrets that a message might hold although the engine takes out what it knows as secret: credentials in the
 * environment, and secret config, which the program reads as plain text.
 *
 * @param config as the engine shows it
 */
export async function knownSecrets(stack: Stack, config: Record<string, string>): Promise<string[]> {
  const hasSecrets = Object.values(config).includes(MARK);
  return [...environmentSecrets(), ...(hasSecrets ? secretsIn(await stack.getAllConfig()) : [])];
}

/** The values of secret config. */
export function secretsIn(config: ConfigMap = {}): string[] {
  return Object.values(config).flatMap(({ value, secret }) => (secret ? value : []));
}

/** The credentials in the environment. */
export function environmentSecrets(): string[] {
  return Object.entries(process.env).flatMap(([name, value]) => (NAMES.test(name) ? (value ?? []) : []));
}

/** A value with a mark in place of each secret, and each signed token, in its texts. */
export function redacted<T>(value: T, secrets: string[]): T {
  const texts = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)])
    .sort((a, b) => b.length - a.length);
  const redact = (text: string) =>
    texts.reduce((result, secret) => result.replaceAll(secret, MARK), text).replaceAll(SIGNED_TOKEN, MARK);
  return JSON.parse(JSON.stringify(value, (_, part: unknown) => (typeof part === "string" ? redact(part) : part))) as T;
}
