import { CONTROL_QUEUE } from './queues.js';
import type { SyncRequest } from './requests.js';
import type { SyncJob } from './sync.js';
import { syncWorkflowId, volumeKey, type VolumeRef } from './volume.js';

/**
 * How a request reaches a volume's run: signal-with-start, so that it starts a run or joins the one that is under way.
 * The shape is that of Temporal's `signalWithStart(syncVolume, options)`.
 */
export function syncStart(volume: VolumeRef, exportName: string, request: SyncRequest) {
  return {
    workflowId: syncWorkflowId(volume),
    taskQueue: CONTROL_QUEUE,
    signal: 'request',
    signalArgs: [request] as [SyncRequest],
    args: [{ volume, exportName }] as [SyncJob],
    staticSummary: `sync ${volumeKey(volume)}`,
  };
}
