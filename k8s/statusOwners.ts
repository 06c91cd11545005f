import type { SharedVolumeStatus } from '../domain/generated/sharedVolume.js';
import type { ConditionType } from '../domain/conditions.js';

interface Ownership {
  readonly fields: readonly (keyof SharedVolumeStatus)[];
  readonly conditions: readonly ConditionType[];
}

/**
 * Who writes what of a volume's status. The names are field managers of server-side apply. Each writer applies its whole
 * part every time, because what an apply leaves out is erased; so no field and no condition may have two writers.
 */
export const STATUS_OWNERS = {
  /** The watcher: what follows from the spec and from the other conditions. */
  'drover-watch': {
    fields: [
      'observedGeneration',
      'phase',
      'message',
      'nfsServerAddress',
      'persistentVolumeClaimName',
      'persistentVolumeName',
      'serviceName',
      'target',
    ],
    conditions: ['Ready', 'Reconciled'],
  },
  /** The poller: whether the source answers. */
  'drover-poll': { fields: ['lastCheckTime'], conditions: ['SourceReachable'] },
  /** The sync workflow: what was published, and how the last run went. */
  'drover-sync': {
    fields: ['published', 'snapshots', 'lastSync', 'pendingPlan', 'lastHandledSyncRequest'],
    conditions: ['Synced', 'Published', 'Stalled'],
  },
} as const satisfies Record<string, Ownership>;

export type StatusOwner = keyof typeof STATUS_OWNERS;
