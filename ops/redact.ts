import type { Stack } from "./stack";

const MARK = "[secret]";
// Shorter values are words that stand for other things too.
const SHORTEST = 8;
const NAMES = /TOKEN|SECRET|PASSWORD|PASSPHRASE|PRIVATE_KEY/;

/**
 * The secrets that a message might hold although the engine takes out what it knows as secret: credentials in the
 * environment, and secret config, which the program reads as plain text.
 *
 * @param config as the engine shows it
 */
export async function knownSecrets(stack: Stack, config: Record<string, string>): Promise<string[]> {
  const environment = Object.entries(process.env).flatMap(([name, value]) => (NAMES.test(name) ? (value ?? []) : []));
  const hasSecrets = Object.values(config).includes(MARK);
  const values = hasSecrets ? Object.values(await stack.getAllConfig()) : [];
  return [...environment, ...values.flatMap(({ value, secret }) => (secret ? value : []))];
}

/** The same value with a mark in place of each secret in its texts. */
export function redacted<T>(value: T, secrets: string[]): T {
  const texts = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [secret, Buffer.from(secret).toString("base64")])
    .sort((a, b) => b.length - a.length);
  const redact = (text: string) => texts.reduce((result, secret) => result.replaceAll(secret, MARK), text);
  return JSON.parse(JSON.stringify(value, (_, part: unknown) => (typeof part === "string" ? redact(part) : part))) as T;
}
