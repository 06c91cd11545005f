import type { VolumeKind } from '../domain/volume.js';

/** Paths of the Kubernetes API. Names come from the API server, but are escaped all the same. */

const VOLUME_PLURALS: Record<VolumeKind, string> = {
  SharedVolume: 'sharedvolumes',
  ClusterSharedVolume: 'clustersharedvolumes',
};

/** The group and version of volumes, as `apiVersion` holds it. */
export const VOLUME_API_VERSION = 'sv.sharedvolume.io/v1alpha1';

/** All volumes of a kind, in every namespace. */
export function volumesPath(kind: VolumeKind): string {
  return `/apis/${VOLUME_API_VERSION}/${VOLUME_PLURALS[kind]}`;
}

/** One volume. `namespace` is not read for `ClusterSharedVolume`. */
export function volumePath(volume: {
  readonly kind: VolumeKind;
  readonly namespace: string;
  readonly name: string;
}): string {
  const { kind, namespace, name } = volume;
  const parent =
    kind === 'SharedVolume' ? namespaced(VOLUME_API_VERSION, namespace, VOLUME_PLURALS[kind]) : volumesPath(kind);
  return `${parent}/${encodeURIComponent(name)}`;
}

/** The collection in which a `SharedVolume` of the namespace is created. */
export function volumesInPath(namespace: string): string {
  return namespaced(VOLUME_API_VERSION, namespace, VOLUME_PLURALS.SharedVolume);
}

export function secretPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
}

/** The Leases of a namespace. */
export function leasesPath(namespace: string): string {
  return namespaced('coordination.k8s.io/v1', namespace, 'leases');
}

export function leasePath(namespace: string, name: string): string {
  return `${leasesPath(namespace)}/${encodeURIComponent(name)}`;
}

/** The events of a namespace; those about cluster kinds are in `default`. */
export function eventsPath(namespace: string): string {
  return namespaced('events.k8s.io/v1', namespace, 'events');
}

function namespaced(apiVersion: string, namespace: string, plural: string): string {
  return `/apis/${apiVersion}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}
