import type { KubeClient } from './client.js';
import { systemClock, type Clock } from './clock.js';
import { createHolder, type Holder } from './leaseHolder.js';
import { linkAbort } from './linkAbort.js';

export interface LeadOptions {
  readonly namespace: string;
  readonly name: string;
  /** Unique per process and life, such as host name and a random part: a lease held under it counts as one's own. */
  readonly identity: string;
  /** After this time without renewal others take the lease; 15 s when absent. */
  readonly leaseMs?: number;
  /** After this time without renewal the leader stops by itself; below `leaseMs`; 10 s when absent. */
  readonly renewDeadlineMs?: number;
  /** Time between two attempts to take or renew the lease; 2 s when absent. */
  readonly retryMs?: number;
  readonly log?: (message: string, error?: unknown) => void;
  readonly clock?: Clock;
}

/**
 * Waits until this process leads, runs `onLeading`, and gives the lease back when `signal` fires or `onLeading` ends.
 * When the lease is lost, or cannot be renewed in time, the signal of `onLeading` fires and `lead` rejects without
 * waiting for it: the process should then exit, since another one may lead by now. Rules and times are client-go's.
 * Expiry is judged by how long the record was unchanged on this process's own clock, so clocks need not agree.
 */
export async function lead(
  client: KubeClient,
  options: LeadOptions,
  onLeading: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { clock = systemClock, retryMs = 2_000, log = () => undefined, identity } = options;
  const holder = createHolder(client, { leaseMs: 15_000, ...options, clock });
  while (!signal.aborted) {
    if (await holder.tryHold(signal).catch((error: unknown) => log('taking the lease failed', error))) break;
    // Spread, so that waiting processes do not ask in step.
    await clock.sleep(retryMs * (1 + clock.random() * 0.2), signal);
  }
  if (signal.aborted) return;
  log(`${identity} leads`);
  const { controller, unlink } = linkAbort(signal);
  const renewing = keepRenewing(holder, options, clock, controller.signal);
  const working = (async () => await onLeading(controller.signal))();
  try {
    // Renewal ends only with the signal, or by losing the lease, which must not wait for the work.
    await Promise.race([working, renewing.then(() => working)]);
  } finally {
    controller.abort(new Error('this process no longer leads'));
    unlink();
    // Losing the lease was reported by the race already, and the work is told by its signal.
    working.catch(() => undefined);
    await renewing.then(
      () => holder.release(log),
      () => undefined,
    );
  }
}

/** Renews until the signal fires. Rejects when the lease is lost. */
async function keepRenewing(holder: Holder, options: LeadOptions, clock: Clock, signal: AbortSignal): Promise<void> {
  const { renewDeadlineMs = 10_000, retryMs = 2_000, log = () => undefined, namespace, name } = options;
  let renewedMs = clock.nowMs();
  const leftMs = () => renewedMs + renewDeadlineMs - clock.nowMs();
  let lastError: unknown;
  for (;;) {
    await clock.sleep(Math.min(retryMs, leftMs()), signal);
    if (signal.aborted) return;
    if (leftMs() <= 0) {
      const message = `lost the lease ${namespace}/${name}: it could not be renewed for ${renewDeadlineMs} ms`;
      throw new Error(message, { cause: lastError });
    }
    const { controller, unlink } = linkAbort(signal);
    const deadline = clock.sleep(leftMs(), controller.signal).then(() => controller.abort());
    const startedMs = clock.nowMs();
    try {
      if (!(await holder.tryHold(controller.signal)))
        throw new LostError(`lost the lease ${namespace}/${name} to another holder`);
      renewedMs = startedMs;
    } catch (error) {
      if (error instanceof LostError) throw error;
      lastError = error;
      if (!signal.aborted) log('renewing the lease failed', error);
    } finally {
      controller.abort();
      unlink();
      await deadline;
    }
  }
}

class LostError extends Error {}
