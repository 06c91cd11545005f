import type { SharedVolumeStatus } from '../domain/generated/sharedVolume.js';
import { volumeKey, type VolumeRef } from '../domain/volume.js';
import type { KubeClient } from './client.js';
import { isStatus, KubeError } from './kubeError.js';
import { volumePath, VOLUME_API_VERSION } from './paths.js';
import { STATUS_OWNERS, type StatusOwner } from './statusOwners.js';
import { volumeRefOf, type VolumeObject } from './volume.js';

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

/** A volume as it was read: what it was like then may have changed, and then it is read again. */
export type ReadVolume = VolumeRef & { readonly resourceVersion?: string | undefined };

/** What `applyStatus` needs of a resource that is at hand, so that it need not be read once more. */
export function readVolumeOf(resource: VolumeObject): ReadVolume {
  return { ...volumeRefOf(resource), resourceVersion: resource.metadata.resourceVersion };
}

/**
 * Writes the whole part of the status that `owner` owns; what it left out since its last apply is erased. Rejects with
 * `KubeError` 404 when the volume is gone and 409 when another one has its name now (the uid differs).
 *
 * The API server does not compare a uid that is sent to the status subresource, as it does elsewhere. So the uid is
 * compared here, and the resourceVersion that it was read with is sent along: by the caller, or else here.
 */
export async function applyStatus(
  client: KubeClient,
  volume: ReadVolume,
  owner: StatusOwner,
  owned: Partial<SharedVolumeStatus>,
  signal?: AbortSignal,
): Promise<VolumeObject> {
  const { kind, namespace, name } = volume;
  const path = volumePath(volume);
  const options = { type: 'apply', fieldManager: owner, force: true } as const;
  let { resourceVersion } = volume;
  for (let attempt = 1; ; attempt++) {
    resourceVersion ??= await readVersion(client, volume, signal);
    const metadata = { name, resourceVersion, ...(namespace !== '' && { namespace }) };
    const body = { apiVersion: VOLUME_API_VERSION, kind, metadata, status: owned };
    try {
      return await client.patch<VolumeObject>(`${path}/status`, body, options, signal);
    } catch (error) {
      if (!isStatus(error, 409) || attempt >= MAX_ATTEMPTS) throw error;
      resourceVersion = undefined;
    }
  }
}

async function readVersion(client: KubeClient, volume: VolumeRef, signal?: AbortSignal): Promise<string | undefined> {
  const { metadata } = await client.get<VolumeObject>(volumePath(volume), signal);
  if (metadata.uid === volume.uid) return metadata.resourceVersion;
  const message = `${volumeKey(volume)} is another volume of the same name: its uid is ${metadata.uid}`;
  throw new KubeError(409, 'Conflict', message);
}
