import type { SharedVolumeStatus } from '../domain/generated/sharedVolume.js';
import type { VolumeRef } from '../domain/volume.js';
import type { KubeClient } from './client.js';
import { volumePath, VOLUME_API_VERSION } from './paths.js';
import { STATUS_OWNERS, type StatusOwner } from './statusOwners.js';
import type { VolumeObject } from './volume.js';

/** The part of a status that one writer owns: to be changed and applied as a whole. */
export function ownedStatus(current: SharedVolumeStatus | undefined, owner: StatusOwner): Partial<SharedVolumeStatus> {
  const { fields, conditions }: { fields: readonly string[]; conditions: readonly string[] } = STATUS_OWNERS[owner];
  const owned: Partial<SharedVolumeStatus> = Object.fromEntries(
    Object.entries(current ?? {}).filter(([field]) => fields.includes(field)),
  );
  const ownConditions = (current?.conditions ?? []).filter(({ type }) => conditions.includes(type));
  return ownConditions.length === 0 ? owned : { ...owned, conditions: ownConditions };
}

/**
 * Writes the whole part of the status that `owner` owns; what it left out since its last apply is erased. Rejects with
 * `KubeError` 404 when the volume is gone and 409 when another one has its name now (the uid differs).
 */
export async function applyStatus(
  client: KubeClient,
  { kind, namespace, name, uid }: VolumeRef,
  owner: StatusOwner,
  owned: Partial<SharedVolumeStatus>,
  signal?: AbortSignal,
): Promise<VolumeObject> {
  const metadata = { name, uid, ...(kind === 'SharedVolume' && { namespace }) };
  const body = { apiVersion: VOLUME_API_VERSION, kind, metadata, status: owned };
  const path = `${volumePath({ kind, namespace, name })}/status`;
  return await client.patch<VolumeObject>(path, body, { type: 'apply', fieldManager: owner, force: true }, signal);
}
