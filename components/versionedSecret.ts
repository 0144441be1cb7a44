import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { versionedName } from "./secretVersions";
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
