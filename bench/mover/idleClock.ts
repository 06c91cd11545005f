import { setImmediate } from 'node:timers/promises';
import { systemClock, type Clock } from '../../k8s/clock.js';

/** A clock that leaps over the time in which nothing is done. */
export interface IdleClock extends Clock {
  /** While `work` is under way, only the signal ends a sleep. */
  whileBusy<T>(work: () => Promise<T>): Promise<T>;
}

export function createIdleClock(): IdleClock {
  let leapedMs = 0;
  let works = 0;
  return {
    nowMs: () => systemClock.nowMs() + leapedMs,
    random: () => systemClock.random(),
    async sleep(ms, signal) {
      if (signal.aborted) return;
      if (works > 0) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return;
      }
      leapedMs += ms;
      await setImmediate();
    },
    async whileBusy(work) {
      works++;
      try {
        return await work();
      } finally {
        works--;
      }
    },
  };
}
