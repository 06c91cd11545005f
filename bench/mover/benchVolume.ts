import { randomUUID } from 'node:crypto';
import type { SharedVolumeSpec } from '../../domain/generated/sharedVolume.js';
import { VOLUME_API_VERSION } from '../../k8s/paths.js';
import type { VolumeObject } from '../../k8s/volume.js';

/** `spec.source.git`. */
export type GitSpec = NonNullable<NonNullable<SharedVolumeSpec['source']>['git']>;

/** A new volume, as the API server would have it. */
export function benchVolume(git: GitSpec, spec: Partial<SharedVolumeSpec> = {}): VolumeObject {
  const uid = randomUUID();
  return {
    apiVersion: VOLUME_API_VERSION,
    kind: 'SharedVolume',
    metadata: { namespace: 'bench', name: `site-${uid.slice(0, 8)}`, uid, generation: 1, resourceVersion: '1' },
    spec: { mountPath: '/srv/site', syncInterval: '5s', source: { git }, ...spec },
  };
}

/** The same volume after its spec was changed. */
export function changeVolume(volume: VolumeObject, spec: Partial<SharedVolumeSpec>): VolumeObject {
  const { generation = 1 } = volume.metadata;
  return {
    ...volume,
    metadata: { ...volume.metadata, generation: generation + 1, resourceVersion: String(generation + 1) },
    spec: { ...volume.spec, ...spec },
  };
}
