const BUCKET = /^drover_poll_lateness_seconds_bucket\{[^}]*le="([^"]+)"[^}]*\} (\d+)/gm;

/** How many looks began at most so many seconds late, by that bound; `Infinity` has them all. */
export type Lateness = ReadonlyMap<number, number>;

/** Reads the histogram of the mover's metrics. */
export function parseLateness(metrics: string): Lateness {
  return new Map(
    [...metrics.matchAll(BUCKET)].map(([, bound = '', count]) => [
      bound === '+Inf' ? Infinity : Number(bound),
      Number(count),
    ]),
  );
}

/** Looks that were made between two readings. */
export function looksBetween(before: Lateness, after: Lateness): number {
  return (after.get(Infinity) ?? 0) - (before.get(Infinity) ?? 0);
}

/** The bound of the first bucket that holds 99 % of the looks between two readings: the percentile is not above it. */
export function latenessP99(before: Lateness, after: Lateness): number {
  const all = looksBetween(before, after);
  const bounds = [...after.keys()].sort((a, b) => a - b);
  return bounds.find((bound) => (after.get(bound) ?? 0) - (before.get(bound) ?? 0) >= 0.99 * all) ?? Infinity;
}
