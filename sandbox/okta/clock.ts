const SystemDate = Date;
let offsetMs = 0;

/** A `Date` that runs ahead of (or behind) this machine's by an offset. */
class OrgDate extends SystemDate {
  constructor(...value: [] | [number | string | Date]) {
    if (value.length === 0) super(OrgDate.now());
    else super(value[0]);
  }

  static override now(): number {
    return SystemDate.now() + offsetMs;
  }
}

/**
 * Shifts the org's clock, which is `Date` in this process: `oidc-provider` and `jose` have no clock of their own to set.
 * Nothing of it is kept on disk.
 *
 * @param offsetSeconds how far ahead of this machine's clock; negative is behind, 0 is the real time.
 */
export function shiftClock(offsetSeconds: number): void {
  offsetMs = offsetSeconds * 1000;
  globalThis.Date = OrgDate as DateConstructor;
}

/** This machine's time in milliseconds, whatever the org's clock says: rate limits are about real time. */
export function systemNow(): number {
  return SystemDate.now();
}
