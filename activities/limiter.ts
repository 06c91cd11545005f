/** Bounds how much runs at once, in all and for each key. */
export interface Limiter {
  /** Runs `work` when there is room for it; first come, first served among those whose key has room. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly key: string;
  readonly start: () => void;
}

/** @param perKey below `total`, so that one slow host cannot take every slot */
export function createLimiter({ total, perKey }: { readonly total: number; readonly perKey: number }): Limiter {
  const running = new Map<string, number>();
  const waiting: Waiting[] = [];
  let runningInAll = 0;

  const startNext = (): void => {
    while (runningInAll < total) {
      const index = waiting.findIndex(({ key }) => (running.get(key) ?? 0) < perKey);
      const next = waiting[index];
      if (next === undefined) return;
      waiting.splice(index, 1);
      runningInAll++;
      running.set(next.key, (running.get(next.key) ?? 0) + 1);
      next.start();
    }
  };

  const release = (key: string): void => {
    runningInAll--;
    const left = (running.get(key) ?? 1) - 1;
    if (left === 0) running.delete(key);
    else running.set(key, left);
    startNext();
  };

  return {
    async run(key, work) {
      await new Promise<void>((start) => {
        waiting.push({ key, start });
        startNext();
      });
      try {
        return await work();
      } finally {
        release(key);
      }
    },
  };
}
