import type { SharedVolumeStatus } from '../domain/generated/sharedVolume.js';
import { volumeKey, type VolumeRef } from '../domain/volume.js';
import type { KubeClient } from './client.js';
import { isStatus, KubeError } from './kubeError.js';
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

/** How often a write is repeated that met another writer's. Three writers rarely meet even once. */
const MAX_ATTEMPTS = 10;

/**
 * Writes the whole part of the status that `owner` owns; what it left out since its last apply is erased. Rejects with
 * `KubeError` 404 when the volume is gone and 409 when another one has its name now (the uid differs).
 *
 * The API server does not compare a uid that is sent to the status subresource, as it does elsewhere. So the uid is
 * compared here, and the resourceVersion that it was read with is sent along.
 */
export async function applyStatus(
  client: KubeClient,
  ref: VolumeRef,
  owner: StatusOwner,
  owned: Partial<SharedVolumeStatus>,
  signal?: AbortSignal,
): Promise<VolumeObject> {
  const path = volumePath(ref);
  const options = { type: 'apply', fieldManager: owner, force: true } as const;
  for (let attempt = 1; ; attempt++) {
    const { metadata } = await client.get<VolumeObject>(path, signal);
    if (metadata.uid !== ref.uid) {
      throw new KubeError(
        409,
        'Conflict',
        `${volumeKey(ref)} is another volume of the same name: its uid is ${metadata.uid}`,
      );
    }
    const { name, namespace, resourceVersion } = metadata;
    const body = {
      apiVersion: VOLUME_API_VERSION,
      kind: ref.kind,
      metadata: { name, namespace, resourceVersion },
      status: owned,
    };
    try {
      return await client.patch<VolumeObject>(`${path}/status`, body, options, signal);
    } catch (error) {
      if (!isStatus(error, 409) || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}
