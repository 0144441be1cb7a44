/** How long an action took, in seconds. */
export async function seconds(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}

export const median = (values: number[]): number => percentile(values, 0.5);

/**
 * The smallest value that this share of the values does not exceed (nearest rank).
 *
 * @param share from 0 to 1
 */
export function percentile(values: number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * values.length));
  return [...values].sort((a, b) => a - b)[rank - 1] ?? NaN;
}

/** Prints a figure's line. */
export function say(name: string, ...values: string[]): void {
  console.log(`  ${name.padEnd(40)} ${values.join("  ")}`);
}

export const s = (seconds: number): string => `${seconds.toFixed(2)} s`;
