/** Which snapshots may go. */

/** One flip of the published pointer, in the order in which they happened. */
export interface Publication {
  readonly snapshot: string;
  /** Milliseconds since the epoch, by the clock of the export. */
  readonly timeMs: number;
  /** Recorded before the flip, which may not have happened: until it is known to have, nothing was superseded by it. */
  readonly isPlanned?: true;
}

export interface RetentionFacts {
  /** Names of all snapshots on disk. */
  readonly snapshots: readonly string[];
  readonly publications: readonly Publication[];
  /** The published one. */
  readonly current: string | undefined;
  /** How many published snapshots are kept, the current one included. */
  readonly retain: number;
  /** How long a snapshot is kept after it stopped being the published one. */
  readonly graceMs: number;
  readonly nowMs: number;
}

/**
 * Snapshots to remove: all but the current one, the `retain` most recently published ones, and those that were
 * superseded less than the grace period ago. Without a current one nothing goes: no data means no action.
 */
export function chooseExpired(facts: RetentionFacts): string[] {
  const { snapshots, publications, current, retain, graceMs, nowMs } = facts;
  if (current === undefined || !snapshots.includes(current)) return [];
  const kept = new Set([current]);
  for (const { snapshot, isPlanned } of [...publications].reverse()) {
    if (kept.size >= retain) break;
    if (isPlanned !== true && snapshots.includes(snapshot)) kept.add(snapshot);
  }
  for (const [index, { snapshot }] of publications.entries()) {
    const next = publications.slice(index + 1).find((later) => later.isPlanned !== true && later.snapshot !== snapshot);
    const supersededMs = next?.timeMs ?? nowMs;
    if (nowMs - supersededMs < graceMs) kept.add(snapshot);
  }
  return snapshots.filter((name) => !kept.has(name));
}
