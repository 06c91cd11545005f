import { findCondition, isTrue, type ConditionChange } from './conditions.js';
import type { SharedVolumeStatus } from './generated/sharedVolume.js';

/** A word for people, derived from the conditions. `Ready`, `Pending`, `Preparing` and `Error` are the original's words. */
export type VolumePhase = 'Pending' | 'Preparing' | 'Ready' | 'Paused' | 'Stalled' | 'Error' | 'Deleting';

/** `Ready` means that data is there for readers, however old; whether it is fresh, the other conditions say. */
export function deriveReady(status: SharedVolumeStatus): ConditionChange {
  const published = findCondition(status.conditions, 'Published');
  if (published?.status === 'True') {
    return { type: 'Ready', status: 'True', reason: 'DataPublished', message: published.message };
  }
  for (const type of ['Reconciled', 'Stalled', 'SourceReachable', 'Synced'] as const) {
    const condition = findCondition(status.conditions, type);
    const isBad = type === 'Stalled' ? condition?.status === 'True' : condition?.status === 'False';
    if (condition !== undefined && isBad) {
      return { type: 'Ready', status: 'False', reason: condition.reason, message: condition.message };
    }
  }
  return { type: 'Ready', status: 'False', reason: 'NothingPublished', message: 'The first sync has not ended yet.' };
}

export function derivePhase(
  status: SharedVolumeStatus,
  { isPaused, isDeleting }: { readonly isPaused: boolean; readonly isDeleting: boolean },
): VolumePhase {
  const { conditions } = status;
  if (isDeleting) return 'Deleting';
  if (findCondition(conditions, 'Reconciled')?.status === 'False') return 'Error';
  if (isTrue(conditions, 'Stalled')) return 'Stalled';
  if (isPaused) return 'Paused';
  if (isTrue(conditions, 'Published')) return 'Ready';
  if (findCondition(conditions, 'SourceReachable')?.status === 'False') return 'Error';
  return findCondition(conditions, 'Synced') === undefined ? 'Pending' : 'Preparing';
}
