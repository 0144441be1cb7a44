import type { ClientSecret } from "./secrets";

/** Something about an app's client secrets that the stack did not do, or that is to be done. */
export interface SecretFinding {
  kind:
    /** The stack's own is not in Okta. */
    | "gone"
    /** The stack's own is in Okta, but not active. */
    | "retired"
    /** There is another one. */
    | "other"
    /** The stack's own has not been rotated for too long. */
    | "old"
    /** Okta does not let the caller see them. */
    | "unread";
  /** What is so, without any value of a secret. */
  cause: string;
}

/**
 * Compares an app's client secrets in Okta with what the stack knows.
 *
 * @param own the stack's, in plain text
 */
export function secretFindings(inOkta: ClientSecret[], own: string, maxAgeDays: number, now: Date): SecretFinding[] {
  const mine = inOkta.find(({ client_secret }) => client_secret === own);
  const others = inOkta.filter((secret) => secret !== mine);
  const found: SecretFinding[] = others.map((other) => ({
    kind: "other",
    cause: `the app has the client secret ${described(other)} in Okta, which is not this stack's`,
  }));
  if (!mine) return [{ kind: "gone", cause: "this stack's client secret is not in Okta any more" }, ...found];
  if (mine.status !== "ACTIVE") {
    return [
      { kind: "retired", cause: `this stack's client secret ${described(mine)} was deactivated in Okta` },
      ...found,
    ];
  }
  const cause = tooOld(new Date(mine.created), maxAgeDays, now);
  return cause ? [...found, { kind: "old", cause: `this stack's client secret ${cause}` }] : found;
}

/** Says that a secret is older than it should be; nothing of one that is not. */
export function tooOld(made: Date, maxAgeDays: number, now: Date): string | undefined {
  const days = Math.floor((now.getTime() - made.getTime()) / 86_400_000);
  return days > maxAgeDays ? `is ${days} days old, where maxSecretAgeDays is ${maxAgeDays}` : undefined;
}

const described = ({ id, status, created }: ClientSecret) =>
  `${id} (${status.toLowerCase()}, of ${created.slice(0, 10)})`;
