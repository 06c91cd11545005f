import { setCondition, type ConditionChange } from './conditions.js';
import { formatDuration } from './durations.js';
import { FAILURES, type FailureReason } from './errors.js';
import type { PendingPlan, SharedVolumeStatus, SnapshotRecord, SyncRecord } from './generated/sharedVolume.js';
import type { Plan, Published, SyncUpdate } from './sync.js';

/** A failure as a person should read it in a condition: what happened, who must act, what to do. */
export function explainFailure(reason: FailureReason, message: string): string {
  const { actor, remedy } = FAILURES[reason];
  return actor === 'nobody' ? `${message}. ${remedy}` : `${message}. To do (${actor}): ${remedy}`;
}

/**
 * The part of the status that the writer `drover-sync` owns, after an update from a run: the whole part each time, since
 * a server-side apply erases what it leaves out.
 */
export function projectSync(owned: SharedVolumeStatus, update: SyncUpdate, now: Date): SharedVolumeStatus {
  const { handled, publication, state } = update;
  const published = publication?.published;
  let conditions = owned.conditions;
  const set = (condition: ConditionChange): void => {
    conditions = setCondition(conditions, condition, now);
  };

  // The generation counts as handled only when the run has ended or waits: until then a lost run must be noticed.
  const handledGeneration = handled.generation ?? syncedGeneration(owned);
  const observedGeneration = state.kind === 'started' ? syncedGeneration(owned) : handledGeneration;
  set({
    ...syncedCondition(update),
    ...(observedGeneration !== undefined && { observedGeneration }),
  });
  set(stalledCondition(update));
  const revision = published?.revision ?? owned.published?.revision;
  set(
    revision === undefined
      ? { type: 'Published', status: 'False', reason: 'NothingPublished', message: 'No revision was published yet.' }
      : { type: 'Published', status: 'True', reason: 'Published', message: `Revision ${revision} is published.` },
  );

  const lastHandledSyncRequest = state.kind === 'started' ? undefined : handled.token;
  const plan = heldPlan(state);
  const { pendingPlan: _, ...kept } = owned;
  return {
    ...kept,
    ...(conditions !== undefined && { conditions }),
    ...(published !== undefined && { published: publishedContent(published) }),
    ...(publication !== undefined && { snapshots: publication.snapshots.map(snapshotRecord) }),
    ...(state.kind !== 'started' && { lastSync: syncRecord(update, now) }),
    ...(plan !== undefined && { pendingPlan: pendingPlan(plan) }),
    ...(lastHandledSyncRequest !== undefined && { lastHandledSyncRequest }),
  };
}

function syncedGeneration(owned: SharedVolumeStatus): number | undefined {
  return owned.conditions?.find(({ type }) => type === 'Synced')?.observedGeneration;
}

function syncedCondition({ state, handled }: SyncUpdate): ConditionChange {
  switch (state.kind) {
    case 'started':
      return { type: 'Synced', status: 'Unknown', reason: 'Syncing', message: `Syncing ${handled.revision ?? ''}` };
    case 'done':
      return {
        type: 'Synced',
        status: 'True',
        reason: state.report.result,
        message: `Revision ${state.report.revision ?? ''} is in sync.`,
      };
    case 'stalled':
    case 'aborted': {
      const { reason, message } = state.failure;
      return { type: 'Synced', status: 'False', reason, message: explainFailure(reason, message) };
    }
  }
}

function stalledCondition({ state }: SyncUpdate): ConditionChange {
  if (state.kind !== 'stalled') {
    return { type: 'Stalled', status: 'False', reason: 'NotStalled', message: 'No run is waiting for anybody.' };
  }
  const { reason, message } = state.failure;
  return { type: 'Stalled', status: 'True', reason, message: explainFailure(reason, message) };
}

function syncRecord({ state, handled, startTime, trigger, workflowId, runId }: SyncUpdate, now: Date): SyncRecord {
  const record = {
    startTime,
    duration: formatDuration(now.getTime() - Date.parse(startTime)),
    trigger,
    workflowId,
    runId,
    ...(handled.revision !== undefined && { revision: handled.revision }),
  };
  switch (state.kind) {
    case 'done': {
      const { result, filesChanged, bytesFetched } = state.report;
      return { ...record, result, filesChanged, bytesFetched };
    }
    case 'stalled':
    case 'aborted':
      return {
        ...record,
        result: state.kind === 'aborted' ? 'Aborted' : heldPlan(state) === undefined ? 'Stalled' : 'Held',
        reason: state.failure.reason,
        message: state.failure.message.slice(0, 1024),
      };
    case 'started':
      return { ...record, result: 'Syncing' };
  }
}

/** The plan that waits for an approval. */
function heldPlan(state: SyncUpdate['state']): Plan | undefined {
  return state.kind === 'stalled' ? state.plan : undefined;
}

function pendingPlan({ digest, revision, delta }: Plan): PendingPlan {
  return { digest, revision, ...delta };
}

function publishedContent({ revision, digest, name, time, files, bytes }: Published) {
  return { revision, digest, snapshot: name, time, files, bytes };
}

function snapshotRecord({ name, revision, digest, time, files, bytes }: Published): SnapshotRecord {
  return { name, revision, digest, time, files, bytes };
}
