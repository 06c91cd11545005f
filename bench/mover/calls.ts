import type { DeltaSummary } from '../../domain/delta.js';
import type { VolumeObject } from '../../k8s/volume.js';

/** What the process of the mover is asked to do; one message each, answered in order. */
export type MoverCall =
  /** Puts a Secret, by its path, where the mover reads it. */
  | { readonly kind: 'put'; readonly path: string; readonly object: object }
  /** A whole sync of the volume, as `syncVolume` runs it. */
  | { readonly kind: 'sync'; readonly volume: VolumeObject; readonly isDurable: boolean }
  /** So many looks of the poller at the volume, one after the other. */
  | { readonly kind: 'poll'; readonly volume: VolumeObject; readonly looks: number };

export interface SyncOutcome {
  readonly outcome: 'published' | 'unchanged';
  /** Milliseconds of each step that was needed, in order. */
  readonly stepsMs: Readonly<Record<string, number>>;
  /** Absent when a kept snapshot was published again. */
  readonly delta?: DeltaSummary;
  readonly bytesFetched: number;
}

export type MoverAnswer =
  { readonly ok: true; readonly result: SyncOutcome | undefined } | { readonly ok: false; readonly message: string };
