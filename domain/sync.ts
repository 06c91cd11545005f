import type { DeltaSummary } from './delta.js';
import type { GateFacts } from './gates.js';
import type { AttemptKey } from './polling.js';
import type { FailureReason } from './errors.js';
import type { Handled, SyncRequest } from './requests.js';
import type { VolumeSettings } from './settings.js';
import type { VolumeRef } from './volume.js';

/** What passes between the sync workflow and its activities. References, digests and counts only, never a secret. */

/** The input of `syncVolume`. */
export interface SyncJob {
  readonly volume: VolumeRef;
  /** The export that the volume lies on. */
  readonly exportName: string;
  /** Requests that an earlier run left to this one. */
  readonly requests?: readonly SyncRequest[];
}

/** What the resource asks for at this moment, and what is published. */
export type Resolution =
  /** Nothing to do, and why. */
  | { readonly outcome: 'gone' }
  | { readonly outcome: 'paused' }
  | { readonly outcome: 'unchanged'; readonly key: AttemptKey; readonly publication: PublishReport }
  | { readonly outcome: 'refused'; readonly key: AttemptKey }
  | { readonly outcome: 'changed'; readonly key: AttemptKey; readonly target: SyncTarget };

/** What a run shall publish. */
export interface SyncTarget {
  readonly revision: string;
  readonly settings: VolumeSettings;
  /** A complete snapshot of it is on disk already: nothing needs to be fetched. */
  readonly snapshot?: string | undefined;
  /** Names exactly this change: from what is published now, to this revision; `sha256:` and hex digits. */
  readonly plan: string;
  /** The plan that the resource says is approved. */
  readonly approvedPlan?: string | undefined;
}

/** What every step on the mover is given. */
export interface SyncStep {
  readonly volume: VolumeRef;
  readonly target: SyncTarget;
}

export interface DiffReport {
  readonly facts: GateFacts;
  readonly bytesFetched: number;
}

/** What a run that is held would do. */
export interface Plan {
  readonly digest: string;
  readonly revision: string;
  readonly delta: DeltaSummary;
}

/** A complete tree on the export. */
export interface Snapshot {
  /** Name of its directory. */
  readonly name: string;
  readonly revision: string;
  /** Everything besides the revision that decides the tree; see `Source.variant`. */
  readonly variant: string;
  /** `sha256:` and the hex digest of its manifest. */
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
}

/** The snapshot that readers see, and since when (ISO 8601). */
export interface Published extends Snapshot {
  readonly time: string;
}

export interface PublishReport {
  readonly published: Published;
  /** Complete snapshots on disk that were published at some time, newest first. */
  readonly snapshots: readonly Published[];
}

export type SyncResult = 'Published' | 'Unchanged' | 'Refused' | 'Aborted' | 'Skipped' | 'Stalled' | 'Held';

/** What a run did; the result of the workflow. */
export interface SyncReport {
  readonly result: SyncResult;
  readonly revision?: string | undefined;
  readonly digest?: string | undefined;
  readonly filesChanged: number;
  readonly bytesFetched: number;
}

/** What a run tells the resource's status, at its start, when it stalls and at its end. */
export interface SyncUpdate {
  readonly volume: VolumeRef;
  readonly trigger: SyncRequest['reason'];
  /** When the run started, ISO 8601. */
  readonly startTime: string;
  readonly workflowId: string;
  readonly runId: string;
  /** What the run has handled by now; see `Handled`. */
  readonly handled: Handled;
  /** Present as soon as the run has published. */
  readonly publication?: PublishReport | undefined;
  readonly state:
    | { readonly kind: 'started' }
    | {
        readonly kind: 'stalled' | 'aborted';
        readonly failure: { readonly reason: FailureReason; readonly message: string };
        /** Present when an approval of it would let the run go on. */
        readonly plan?: Plan | undefined;
      }
    | { readonly kind: 'done'; readonly report: SyncReport };
}
