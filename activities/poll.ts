import { setTimeout as sleep } from 'node:timers/promises';
import { DroverError } from '../domain/errors.js';
import { POLL_RUN_MS } from '../domain/policy.js';
import { firstPollDelayMs, pollDelayMs } from '../domain/polling.js';
import type { SyncRequest } from '../domain/requests.js';
import { DEFAULT_INTERVAL_MS, readSettings, type VolumeSettings } from '../domain/settings.js';
import type { VolumeRef } from '../domain/volume.js';
import type { Reflector } from '../k8s/reflector.js';
import { createLimiter } from './limiter.js';
import { lookAtSource, type Look } from './look.js';
import type { MoverPorts } from './ports.js';
import { runStep } from './step.js';
import { volumeRefOf, type VolumeObject } from '../k8s/volume.js';

/** What the poller of an export needs from outside. */
export interface PollPorts extends MoverPorts {
  /** A fresh watch on all volumes of a kind, one for each kind. */
  readonly createReflectors: () => readonly Reflector<VolumeObject>[];
  readonly requestSync: (volume: VolumeRef, request: SyncRequest) => Promise<void>;
  /** Writes what a look has found into the resource's status; called when it is news. */
  readonly reportLook: (resource: VolumeObject, look: Look) => Promise<void>;
  readonly observePoll: (result: Look['kind'], latenessMs: number) => void;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  /** Between 0 and 1. */
  readonly random: () => number;
}

export type PollActivities = ReturnType<typeof createPollActivities>;

/** Sources that are asked at the same moment, in all and for each host. */
const LOOKS_AT_ONCE = 16;
const LOOKS_PER_HOST = 6;

/** The longest nap of the loop: a bound on how late it notices what nobody told it. */
const MAX_NAP_MS = 5_000;

interface Tracked {
  dueMs: number;
  /** Looks in a row that failed, or that asked for a sync that an earlier look had asked for. */
  setbacks: number;
  requestedRevision?: string;
  generation: number | undefined;
  isLooking: boolean;
}

/** Looks at every source of the export, each volume at its own interval. A poll is not a run: only a change becomes one. */
export function createPollActivities(ports: PollPorts) {
  async function pollSources(): Promise<void> {
    await runStep(async ({ signal: cancelled }) => {
      const ended = new AbortController();
      const signal = AbortSignal.any([cancelled, ended.signal]);
      const reflectors = ports.createReflectors();
      const watching = Promise.all(reflectors.map((reflector) => reflector.run(signal)));
      try {
        await Promise.all(reflectors.map((reflector) => reflector.waitForSync(signal)));
        await pollUntil(Date.now() + POLL_RUN_MS, reflectors, signal);
      } finally {
        ended.abort();
        await watching;
      }
      cancelled.throwIfAborted();
    });
  }

  async function pollUntil(
    endMs: number,
    reflectors: readonly Reflector<VolumeObject>[],
    signal: AbortSignal,
  ): Promise<void> {
    const limiter = createLimiter({ total: LOOKS_AT_ONCE, perKey: LOOKS_PER_HOST });
    const tracked = new Map<string, Tracked>();
    let nap = new AbortController();
    for (const reflector of reflectors) reflector.onChange(() => nap.abort());

    while (Date.now() < endMs && !signal.aborted) {
      nap = new AbortController();
      const resources = reflectors.flatMap((reflector) => reflector.list());
      track(tracked, resources);
      let nextMs = Date.now() + MAX_NAP_MS;
      for (const resource of resources) {
        const entry = tracked.get(resource.metadata.uid ?? '');
        if (entry === undefined || entry.isLooking) continue;
        if (entry.dueMs <= Date.now()) look(resource, entry);
        else nextMs = Math.min(nextMs, entry.dueMs);
      }
      // Ended early by a change of a volume or by the end of a look; both may make something due.
      await sleep(Math.max(nextMs - Date.now(), 10), undefined, {
        signal: AbortSignal.any([signal, nap.signal]),
      }).catch((error: unknown) => {
        if (!nap.signal.aborted && !signal.aborted) throw error;
      });
    }

    function look(resource: VolumeObject, entry: Tracked): void {
      entry.isLooking = true;
      lookOnce(resource, entry)
        .catch((error: unknown) => ports.warn('a look at a source failed', { error: String(error) }))
        .finally(() => {
          entry.isLooking = false;
          nap.abort();
        });
    }

    async function lookOnce(resource: VolumeObject, entry: Tracked): Promise<void> {
      const result = readSettings(resource.spec);
      const intervalMs = result.ok ? result.settings.intervalMs : DEFAULT_INTERVAL_MS;
      try {
        if (!result.ok || result.settings.paused) return;
        let latenessMs = 0;
        const outcome = await limiter.run(hostOf(ports, result.settings), () => {
          latenessMs = Date.now() - entry.dueMs;
          return lookAtSource(ports, resource, signal);
        });
        if (outcome.kind === 'ended') return;
        ports.observePoll(outcome.kind, latenessMs);
        entry.setbacks = isSetback(entry, outcome) ? entry.setbacks + 1 : 0;
        if (outcome.kind === 'changed') {
          const { revision } = outcome;
          await ports.requestSync(volumeRefOf(resource), { reason: 'source-changed', revision });
          entry.requestedRevision = revision;
        }
        await ports.reportLook(resource, outcome);
      } finally {
        entry.dueMs = Date.now() + pollDelayMs(intervalMs, entry.setbacks, ports.random());
      }
    }
  }

  /** Adds volumes that are new, forgets those that are gone, and looks at once where the spec changed. */
  function track(tracked: Map<string, Tracked>, resources: readonly VolumeObject[]): void {
    const present = new Set<string>();
    for (const resource of resources) {
      const { uid, generation, deletionTimestamp } = resource.metadata;
      if (uid === undefined || deletionTimestamp !== undefined) continue;
      present.add(uid);
      const entry = tracked.get(uid);
      if (entry === undefined) {
        const result = readSettings(resource.spec);
        const intervalMs = result.ok ? result.settings.intervalMs : DEFAULT_INTERVAL_MS;
        const delayMs = firstPollDelayMs(intervalMs, resource.status?.published !== undefined, ports.random());
        tracked.set(uid, { dueMs: Date.now() + delayMs, setbacks: 0, generation, isLooking: false });
      } else if (entry.generation !== generation) {
        Object.assign(entry, { generation, dueMs: Date.now(), setbacks: 0 });
      }
    }
    for (const uid of tracked.keys()) if (!present.has(uid)) tracked.delete(uid);
  }

  return { pollSources };
}

/** A source that fails is asked less often, and so is a sync that is asked for again since it did not come to an end. */
function isSetback({ requestedRevision }: Tracked, look: Look): boolean {
  return look.kind === 'failed' || (look.kind === 'changed' && look.revision === requestedRevision);
}

/** What looks are limited by. A source whose address is refused contacts no host; the look itself says why. */
function hostOf(ports: MoverPorts, { source }: VolumeSettings): string {
  try {
    return ports.createSource(source).host;
  } catch (error) {
    if (error instanceof DroverError) return '';
    throw error;
  }
}
