import { backoffMs, type Backoff } from './backoff.js';
import type { KubeClient } from './client.js';
import { systemClock, type Clock } from './clock.js';
import { KubeError } from './kubeError.js';
import { linkAbort } from './linkAbort.js';
import { listAll } from './listAll.js';
import { objectKey, type KubeObject, type WatchEvent } from './object.js';
import { createObjectCache, type ChangeListener } from './objectCache.js';

export interface ReflectorOptions {
  /** Objects a page; 500 when absent. */
  readonly pageSize?: number;
  /** How often everything is listed anew although the watch seems well, ±10 %; 10 minutes when absent. */
  readonly relistMs?: number;
  /** Silence of a watch, bookmarks included, after which it counts as dead; 150 s when absent. Bookmarks come every minute. */
  readonly stallMs?: number;
  /** Delay after failures in a row; from 200 ms to 30 s when absent. */
  readonly backoff?: Backoff;
  readonly log?: (message: string, error?: unknown) => void;
  readonly clock?: Clock;
}

export interface Reflector<T> {
  /** Keeps the copy up to date until the signal fires, then resolves. Failures are logged and tried again. */
  run(signal: AbortSignal): Promise<void>;
  /** Whether everything was listed once. */
  hasSynced(): boolean;
  /** Resolves once everything was listed; rejects with the signal's reason. */
  waitForSync(signal: AbortSignal): Promise<void>;
  /** By `namespace/name`, or `name` for cluster kinds. The object is frozen and without `managedFields`. */
  get(key: string): T | undefined;
  list(): readonly T[];
  /** Listeners must be quick and must not throw. Returns a function that ends the subscription. */
  onChange(listener: ChangeListener<T>): () => void;
}

const DEFAULT_RELIST_MS = 600_000;
const DEFAULT_STALL_MS = 150_000;
/** Delay after failures in a row, when the options name none. */
export const DEFAULT_BACKOFF: Backoff = { baseMs: 200, maxMs: 30_000 };

/** A watch that lived this long was a good one: the failure that ended it is the first of a new row. */
const GOOD_WATCH_MS = 2_000;

/** How long the server is asked to keep a watch open; spread, so that not all clients return at once. */
const WATCH_SECONDS = { from: 240, to: 480 };

/** Answers that say nothing about the position of the watch, which is therefore resumed: no answer, throttled, overloaded. */
const RESUMABLE = new Set([0, 429, 500, 503]);

/**
 * A local copy of one collection, by list and watch. client-node's informer stops on most errors and asks neither for
 * pages nor for bookmarks. This one never stops: a cut watch is resumed from its last resourceVersion, an expired or
 * silent one leads to a new list.
 */
export function createReflector<T extends KubeObject>(
  client: KubeClient,
  path: string,
  options: ReflectorOptions = {},
): Reflector<T> {
  const {
    pageSize = 500,
    relistMs = DEFAULT_RELIST_MS,
    stallMs = DEFAULT_STALL_MS,
    backoff = DEFAULT_BACKOFF,
  } = options;
  const { log = () => undefined, clock = systemClock } = options;
  const cache = createObjectCache<T>();
  const waiting = new Set<() => void>();
  let synced = false;
  /** Where the watch continues from; undefined: a list is due. */
  let position: string | undefined;
  let relistAtMs = 0;

  async function relist(signal: AbortSignal): Promise<void> {
    const { resourceVersion, items } = await listAll<T>(client, path, pageSize, signal);
    cache.replace(items);
    position = resourceVersion;
    relistAtMs = clock.nowMs() + relistMs * (0.9 + clock.random() * 0.2);
    synced = true;
    for (const resolve of waiting) resolve();
  }

  function take({ type, object }: WatchEvent<T>): void {
    position = object.metadata.resourceVersion ?? position;
    if (type === 'BOOKMARK') return;
    if (type === 'DELETED') cache.remove(objectKey(object));
    else cache.put(object);
  }

  /** Follows one watch to its end. Without `position` afterwards, a list is due. */
  async function follow(signal: AbortSignal): Promise<void> {
    const { controller, unlink } = linkAbort(signal);
    let heardMs = clock.nowMs();
    const onEvent = (event: WatchEvent<T>) => {
      // What a connection still delivers after it was given up would be applied over a newer list.
      if (controller.signal.aborted) return;
      heardMs = clock.nowMs();
      take(event);
    };
    const guard = async () => {
      while (!controller.signal.aborted) {
        const leftMs = Math.min(relistAtMs, heardMs + stallMs) - clock.nowMs();
        if (leftMs > 0) {
          await clock.sleep(leftMs, controller.signal);
          continue;
        }
        if (clock.nowMs() < relistAtMs) log(`the watch of ${path} was silent for ${stallMs} ms: listing anew`);
        position = undefined;
        controller.abort();
      }
    };
    const guarding = guard();
    const timeoutSeconds = Math.round(WATCH_SECONDS.from + clock.random() * (WATCH_SECONDS.to - WATCH_SECONDS.from));
    try {
      const query = { resourceVersion: position, allowWatchBookmarks: true, timeoutSeconds };
      await client.watch<T>(path, query, onEvent, controller.signal);
    } catch (error) {
      if (position !== undefined) throw error;
    } finally {
      controller.abort();
      unlink();
      await guarding;
    }
  }

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      let followedFromMs: number | undefined;
      let failed = false;
      try {
        if (position === undefined) await relist(signal);
        followedFromMs = clock.nowMs();
        await follow(signal);
      } catch (error) {
        if (signal.aborted) return;
        failed = true;
        if (!(error instanceof KubeError && RESUMABLE.has(error.status))) position = undefined;
        log(`following ${path} failed: ${position === undefined ? 'listing anew' : 'resuming'}`, error);
      }
      const livedMs = followedFromMs === undefined ? 0 : clock.nowMs() - followedFromMs;
      if (livedMs >= GOOD_WATCH_MS) failures = 0;
      // A watch that the server ends at once is a failure too, or a loop of them would burn both sides.
      if (failed || livedMs < GOOD_WATCH_MS) failures++;
      if (failures > 0) await clock.sleep(backoffMs(failures, backoff, clock.random()), signal);
    }
  }

  return {
    run,
    hasSynced: () => synced,
    async waitForSync(signal) {
      signal.throwIfAborted();
      if (synced) return;
      await new Promise<void>((resolve, reject) => {
        const onAbort = () => settle(() => reject(signal.reason as Error));
        const onSync = () => settle(resolve);
        const settle = (end: () => void) => {
          waiting.delete(onSync);
          signal.removeEventListener('abort', onAbort);
          end();
        };
        waiting.add(onSync);
        signal.addEventListener('abort', onAbort);
      });
    },
    get: (key) => cache.get(key),
    list: () => cache.list(),
    onChange: (listener) => cache.onChange(listener),
  };
}
