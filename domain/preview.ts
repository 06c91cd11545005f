import type { Change, DeltaSummary } from './delta.js';
import type { Veto } from './gates.js';
import { comparePaths } from './manifest.js';
import type { VolumeRef } from './volume.js';

/** What `previewSync` is asked. */
export interface PreviewJob {
  readonly volume: VolumeRef;
  readonly exportName: string;
  /** The most changes that the answer may list, 1 to `MAX_LISTED`; there may be millions. */
  readonly limit: number;
  /** Only changes behind this path are listed. */
  readonly after?: string | undefined;
}

/** An answer travels through Temporal, where 2 MB are the end. */
export const MAX_LISTED = 1000;
export const MAX_LISTED_BYTES = 500_000;

export interface ListedChange {
  readonly kind: 'added' | 'changed' | 'deleted';
  readonly path: string;
  /** At the source; of a deleted file, what it has now. */
  readonly bytes: number;
}

/** What a sync would do now. */
export interface Preview {
  readonly revision: string;
  /** Absent when the revision is published already. */
  readonly plan?: string | undefined;
  /** The revision that is published now. */
  readonly from?: string | undefined;
  readonly delta: DeltaSummary;
  /** Bytes of the files that would be deleted. */
  readonly bytesToDelete: number;
  /** Why the sync would be held or refused. */
  readonly veto?: Veto | undefined;
  /** In the order of their paths. */
  readonly changes: readonly ListedChange[];
  /** Whether `changes` has everything behind `after`. */
  readonly isComplete: boolean;
}

/** The changes that an answer lists, and the bytes of all that would be deleted. One pass, bounded memory. */
export function listChanges(
  changes: Iterable<Change>,
  { limit, after = '' }: Pick<PreviewJob, 'limit' | 'after'>,
): Pick<Preview, 'changes' | 'isComplete' | 'bytesToDelete'> {
  const listed: ListedChange[] = [];
  let listedBytes = 0;
  let bytesToDelete = 0;
  let isComplete = true;
  for (const { kind, entry } of changes) {
    if (kind === 'deleted') bytesToDelete += entry.size;
    if (kind === 'unchanged' || comparePaths(entry.path, after) <= 0) continue;
    listedBytes += entry.path.length;
    if (listed.length >= Math.min(limit, MAX_LISTED) || listedBytes > MAX_LISTED_BYTES) isComplete = false;
    else listed.push({ kind, path: entry.path, bytes: entry.size });
  }
  return { changes: listed, isComplete, bytesToDelete };
}
