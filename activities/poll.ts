import { DroverError } from '../domain/errors.js';
import { POLL_RUN_MS } from '../domain/policy.js';
import type { SyncRequest } from '../domain/requests.js';
import { DEFAULT_INTERVAL_MS, readSettings, type CheckSchedule, type SourceSettings } from '../domain/settings.js';
import type { VolumeRef } from '../domain/volume.js';
import { systemClock, type Clock } from '../k8s/clock.js';
import { linkAbort } from '../k8s/linkAbort.js';
import type { Reflector } from '../k8s/reflector.js';
import { volumeRefOf, type VolumeObject } from '../k8s/volume.js';
import { createLimiter } from './limiter.js';
import { lookAtSource, type Look } from './look.js';
import { countSetback, nextLookDelayMs, trackVolumes, type Moment, type Tracked } from './pollSchedule.js';
import type { MoverPorts } from './ports.js';
import { runStep } from './step.js';

/** What the poller of an export needs from outside. */
export interface PollPorts extends MoverPorts {
  /** A fresh watch on all volumes of a kind, one for each kind. */
  readonly createReflectors: () => readonly Reflector<VolumeObject>[];
  readonly requestSync: (volume: VolumeRef, request: SyncRequest, signal: AbortSignal) => Promise<void>;
  /** Is told of every look, and writes into the resource's status what is news. */
  readonly reportLook: (resource: VolumeObject, look: Look, signal: AbortSignal) => Promise<void>;
  readonly observePoll: (result: Look['kind'], latenessMs: number) => void;
  /** The wall clock, which crontab lines are about. */
  readonly now: () => Date;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  readonly clock?: Clock;
}

export type PollActivities = ReturnType<typeof createPollActivities>;

/** Sources that are asked at the same moment, in all and for each host. */
const LOOKS_AT_ONCE = 16;
const LOOKS_PER_HOST = 6;

/** The longest nap of the loop: a bound on how late it notices what nobody told it. */
const MAX_NAP_MS = 5_000;
const MIN_NAP_MS = 10;

/** How long looks may take to stop; one that hangs in a dead file system must not keep the poller from ending. */
const STOP_LOOKS_MS = 500;

/**
 * Looks at every source of the export, each volume at its own interval. A poll is not a run: only a change becomes one.
 * @param look replaces how a source is asked
 */
export function createPollActivities(ports: PollPorts, look: typeof lookAtSource = lookAtSource) {
  const { clock = systemClock } = ports;

  const thisMoment = (): Moment => ({ nowMs: clock.nowMs(), now: ports.now(), random: () => clock.random() });

  async function pollSources(): Promise<void> {
    await runStep(async ({ signal: cancelled }) => {
      const { controller, unlink } = linkAbort(cancelled);
      const reflectors = ports.createReflectors();
      const watching = reflectors.map((reflector) => reflector.run(controller.signal));
      try {
        await Promise.race([pollFor(POLL_RUN_MS, reflectors, controller.signal), failureOf(watching)]);
      } finally {
        controller.abort();
        unlink();
        await Promise.allSettled(watching);
      }
      cancelled.throwIfAborted();
    });
  }

  async function pollFor(
    durationMs: number,
    reflectors: readonly Reflector<VolumeObject>[],
    signal: AbortSignal,
  ): Promise<void> {
    await Promise.all(reflectors.map((reflector) => reflector.waitForSync(signal)));
    const endMs = clock.nowMs() + durationMs;
    const limiter = createLimiter({ total: LOOKS_AT_ONCE, perKey: LOOKS_PER_HOST });
    const tracked = new Map<string, Tracked>();
    const looks = new Set<Promise<void>>();
    const { controller, unlink } = linkAbort(signal);
    let nap = new AbortController();
    // One listener for all naps: thousands of turns must not leave a trace each on a signal that lives for a day.
    const wake = (): void => nap.abort();
    controller.signal.addEventListener('abort', wake);
    for (const reflector of reflectors) reflector.onChange(wake);

    while (clock.nowMs() < endMs && !signal.aborted) {
      nap = new AbortController();
      await clock.sleep(Math.max(beginLooks() - clock.nowMs(), MIN_NAP_MS), nap.signal);
    }
    controller.abort();
    unlink();
    await settleWithin(STOP_LOOKS_MS, looks, clock);

    /** Begins what is due, and says when something is due next, as far as that is known. */
    function beginLooks(): number {
      const nowMs = clock.nowMs();
      let nextMs = Math.min(nowMs + MAX_NAP_MS, endMs);
      const resources = reflectors.flatMap((reflector) => reflector.list());
      trackVolumes(tracked, resources, checksOf, thisMoment());
      for (const resource of resources) {
        const entry = tracked.get(resource.metadata.uid ?? '');
        if (entry === undefined || entry.isLooking) continue;
        if (entry.dueMs <= nowMs) beginLook(resource, entry);
        else nextMs = Math.min(nextMs, entry.dueMs);
      }
      return nextMs;
    }

    function beginLook(resource: VolumeObject, entry: Tracked): void {
      entry.isLooking = true;
      const looking = lookOnce(resource, entry)
        .catch((error: unknown) => {
          if (!controller.signal.aborted) ports.warn('a look at a source failed', { error: String(error) });
        })
        .finally(() => {
          entry.isLooking = false;
          looks.delete(looking);
          // Its volume may be due again already, for instance because its spec changed meanwhile.
          wake();
        });
      looks.add(looking);
    }

    async function lookOnce(resource: VolumeObject, entry: Tracked): Promise<void> {
      const { uid = '', generation } = resource.metadata;
      // What is found out about a volume that is gone, or about a spec that was replaced, is of no use to anybody.
      const isOvertaken = (): boolean =>
        controller.signal.aborted || tracked.get(uid) !== entry || entry.generation !== generation;
      let isTold = true;
      let isSettled = true;
      try {
        const result = readSettings(resource.spec);
        if (!result.ok || result.settings.paused) return;
        let latenessMs = 0;
        const found = await limiter.run(hostOf(ports, result.settings.source), async (): Promise<Look> => {
          if (isOvertaken()) return { kind: 'ended' };
          latenessMs = clock.nowMs() - entry.dueMs;
          return look(ports, resource, controller.signal);
        });
        if (found.kind === 'ended' || isOvertaken()) return;
        ports.observePoll(found.kind, latenessMs);
        countSetback(entry, found);
        isSettled = found.kind === 'unchanged';
        isTold = false;
        if (found.kind === 'changed') {
          const { kind: _, ...key } = found;
          await ports.requestSync(volumeRefOf(resource), { reason: 'source-changed', ...key }, controller.signal);
          entry.requestedRevision = key.revision;
        }
        await ports.reportLook(resource, found, controller.signal);
        isTold = true;
      } finally {
        if (!isOvertaken()) {
          const last = { setbacks: entry.setbacks, isTold, isSettled };
          entry.dueMs = clock.nowMs() + nextLookDelayMs(checksOf(resource), last, thisMoment());
        }
      }
    }
  }

  return { pollSources };
}

/** Rejects when one of them does, and never resolves. */
function failureOf(works: readonly Promise<void>[]): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const work of works) work.catch(reject);
  });
}

/** Waits until all have ended, but not longer than this. */
async function settleWithin(timeoutMs: number, works: Iterable<Promise<void>>, clock: Clock): Promise<void> {
  const settled = new AbortController();
  void Promise.allSettled(works).then(() => settled.abort());
  await clock.sleep(timeoutMs, settled.signal);
}

/** When a volume wants to be looked at; the default when its spec cannot be read. */
function checksOf({ spec }: VolumeObject): CheckSchedule {
  const result = readSettings(spec);
  return result.ok ? result.settings.checks : { type: 'interval', intervalMs: DEFAULT_INTERVAL_MS };
}

/** What looks are limited by. A source whose address is refused contacts no host; the look itself says why. */
function hostOf({ createSource }: MoverPorts, settings: SourceSettings): string {
  try {
    return createSource(settings).host;
  } catch (error) {
    if (error instanceof DroverError) return '';
    throw error;
  }
}
