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
