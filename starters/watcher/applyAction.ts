import { WorkflowIdConflictPolicy, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { ObservedVolume, VolumeAction } from '../../domain/reconcile.js';
import { RETIRE_FINALIZER } from '../../domain/names.js';
import { CONTROL_QUEUE } from '../../domain/queues.js';
import type { SyncRequest } from '../../domain/requests.js';
import { syncStart } from '../../domain/syncStart.js';
import { retireWorkflowId, syncWorkflowId, volumeKey } from '../../domain/volume.js';
import type { KubeClient } from '../../k8s/client.js';
import type { EventRecorder } from '../../k8s/events.js';
import { setFinalizer } from '../../k8s/finalizer.js';
import { volumePath } from '../../k8s/paths.js';
import { applyStatus, readVolumeOf } from '../../k8s/status.js';
import type { VolumeObject } from '../../k8s/volume.js';
import type { retireVolume, syncVolume } from '../../workflows/index.js';

export interface ActionPorts {
  readonly kube: KubeClient;
  readonly temporal: Client;
  readonly events: EventRecorder;
}

/** Carries out one action of a plan. Every action may be repeated. */
export async function applyAction(
  { kube, temporal, events }: ActionPorts,
  resource: VolumeObject,
  { ref, exportName }: ObservedVolume,
  action: VolumeAction,
  signal: AbortSignal,
): Promise<void> {
  switch (action.type) {
    case 'add-finalizer':
      return setFinalizer(kube, volumePath(ref), resource, RETIRE_FINALIZER, true, signal);
    case 'write-status':
      await applyStatus(kube, readVolumeOf(resource), 'drover-watch', action.status, signal);
      return;
    case 'warn':
      return events.emit(resource, { ...action, type: 'Warning', action: 'Reconcile' });
    case 'request-sync':
      await temporal.workflow.signalWithStart<typeof syncVolume, [SyncRequest]>(
        'syncVolume',
        syncStart(ref, exportName, action.request),
      );
      return;
    case 'signal-run':
      return ignoreMissing(temporal.workflow.getHandle(syncWorkflowId(ref)).signal(action.signal));
    case 'approve':
      return ignoreMissing(temporal.workflow.getHandle(syncWorkflowId(ref)).signal('approve', action.plan));
    case 'retire': {
      const { deletionPolicy, isForced } = action;
      const run = await temporal.workflow.start<typeof retireVolume>('retireVolume', {
        workflowId: retireWorkflowId(ref),
        taskQueue: CONTROL_QUEUE,
        args: [{ volume: ref, exportName, deletionPolicy }],
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        staticSummary: `retire ${volumeKey(ref)}`,
      });
      if (isForced) await ignoreMissing(run.signal('forceRelease'));
    }
  }
}

/** A run that has ended needs no signal. */
async function ignoreMissing(signalled: Promise<void>): Promise<void> {
  try {
    await signalled;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
