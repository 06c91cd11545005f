import { linkAbort } from './linkAbort.js';

/**
 * Runs `task` with a signal that fires when `signal` does or when `timeoutMs` have passed, whose reason is then
 * `timeoutError()`. `task` may call `release` to go on without a time limit, still bound to `signal`, until it ends.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  timeoutError: () => Error,
  task: (signal: AbortSignal, release: () => void) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const { controller, unlink } = linkAbort(signal);
  const timer = setTimeout(() => controller.abort(timeoutError()), timeoutMs);
  try {
    return await task(controller.signal, () => clearTimeout(timer));
  } catch (error) {
    // HTTP libraries reject with errors of their own; the reason for the abort says more.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    unlink();
  }
}
