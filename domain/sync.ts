import type { GateFacts } from './gates.js';
import type { AttemptKey } from './polling.js';
import type { SyncRequest } from './requests.js';
import type { VolumeSettings } from './settings.js';
import type { VolumeRef } from './volume.js';

/** What passes between the sync workflow and its activities. References, digests and counts only, never a secret. */

/** The input of `syncVolume`. */
export interface SyncJob {
  readonly volume: VolumeRef;
  /** Requests that an earlier run left to this one. */
  readonly requests?: readonly SyncRequest[];
}

/** What the resource asks for at this moment, and what is published. */
export type Resolution =
  /** Nothing to do, and why. */
  | { readonly outcome: 'gone' | 'paused' }
  | { readonly outcome: 'unchanged' | 'refused'; readonly key: AttemptKey; readonly published: Published | undefined }
  | { readonly outcome: 'changed'; readonly key: AttemptKey; readonly target: SyncTarget };

/** What a run shall publish. */
export interface SyncTarget {
  readonly revision: string;
  readonly settings: VolumeSettings;
  /** A complete snapshot of it is on disk already: nothing needs to be fetched. */
  readonly snapshot?: string | undefined;
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

export type SyncResult = 'Published' | 'Unchanged' | 'Refused' | 'Aborted' | 'Skipped';

/** What a run did; the result of the workflow. */
export interface SyncReport {
  readonly result: SyncResult;
  readonly revision?: string | undefined;
  readonly digest?: string | undefined;
  readonly filesChanged: number;
  readonly bytesFetched: number;
}
