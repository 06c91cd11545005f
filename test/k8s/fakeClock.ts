import type { Clock } from '../../k8s/clock.js';

export interface FakeClock extends Clock {
  /** Lets `ms` pass: every sleep that ends on the way ends in its order, and what it wakes runs before the next one. */
  advance(ms: number): Promise<void>;
  /** The length of every sleep so far. */
  readonly sleeps: readonly number[];
  /** How many sleeps have not ended yet. */
  sleeping(): number;
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that stands still until it is told to advance. Chance is always 0.5. */
export function createFakeClock(): FakeClock {
  let nowMs = 0;
  const sleepers = new Set<{ readonly dueMs: number; readonly wake: () => void }>();
  const sleeps: number[] = [];
  return {
    sleeps,
    sleeping: () => sleepers.size,
    nowMs: () => nowMs,
    random: () => 0.5,
    async sleep(ms, signal) {
      sleeps.push(ms);
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { dueMs: nowMs + ms, wake };
        sleepers.add(sleeper);
        signal.addEventListener('abort', wake);
      });
    },
    async advance(ms) {
      const endMs = nowMs + ms;
      await settle();
      for (;;) {
        const next = [...sleepers].sort((first, second) => first.dueMs - second.dueMs)[0];
        if (next === undefined || next.dueMs > endMs) break;
        nowMs = Math.max(nowMs, next.dueMs);
        next.wake();
        await settle();
      }
      nowMs = endMs;
    },
  };
}
