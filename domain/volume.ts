/** What identifies a volume, and the names that are derived from it. */

export type VolumeKind = 'SharedVolume' | 'ClusterSharedVolume';

/** One volume of one life: a re-created resource has another uid. */
export interface VolumeRef {
  readonly kind: VolumeKind;
  /** Empty for `ClusterSharedVolume`. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Stands for the namespace of cluster kinds in ids and directories; no namespace can have this name. */
export const CLUSTER_SCOPE = '_cluster';

/** The longest directory name, in bytes, that is used uncut (file systems allow 255). */
const MAX_DIRECTORY_BYTES = 200;

function scopeOf(ref: Pick<VolumeRef, 'kind' | 'namespace'>): string {
  return ref.kind === 'ClusterSharedVolume' ? CLUSTER_SCOPE : ref.namespace;
}

function uid8(ref: Pick<VolumeRef, 'uid'>): string {
  return ref.uid.slice(0, 8);
}

/** `NAMESPACE/NAME`, as people write it; `_cluster/NAME` for cluster kinds. */
export function volumeKey(ref: Pick<VolumeRef, 'kind' | 'namespace' | 'name'>): string {
  return `${scopeOf(ref)}/${ref.name}`;
}

/** The id of the sync workflow of a volume. At most one runs at a time: the id is the volume's lock. */
export function syncWorkflowId(ref: VolumeRef): string {
  return `sync/${volumeKey(ref)}/${uid8(ref)}`;
}

/** @param nonce several may run beside each other */
export function previewWorkflowId(ref: VolumeRef, nonce: string): string {
  return `preview/${volumeKey(ref)}/${uid8(ref)}/${nonce}`;
}

export function retireWorkflowId(ref: Pick<VolumeRef, 'uid'>): string {
  return `retire/${uid8(ref)}`;
}

export function exportWorkflowId(exportName: string): string {
  return `export/${exportName}`;
}

/**
 * The directory of a volume on its export: `<namespace>.<name>`. Namespaces hold no dot, so two volumes never share
 * one. Over 200 bytes the name is cut and the first eight characters of the uid are appended.
 */
export function volumeDirectory(ref: VolumeRef): string {
  const full = `${scopeOf(ref)}.${ref.name}`;
  return full.length <= MAX_DIRECTORY_BYTES ? full : `${full.slice(0, MAX_DIRECTORY_BYTES - 9)}~${uid8(ref)}`;
}
