/** What is there of a stack's session secret. */
export interface SessionSecretState {
  /** The version in the stack's file. */
  version: number;
  /** The value of a version, where the state has it. */
  own: (version: number) => string | undefined;
  /** What the Secret has, as the last update made it: by what sessions are sealed, and by what else they are opened. */
  inUse: { current: string | undefined; other: string | undefined };
}

export interface SessionSecretPlan {
  /** The versions that the stack's file gets, one after the other; each is rolled out before the next. */
  versions: number[];
  /** Whether an earlier run has begun it. */
  isUnderWay: boolean;
}

/**
 * Says which versions of the session secret are left to go through. Half-way to the next one, all pods learn to open what
 * that seals, so that no session ends.
 *
 * @param end whether all sessions are to end: then the next version's former one must be a secret that nobody has had
 */
export function planSessionSecret(state: SessionSecretState, end: boolean): SessionSecretPlan {
  const { version, own, inUse } = state;
  const isHalf = !Number.isInteger(version);
  const isUnderWay = isHalf || own(version) === undefined || own(version) !== inUse.current;
  if (end) return { versions: [isEnding(state) ? version : Math.ceil(version) + 2], isUnderWay };
  if (isUnderWay) return { versions: isHalf ? [version, version + 0.5] : [version], isUnderWay };
  return { versions: [version + 0.5, version + 1], isUnderWay };
}

/** Whether the version in the file ends all sessions as soon as it is rolled out: neither of its two secrets is in use. */
function isEnding({ version, own, inUse }: SessionSecretState): boolean {
  if (!Number.isInteger(version)) return false;
  const used = [inUse.current, inUse.other].filter((value) => value !== undefined);
  return [own(version), own(version - 1)].every((value) => value === undefined || !used.includes(value));
}
