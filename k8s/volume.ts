import type { SharedVolumeSpec, SharedVolumeStatus } from '../domain/generated/sharedVolume.js';
import type { VolumeKind, VolumeRef } from '../domain/volume.js';
import type { KubeObject } from './object.js';

/** A `SharedVolume` or a `ClusterSharedVolume`: they differ in scope only. */
export interface VolumeObject extends KubeObject {
  readonly apiVersion: string;
  readonly kind: VolumeKind;
  readonly spec: SharedVolumeSpec;
  readonly status?: SharedVolumeStatus;
}

/** What identifies this life of the volume. The object comes from the API server and so has a uid. */
export function volumeRefOf({ kind, metadata }: VolumeObject): VolumeRef {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' };
}
