import { DroverError } from '../domain/errors.js';
import type { SharedVolumeSpec } from '../domain/generated/sharedVolume.js';
import { readSettings, type VolumeSettings } from '../domain/settings.js';
import type { VolumeRef } from '../domain/volume.js';
import type { KubeClient } from '../k8s/client.js';
import { isStatus } from '../k8s/kubeError.js';
import { volumePath } from '../k8s/paths.js';
import type { VolumeObject } from '../k8s/volume.js';

/** The resource, read uncached; undefined when it is gone, being deleted, or was re-created with another uid. */
export async function readVolume(
  kube: KubeClient,
  ref: VolumeRef,
  signal?: AbortSignal,
): Promise<VolumeObject | undefined> {
  const resource = await readAnyVolume(kube, ref, signal);
  return resource?.metadata.deletionTimestamp === undefined ? resource : undefined;
}

/** The same, also while it is being deleted. */
export async function readAnyVolume(
  kube: KubeClient,
  ref: VolumeRef,
  signal?: AbortSignal,
): Promise<VolumeObject | undefined> {
  try {
    const resource = await kube.get<VolumeObject>(volumePath(ref), signal);
    return resource.metadata.uid === ref.uid ? resource : undefined;
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

export async function requireVolume(kube: KubeClient, ref: VolumeRef, signal?: AbortSignal): Promise<VolumeObject> {
  const resource = await readVolume(kube, ref, signal);
  if (resource === undefined) throw new DroverError('VolumeGone', 'the resource is gone');
  return resource;
}

export function requireSettings(spec: SharedVolumeSpec): VolumeSettings {
  const result = readSettings(spec);
  if (!result.ok) throw new DroverError(result.reason, result.message);
  return result.settings;
}
