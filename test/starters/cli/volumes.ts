import type { SharedVolumeStatus } from '../../../domain/generated/sharedVolume.js';
import type { VolumeObject } from '../../../k8s/volume.js';
import { gitVolume, VOLUME } from '../../activities/fakes.js';

export const RUN_ID = 'sync/demo/site/11111111';
export const REVISION = 'a'.repeat(40);

const snapshot = {
  name: 'snap-1',
  revision: REVISION,
  digest: 'sha256:1',
  time: '2026-01-01T00:00:00Z',
  files: 3,
  bytes: 30,
};

/** What an hour of good life leaves in the status. */
export const HEALTHY: SharedVolumeStatus = {
  phase: 'Ready',
  observedGeneration: 1,
  target: { export: 'local', path: 'demo.site/data' },
  lastCheckTime: '2026-01-01T00:59:30Z',
  published: { ...snapshot, snapshot: snapshot.name },
  snapshots: [snapshot],
  lastSync: { startTime: snapshot.time, result: 'Published', duration: '2s', trigger: 'requested', filesChanged: 3 },
  conditions: [
    { type: 'Ready', status: 'True', reason: 'DataPublished', message: 'Data is there.', lastTransitionTime: '' },
  ],
};

export function site(
  status: SharedVolumeStatus = HEALTHY,
  spec: Partial<VolumeObject['spec']> = {},
  metadata: Partial<VolumeObject['metadata']> = {},
): VolumeObject {
  return gitVolume(spec, metadata, status);
}

/** A volume of the cluster kind that nobody has touched yet. */
export function clusterVolume(name: string): VolumeObject {
  const { metadata, ...volume } = gitVolume({}, { name, uid: VOLUME.uid });
  const { namespace: _, ...withoutNamespace } = metadata;
  return { ...volume, kind: 'ClusterSharedVolume', metadata: withoutNamespace };
}
