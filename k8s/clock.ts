import { setTimeout as delay } from 'node:timers/promises';

/** Time and chance, so that tests can replace both. */
export interface Clock {
  /** Milliseconds from an arbitrary start; never jumps when the wall clock is set. */
  nowMs(): number;
  /** Resolves after `ms`, or as soon as the signal fires. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** From 0 (included) to 1. */
  random(): number;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  async sleep(ms, signal) {
    // The only failure of a timer is the abort, which callers see on the signal that they gave.
    await delay(ms, undefined, { signal }).catch(() => undefined);
  },
  random: () => Math.random(),
};
