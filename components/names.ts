import { createHash } from "node:crypto";

/**
 * A name that is within a limit of Okta's: one that is longer loses its end to eight characters of its digest, so that two
 * long names stay two.
 */
export function shortened(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, limit - digest.length - 1)}-${digest}`;
}
