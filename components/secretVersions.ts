// How the versions of the stack's own secrets are counted. Nothing here needs Pulumi, so that commands can share it.

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

/** The versions of both secrets, by their keys in the config. */
export interface SecretVersions {
  clientSecretVersion: number;
  sessionSecretVersion: number;
}

const ANNOTATIONS: Record<keyof SecretVersions, string> = {
  clientSecretVersion: "backstage-okta-sso/client-secret-version",
  sessionSecretVersion: "backstage-okta-sso/session-secret-version",
};
const KEYS = Object.keys(ANNOTATIONS) as (keyof SecretVersions)[];

/** The annotations by which a Secret tells the versions that it has. */
export function versionAnnotations(versions: SecretVersions): Record<string, string> {
  return Object.fromEntries(KEYS.map((key) => [ANNOTATIONS[key], String(versions[key])]));
}

/** The versions that a Secret tells: one that an earlier version of this program has applied tells none. */
export function annotatedVersions(annotations: Record<string, string> = {}): Partial<SecretVersions> {
  const told = KEYS.flatMap((key) => {
    const version = Number(annotations[ANNOTATIONS[key]]);
    return version > 0 ? [[key, version]] : [];
  });
  return Object.fromEntries(told) as Partial<SecretVersions>;
}
