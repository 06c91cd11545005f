/**
 * Runs `task` with a signal that fires when `signal` does or when `timeoutMs` have passed, whose reason is then `timeoutError()`.
 * Written by hand because `AbortSignal.any` keeps its sources' listeners for as long as a long-lived source lives.
 * `task` may call `release` to go on without a time limit, still bound to `signal`, until the promise it returned ends.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  timeoutError: () => Error,
  task: (signal: AbortSignal, release: () => void) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => controller.abort(timeoutError()), timeoutMs);
  try {
    return await task(controller.signal, () => clearTimeout(timer));
  } catch (error) {
    // HTTP libraries reject with errors of their own; the reason for the abort says more.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
