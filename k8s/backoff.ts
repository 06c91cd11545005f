export interface Backoff {
  /** The longest delay after the first failure. */
  readonly baseMs: number;
  /** The longest delay of all. */
  readonly maxMs: number;
}

/**
 * How long to wait after the n-th failure in a row (1 is the first): doubles each time, with the upper half left to
 * chance so that many clients of one server do not come back at the same moment.
 */
export function backoffMs(failures: number, { baseMs, maxMs }: Backoff, random: number): number {
  const longest = Math.min(maxMs, baseMs * 2 ** (failures - 1));
  return longest * (0.5 + random / 2);
}
