import { WorkflowIdConflictPolicy } from '@temporalio/client';
import { CONTROL_QUEUE } from '../../domain/queues.js';
import { exportWorkflowId, type VolumeKind } from '../../domain/volume.js';
import { systemClock, type Clock } from '../../k8s/clock.js';
import { objectKey } from '../../k8s/object.js';
import { volumesPath } from '../../k8s/paths.js';
import { createReflector, type Reflector } from '../../k8s/reflector.js';
import type { VolumeObject } from '../../k8s/volume.js';
import { createWorkQueue } from '../../k8s/workqueue.js';
import type { superviseExport } from '../../workflows/index.js';
import type { ActionPorts } from './applyAction.js';
import { createReconcile } from './reconcileVolume.js';

export interface WatcherPorts extends ActionPorts {
  /** The export that volumes without a server of their own lie on. */
  readonly exportName: string;
  readonly observeDepth: (kind: VolumeKind, depth: number) => void;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  readonly clock?: Clock;
}

const KINDS: readonly VolumeKind[] = ['SharedVolume', 'ClusterSharedVolume'];

/** How often every volume is reconciled although nothing seems to have happened. */
const RESYNC_EVERY_MS = 5 * 60_000;

/** How often it is made sure that each export is watched: somebody may have ended that workflow by hand. */
const SUPERVISE_EVERY_MS = 60_000;

export interface Watcher {
  /** Turns resources into workflows until `signal` fires. One process leads; a second one would do no harm. */
  run(signal: AbortSignal): Promise<void>;
  /** Every volume, as last seen; empty while another process leads. */
  volumes(): readonly VolumeObject[];
}

export function createWatcher(ports: WatcherPorts): Watcher {
  const watched = KINDS.map((kind) => {
    const log = (message: string, error?: unknown): void => ports.warn(message, { kind, error: String(error) });
    return { kind, reflector: createReflector<VolumeObject>(ports.kube, volumesPath(kind), { log }) };
  });
  return {
    async run(signal) {
      await Promise.all([
        ...watched.map(({ kind, reflector }) => reconcileKind(ports, kind, reflector, signal)),
        supervise(ports, signal),
      ]);
    },
    volumes: () => watched.flatMap(({ reflector }) => reflector.list()),
  };
}

async function reconcileKind(
  ports: WatcherPorts,
  kind: VolumeKind,
  reflector: Reflector<VolumeObject>,
  signal: AbortSignal,
): Promise<void> {
  const { clock = systemClock, exportName, observeDepth } = ports;
  const reconcile = createReconcile(ports, reflector, exportName, clock);
  const queue = createWorkQueue({
    process: (key, turn) => {
      observeDepth(kind, queue.depth());
      return reconcile(key, turn);
    },
    onError: (key, error) => ports.warn('a reconcile failed and is tried again', { kind, key, error: String(error) }),
  });
  const unsubscribe = reflector.onChange((key) => {
    queue.add(key);
    observeDepth(kind, queue.depth());
  });
  const resync = async (): Promise<void> => reflector.list().forEach((volume) => queue.add(objectKey(volume)));
  try {
    await Promise.all([reflector.run(signal), queue.run(signal), repeat(resync, RESYNC_EVERY_MS, clock, signal)]);
  } finally {
    unsubscribe();
  }
}

function supervise({ temporal, exportName, warn, clock = systemClock }: WatcherPorts, signal: AbortSignal) {
  const start = async (): Promise<void> => {
    try {
      await temporal.workflow.start<typeof superviseExport>('superviseExport', {
        workflowId: exportWorkflowId(exportName),
        taskQueue: CONTROL_QUEUE,
        args: [exportName],
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        staticSummary: `watch the sources of the export ${exportName}`,
      });
    } catch (error) {
      warn('the export is not supervised; tried again in a minute', { exportName, error: String(error) });
    }
  };
  return repeat(start, SUPERVISE_EVERY_MS, clock, signal);
}

/** Runs `work` now and again after each pause, until the signal fires. */
async function repeat(work: () => Promise<void>, pauseMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await work();
    await clock.sleep(pauseMs, signal);
  }
}
