import { DroverError } from '../domain/errors.js';
import { firstPollDelayMs, pollDelayMs } from '../domain/polling.js';
import { DEFAULT_INTERVAL_MS, type CheckSchedule } from '../domain/settings.js';
import type { VolumeObject } from '../k8s/volume.js';
import { nextTick } from './cron.js';
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

/** Time and chance, as the poller sees them. */
export interface Moment {
  /** The clock's milliseconds. */
  readonly nowMs: number;
  /** The same as a date, which crontab lines are about. */
  readonly now: Date;
  readonly random: () => number;
}

/** Adds volumes that are new, forgets those that are gone or being deleted, and makes due what has a changed spec. */
export function trackVolumes(
  tracked: Map<string, Tracked>,
  resources: readonly VolumeObject[],
  checksOf: (resource: VolumeObject) => CheckSchedule,
  moment: Moment,
): void {
  const present = new Set<string>();
  for (const resource of resources) {
    const { uid, generation, deletionTimestamp } = resource.metadata;
    if (uid === undefined || deletionTimestamp !== undefined) continue;
    present.add(uid);
    const entry = tracked.get(uid);
    const fresh = { setbacks: 0, requestedRevision: undefined, generation };
    if (entry === undefined) {
      const delayMs = firstLookDelayMs(resource, checksOf(resource), moment);
      tracked.set(uid, { ...fresh, dueMs: moment.nowMs + delayMs, isLooking: false });
    } else if (entry.generation !== generation) {
      Object.assign(entry, fresh, { dueMs: moment.nowMs });
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

/** How the last look at a source went. */
export interface LastLook {
  readonly setbacks: number;
  /** Whether what it found was told to Temporal and Kubernetes; otherwise nobody knows of it yet. */
  readonly isTold: boolean;
  /** Whether it found everything published, or given up. */
  readonly isSettled: boolean;
}

/**
 * Milliseconds until the next look. What could not be told is found again within a minute, however long the interval is.
 * A time of a crontab line counts as over when a look has found everything published; until then it is looked at as with
 * the default interval.
 */
export function nextLookDelayMs(
  checks: CheckSchedule,
  { setbacks, isTold, isSettled }: LastLook,
  { now, random }: Moment,
): number {
  if (checks.type === 'interval') {
    const { intervalMs } = checks;
    return pollDelayMs(isTold ? intervalMs : Math.min(intervalMs, DEFAULT_INTERVAL_MS), setbacks, random());
  }
  const soonMs = pollDelayMs(DEFAULT_INTERVAL_MS, setbacks, random());
  const tickMs = tickDelayMs(checks, now, { now, random });
  return isTold && isSettled ? (tickMs ?? soonMs) : Math.min(tickMs ?? soonMs, soonMs);
}

/** Times of a crontab line that passed while no poller ran are made up for, once. */
function firstLookDelayMs({ status }: VolumeObject, checks: CheckSchedule, moment: Moment): number {
  if (status?.published === undefined) return 0;
  if (checks.type === 'interval') return firstPollDelayMs(checks.intervalMs, moment.random());
  const last = status.lastCheckTime === undefined ? moment.now : new Date(status.lastCheckTime);
  return Math.max(0, tickDelayMs(checks, last, moment) ?? 0);
}

/** Milliseconds from `moment` to the first time after `after`, jitter included; undefined when the line cannot be used. */
function tickDelayMs(
  { cron, timeZone, jitterMs }: Extract<CheckSchedule, { type: 'cron' }>,
  after: Date,
  { now, random }: Pick<Moment, 'now' | 'random'>,
): number | undefined {
  try {
    return nextTick(cron, timeZone, after).getTime() - now.getTime() + jitterMs * random();
  } catch (error) {
    // The look itself says so.
    if (error instanceof DroverError) return undefined;
    throw error;
  }
}
