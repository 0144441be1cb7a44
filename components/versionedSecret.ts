import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type Transform, transformed } from "./transform";

export type SecretTransform = Transform<random.RandomPasswordArgs>;

/**
 * A secret of the stack's own making. Each version is a resource of its own, so that two can be there at the same time
 * while the portal goes from one to the other.
 */
export function versionedSecret(
  name: string,
  version: number,
  transform: SecretTransform | undefined,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  // Not RandomBytes, whose resource ID is the secret itself, in plain text in the state. 64 letters and digits hold as
  // much chance as 47 bytes.
  const args = { length: 64, special: false };
  return new random.RandomPassword(...transformed(transform, versionedName(name, version), args, { parent })).result;
}

/** The name of a version's resource. The first has the bare name, which stacks had before there were versions. */
export function versionedName(name: string, version: number): string {
  return version === 1 ? name : `${name}-${version}`;
}

/** Which versions of the session secret the portal has. */
export interface SessionSecrets {
  /** It seals the sessions. */
  current: number;
  /** It opens sessions, but seals none. */
  other?: number;
}

/**
 * Reads a version of the session secret. A whole one has the former beside it. One that is half-way to the next has that
 * next one: pods of before, which still answer while new ones come up, could not open what those would seal by it.
 */
export function sessionSecrets(version: number): SessionSecrets {
  const current = Math.floor(version);
  if (current !== version) return { current, other: current + 1 };
  return current === 1 ? { current } : { current, other: current - 1 };
}
