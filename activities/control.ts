import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { DroverError } from '../domain/errors.js';
import { setCondition } from '../domain/conditions.js';
import { RETIRE_FINALIZER } from '../domain/names.js';
import { STOP_RUN_MS } from '../domain/policy.js';
import type { SyncUpdate } from '../domain/sync.js';
import { explainFailure, projectSync } from '../domain/syncStatus.js';
import { syncWorkflowId, type VolumeRef } from '../domain/volume.js';
import type { KubeClient } from '../k8s/client.js';
import { systemClock, type Clock } from '../k8s/clock.js';
import type { EventRecorder } from '../k8s/events.js';
import { setFinalizer } from '../k8s/finalizer.js';
import { volumePath } from '../k8s/paths.js';
import { applyStatus, ownedStatus, readVolumeOf } from '../k8s/status.js';
import { runStep } from './step.js';
import { readAnyVolume } from './volumes.js';

export interface ControlPorts {
  readonly kube: KubeClient;
  readonly temporal: Client;
  readonly events: EventRecorder;
  /** Counts what runs report. */
  readonly observeSync: (update: SyncUpdate) => void;
  readonly now: () => Date;
  readonly clock?: Clock;
}

/** How often it is asked whether a run that was told to stop has ended. */
const STOP_LOOK_EVERY_MS = 250;

interface UnreachableExport {
  readonly volume: VolumeRef;
  readonly exportName: string;
  /** What went wrong. */
  readonly message: string;
}

export type ControlActivities = ReturnType<typeof createControlActivities>;

/** The steps of an operation that talk to Kubernetes and Temporal. */
export function createControlActivities(ports: ControlPorts) {
  const { kube, temporal, events, observeSync, now, clock = systemClock } = ports;
  return {
    /** Writes what a run has come to into the resource's status, and an event when a person may care. */
    reportSync: (update: SyncUpdate): Promise<void> =>
      runStep(async ({ signal }) => {
        const resource = await readAnyVolume(kube, update.volume, signal);
        if (resource !== undefined) {
          const owned = projectSync(ownedStatus(resource.status, 'drover-sync'), update, now());
          await applyStatus(kube, readVolumeOf(resource), 'drover-sync', owned, signal);
        }
        // After the write, which may be tried many times: a run counts once.
        observeSync(update);
        if (resource === undefined) return;
        const event = eventOf(update);
        if (event !== undefined) await events.emit(resource, { ...event, action: 'Sync' });
      }),

    /** Says in the status that the deletion waits for the export. */
    reportExportUnreachable: ({ volume, exportName, message: problem }: UnreachableExport): Promise<void> =>
      runStep(async ({ signal }) => {
        const resource = await readAnyVolume(kube, volume, signal);
        if (resource === undefined) return;
        const message = explainFailure('ExportUnreachable', `the export "${exportName}" cannot be reached: ${problem}`);
        const owned = ownedStatus(resource.status, 'drover-sync');
        const condition = { type: 'Stalled', status: 'True', reason: 'ExportUnreachable', message } as const;
        const conditions = setCondition(owned.conditions, condition, now());
        await applyStatus(kube, readVolumeOf(resource), 'drover-sync', { ...owned, conditions }, signal);
        await events.emit(resource, { type: 'Warning', reason: 'ExportUnreachable', message, action: 'Retire' });
      }),

    /** Aborts the volume's run and returns when it has ended; one that does not end in time is terminated. */
    stopSync: (volume: VolumeRef): Promise<void> =>
      runStep(async ({ signal }) => {
        const run = temporal.workflow.getHandle(syncWorkflowId(volume));
        try {
          await run.signal('abort');
          const deadlineMs = clock.nowMs() + STOP_RUN_MS;
          while (clock.nowMs() < deadlineMs) {
            if ((await run.describe()).status.name !== 'RUNNING') return;
            await clock.sleep(STOP_LOOK_EVERY_MS, signal);
            signal.throwIfAborted();
          }
          await run.terminate('the volume is being deleted, and the run did not end when it was told to');
        } catch (error) {
          // There is no run, or it has ended meanwhile: that is what was asked for.
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        }
      }),

    /** Lets the resource go. */
    releaseFinalizer: (volume: VolumeRef): Promise<void> =>
      runStep(async ({ signal }) => {
        const resource = await readAnyVolume(kube, volume, signal);
        if (resource === undefined) return;
        if (resource.metadata.deletionTimestamp === undefined) {
          throw new DroverError('Internal', 'the resource is not being deleted, so its finalizer stays');
        }
        await setFinalizer(kube, volumePath(volume), resource, RETIRE_FINALIZER, false, signal);
      }),
  };
}

function eventOf({ state, trigger }: SyncUpdate) {
  switch (state.kind) {
    case 'started':
      return undefined;
    case 'done': {
      const { result, revision, filesChanged } = state.report;
      if (result !== 'Published') return undefined;
      const message = `Published revision ${revision ?? ''}: ${filesChanged} files changed (${trigger})`;
      return { type: 'Normal', reason: 'Published', message } as const;
    }
    case 'aborted':
      return { type: 'Normal', reason: 'Aborted', message: explainFailure('Aborted', state.failure.message) } as const;
    case 'stalled': {
      const { reason, message } = state.failure;
      return { type: 'Warning', reason, message: explainFailure(reason, message) } as const;
    }
  }
}
