import { setTimeout as sleep } from 'node:timers/promises';
import type { SharedVolumeSpec } from '../../domain/generated/sharedVolume.js';
import { VOLUME_API_VERSION, volumePath, volumesInPath } from '../../k8s/paths.js';
import type { VolumeObject } from '../../k8s/volume.js';
import { NAMESPACE, type System } from './startSystem.js';

const LOOK_EVERY_MS = 250;

/** Creates a `SharedVolume` in the namespace of the benchmark. */
export function createVolume(
  { kube }: System,
  name: string,
  spec: Partial<SharedVolumeSpec>,
  signal: AbortSignal,
): Promise<VolumeObject> {
  const metadata = { name, namespace: NAMESPACE };
  const body = {
    apiVersion: VOLUME_API_VERSION,
    kind: 'SharedVolume',
    metadata,
    spec: { mountPath: `/srv/${name}`, ...spec },
  };
  return kube.create<VolumeObject>(volumesInPath(NAMESPACE), body, signal);
}

/** Waits until the first sync of a volume is published and its status says so. */
export async function untilPublished({ kube }: System, name: string, signal: AbortSignal): Promise<void> {
  const path = volumePath({ kind: 'SharedVolume', namespace: NAMESPACE, name });
  while ((await kube.get<VolumeObject>(path, signal)).status?.lastSync === undefined) {
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}
