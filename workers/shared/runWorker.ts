import type { Worker } from '@temporalio/worker';

/** Runs a worker until `signal` fires, then lets it hand its activities back. Rejects when the worker fails. */
export async function runWorker(worker: Worker, signal: AbortSignal): Promise<void> {
  const shutdown = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  if (signal.aborted) return;
  const running = worker.run();
  signal.addEventListener('abort', shutdown, { once: true });
  if (signal.aborted) shutdown();
  await running;
}

/** Runs several works until `signal` fires. When one fails, the others are told to end and its error is thrown. */
export async function runTogether(
  signal: AbortSignal,
  works: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  try {
    await Promise.all(works.map((work) => work(either)));
  } finally {
    ended.abort();
  }
}
