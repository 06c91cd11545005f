import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../workload.js';
import { addReadings, NO_READINGS, type ReaderTask, type Readings } from './readings.js';

const READERS = 4;

export interface Reading {
  /** Whether a reader still reads. */
  readonly isUnderWay: () => boolean;
  /** What all have seen together, once they are done. */
  readonly result: Promise<Readings>;
}

/** Starts four processes that read the same tree again and again, `passes` times in all. */
export function startReaders({ env, signal }: Bench, task: ReaderTask): Reading {
  let isUnderWay = true;
  const readers = Array.from({ length: READERS }, () =>
    readInProcess({ ...task, passes: Math.ceil(task.passes / READERS) }),
  );
  const result = Promise.all(readers)
    .then((all) => all.reduce(addReadings, NO_READINGS))
    .finally(() => {
      isUnderWay = false;
    });
  // Whoever started it looks at the result only when the writer is done.
  result.catch(() => undefined);
  return { isUnderWay: () => isUnderWay, result };

  async function readInProcess(own: ReaderTask): Promise<Readings> {
    const child = fork(fileURLToPath(new URL('./main.js', import.meta.url)), { env: { ...env }, execArgv: [], signal });
    const answered = once(child, 'message') as Promise<[Readings]>;
    const exited = once(child, 'exit').then(([code]) => {
      throw new Error(`a reader ended with ${String(code)}`);
    });
    child.send(own);
    const [readings] = await Promise.race([answered, exited]);
    return readings;
  }
}
