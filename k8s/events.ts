import { randomBytes } from 'node:crypto';
import type { KubeClient } from './client.js';
import { systemClock, type Clock } from './clock.js';
import { describeEvent, eventKey, type EventSubject, type EventText } from './eventRecord.js';
import { isStatus } from './kubeError.js';
import { microTime } from './microTime.js';
import { eventsPath } from './paths.js';
import { createTokenBucket, type TokenBucket } from './tokenBucket.js';

export interface EventRecorderOptions {
  /** The name of the program, such as `drover.io/watcher`. */
  readonly component: string;
  /** Which one of several such programs, such as the host name. */
  readonly instance: string;
  readonly log?: (message: string, error?: unknown) => void;
  readonly clock?: Clock;
}

export interface EventRecorder {
  /** Resolves when the event was written, counted or dropped. Never rejects: events are hints, conditions are the record. */
  emit(subject: EventSubject, text: EventText): Promise<void>;
}

/** An event that is not repeated for this long ends its series, as in client-go. */
const SERIES_END_MS = 6 * 60_000;

/** Per object and reason: after 10 at once, one a minute is written; repeats in between are only counted. */
const RATE = { perSecond: 1 / 60, burst: 10 };

/** How many series are remembered; the longest unused ones are forgotten first. */
const MAX_SERIES = 1_000;

interface Series {
  /** Absent until the first write succeeded. */
  path?: string;
  count: number;
  lastMs: number;
  /** Writes of one series follow each other, or a count could go back. */
  writing: Promise<void>;
}

/** Writes `events.k8s.io/v1` events. The same event again becomes a series with a count; a flood of them is not written. */
export function createEventRecorder(client: KubeClient, options: EventRecorderOptions): EventRecorder {
  const { component, instance, log = () => undefined, clock = systemClock } = options;
  const seriesByKey = new Map<string, Series>();
  const rates = new Map<string, TokenBucket>();

  async function create(series: Series, subject: EventSubject, text: EventText): Promise<void> {
    const path = eventsPath(subject.metadata.namespace ?? 'default');
    const suffix = randomBytes(8).toString('hex');
    const event = describeEvent(subject, text, { component, instance, suffix, now: new Date() });
    await client.create(path, event);
    series.path = `${path}/${event.metadata.name}`;
  }

  async function write(series: Series, subject: EventSubject, text: EventText): Promise<void> {
    if (series.path === undefined) return await create(series, subject, text);
    const update = { series: { count: series.count, lastObservedTime: microTime(new Date()) } };
    try {
      await client.patch(series.path, update, { type: 'merge' });
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
      // The server drops events after an hour.
      await create(series, subject, text);
    }
  }

  function seriesOf(key: string): Series {
    const nowMs = clock.nowMs();
    const known = seriesByKey.get(key);
    const isOver = known === undefined || nowMs - known.lastMs > SERIES_END_MS;
    const series: Series = isOver ? { count: 0, lastMs: nowMs, writing: Promise.resolve() } : known;
    series.count++;
    series.lastMs = nowMs;
    remember(seriesByKey, key, series);
    return series;
  }

  return {
    async emit(subject, text) {
      const series = seriesOf(eventKey(subject, text));
      const rateKey = `${subject.metadata.uid ?? ''}/${text.reason}`;
      const rate = rates.get(rateKey) ?? createTokenBucket(RATE, clock);
      remember(rates, rateKey, rate);
      if (!rate.take()) return;
      series.writing = series.writing
        .then(() => write(series, subject, text))
        // A namespace that is being deleted refuses new objects with 403, and its events with them.
        .catch((error: unknown) => log(`the event ${text.reason} was not written`, error));
      await series.writing;
    },
  };
}

/** Sets the entry as the most recently used one and drops the oldest ones above the limit. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_SERIES) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
