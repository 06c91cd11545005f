/** When a source is looked at. */

/** The longest pause between two looks at a source that fails. */
export const MAX_BACKOFF_MS = 5 * 60_000;

/** How much of an interval a poll may come early or late, so that volumes with one interval spread out. */
const JITTER = 0.1;

/**
 * Milliseconds until the next look: the interval, doubled for each failure in a row up to five minutes (or the interval,
 * if that is longer), plus or minus 10 %.
 * @param random between 0 and 1
 */
export function pollDelayMs(intervalMs: number, failures: number, random: number): number {
  const longestMs = Math.max(intervalMs, MAX_BACKOFF_MS);
  const baseMs = Math.min(intervalMs * 2 ** Math.min(failures, 20), longestMs);
  return Math.round(baseMs * (1 - JITTER + 2 * JITTER * random));
}

/**
 * The first look at a volume with published data that was just seen: somewhere within its interval, so that a restart
 * with many volumes does not ask all sources at once.
 */
export function firstPollDelayMs(intervalMs: number, random: number): number {
  return Math.round(intervalMs * random);
}

/** An attempt whose revision is known. */
export type ResolvedKey = AttemptKey & { readonly revision: string };

/** What a run gave up on. It is not tried again until the key differs or somebody asks. */
export interface AttemptKey {
  /** Absent when the revision could not even be resolved. */
  readonly revision?: string | undefined;
  readonly generation: number;
  /** Changes when a referenced Secret changes. */
  readonly credentialsVersion: string;
}

export function isSameAttempt(a: AttemptKey | undefined, b: AttemptKey): boolean {
  return (
    a !== undefined &&
    a.revision === b.revision &&
    a.generation === b.generation &&
    a.credentialsVersion === b.credentialsVersion
  );
}
