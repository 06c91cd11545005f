import { backoffMs } from './backoff.js';
import { systemClock, type Clock } from './clock.js';
import { createTokenBucket, type Rate } from './tokenBucket.js';

export interface WorkQueueOptions {
  /** Works on one key. An error brings the key back after a delay; so does `requeueAfterMs`, without counting as a failure. */
  readonly process: (key: string, signal: AbortSignal) => Promise<{ readonly requeueAfterMs?: number } | void>;
  /** How many keys are worked on at once; 4 when absent. */
  readonly parallelism?: number;
  /** The longest delay after a key's first failure, doubled with each one; 5 ms when absent. */
  readonly baseDelayMs?: number;
  /** The longest delay of all; 60 s when absent. */
  readonly maxDelayMs?: number;
  /** Limits the retries of all keys together; 10 a second, 100 at once when absent, as in controller-runtime. */
  readonly retryRate?: Rate;
  /** Told of each failure and of the delay that follows. Must not throw. */
  readonly onError?: (key: string, error: unknown, delayMs: number) => void;
  readonly clock?: Clock;
}

export interface WorkQueue {
  /** Asks for work on a key. Asking again before it began changes nothing; during it, the key is worked on once more. */
  add(key: string): void;
  /** Asks for work on a key later. Of several such requests for one key the earliest counts. */
  addAfter(key: string, delayMs: number): void;
  /** How many keys wait for a free worker; those of `addAfter` do not count before their time. */
  depth(): number;
  /** Works until the signal fires, then resolves when what was begun has ended. To be called once. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * A queue of keys as level-triggered controllers need it (the rules are those of client-go's workqueue): it holds keys
 * and not events, each key once, and never works on one key twice at the same time.
 */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { process, parallelism = 4, baseDelayMs = 5, maxDelayMs = 60_000 } = options;
  const { retryRate = { perSecond: 10, burst: 100 }, onError = () => undefined, clock = systemClock } = options;
  const retries = createTokenBucket(retryRate, clock);
  const queued = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const askedAgain = new Set<string>();
  const delayed = new Map<string, { readonly dueMs: number; readonly cancel: AbortController }>();
  const failures = new Map<string, number>();
  let runSignal: AbortSignal | undefined;

  function add(key: string): void {
    if (running.has(key)) askedAgain.add(key);
    else queued.add(key);
    fillWorkers();
  }

  function addAfter(key: string, delayMs: number): void {
    if (runSignal?.aborted === true) return;
    const dueMs = clock.nowMs() + delayMs;
    const earlier = delayed.get(key);
    if (earlier !== undefined && earlier.dueMs <= dueMs) return;
    earlier?.cancel.abort();
    const cancel = new AbortController();
    delayed.set(key, { dueMs, cancel });
    void clock.sleep(delayMs, cancel.signal).then(() => {
      if (cancel.signal.aborted) return;
      delayed.delete(key);
      add(key);
    });
  }

  function fillWorkers(): void {
    if (runSignal === undefined || runSignal.aborted) return;
    for (const key of queued) {
      if (running.size >= parallelism) return;
      queued.delete(key);
      running.set(key, work(key, runSignal));
    }
  }

  async function work(key: string, signal: AbortSignal): Promise<void> {
    try {
      const result = await process(key, signal);
      failures.delete(key);
      if (result?.requeueAfterMs !== undefined) addAfter(key, result.requeueAfterMs);
    } catch (error) {
      if (!signal.aborted) retry(key, error);
    }
    running.delete(key);
    if (askedAgain.delete(key)) queued.add(key);
    fillWorkers();
  }

  function retry(key: string, error: unknown): void {
    const count = (failures.get(key) ?? 0) + 1;
    failures.set(key, count);
    const ownMs = backoffMs(count, { baseMs: baseDelayMs, maxMs: maxDelayMs }, clock.random());
    const delayMs = Math.max(ownMs, retries.reserve());
    onError(key, error, delayMs);
    addAfter(key, delayMs);
  }

  return {
    add,
    addAfter,
    depth: () => queued.size,
    async run(signal) {
      runSignal = signal;
      fillWorkers();
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      for (const { cancel } of delayed.values()) cancel.abort();
      delayed.clear();
      await Promise.all(running.values());
    },
  };
}
