import type { VolumeRef } from './volume.js';

/** The input of `retireVolume`. */
export interface RetireJob {
  readonly volume: VolumeRef;
  readonly exportName: string;
  readonly deletionPolicy: 'Retain' | 'Delete';
}
