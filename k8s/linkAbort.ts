/**
 * A controller that also fires, with the same reason, when `signal` does; `unlink` ends that.
 * Written by hand because `AbortSignal.any` keeps its followers for as long as a long-lived source lives.
 */
export function linkAbort(signal?: AbortSignal): { readonly controller: AbortController; readonly unlink: () => void } {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal?.reason);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  return { controller, unlink: () => signal?.removeEventListener('abort', onAbort) };
}
