import { firstPollDelayMs, pollDelayMs } from '../domain/polling.js';
import { DEFAULT_INTERVAL_MS, readSettings } from '../domain/settings.js';
import type { VolumeObject } from '../k8s/volume.js';
import type { Look } from './look.js';

/** What the poller remembers of one volume. Times are the clock's milliseconds. */
export interface Tracked {
  dueMs: number;
  /** Looks in a row that failed, or that found a revision whose sync was asked for already. */
  setbacks: number;
  /** Asked for, and not seen published since. */
  requestedRevision: string | undefined;
  /** The generation of the spec that the rest is about. */
  generation: number | undefined;
  isLooking: boolean;
}

/** The time between two looks that a volume asks for; the default when its spec cannot be read. */
export function pollIntervalMs({ spec }: VolumeObject): number {
  const result = readSettings(spec);
  return result.ok ? result.settings.intervalMs : DEFAULT_INTERVAL_MS;
}

/** Adds volumes that are new, forgets those that are gone or being deleted, and makes due what has a changed spec. */
export function trackVolumes(
  tracked: Map<string, Tracked>,
  resources: readonly VolumeObject[],
  nowMs: number,
  random: () => number,
): void {
  const present = new Set<string>();
  for (const resource of resources) {
    const { uid, generation, deletionTimestamp } = resource.metadata;
    if (uid === undefined || deletionTimestamp !== undefined) continue;
    present.add(uid);
    const entry = tracked.get(uid);
    const fresh = { setbacks: 0, requestedRevision: undefined, generation };
    if (entry === undefined) {
      const hasData = resource.status?.published !== undefined;
      const delayMs = firstPollDelayMs(pollIntervalMs(resource), hasData, random());
      tracked.set(uid, { ...fresh, dueMs: nowMs + delayMs, isLooking: false });
    } else if (entry.generation !== generation) {
      Object.assign(entry, fresh, { dueMs: nowMs });
    }
  }
  for (const uid of tracked.keys()) if (!present.has(uid)) tracked.delete(uid);
}

/** A source that fails is asked less often, and so is a sync that is asked for again since it did not come to an end. */
export function countSetback(entry: Tracked, look: Look): void {
  const isSetback = look.kind === 'failed' || (look.kind === 'changed' && look.revision === entry.requestedRevision);
  entry.setbacks = isSetback ? entry.setbacks + 1 : 0;
  if (look.kind === 'unchanged') entry.requestedRevision = undefined;
}

/**
 * Milliseconds until the next look. An outcome that could not be told to Temporal or Kubernetes is found again within a
 * minute, however long the interval is: nobody knows of it yet.
 */
export function nextLookDelayMs(intervalMs: number, setbacks: number, isTold: boolean, random: number): number {
  return pollDelayMs(isTold ? intervalMs : Math.min(intervalMs, DEFAULT_INTERVAL_MS), setbacks, random);
}
