import { join } from 'node:path';

/**
 * Where everything of one volume lies on its export. Consumers mount `data`; the rest is beside it, out of their reach.
 *
 *     <export>/<namespace>.<name>/
 *       marker.json         whose directory this is
 *       data/               the mount: one link per top-level entry, `..data`, `..snapshots/`
 *       manifests/          for each snapshot its listing and its description
 *       publications.jsonl  every flip, oldest first
 *       refusal.json        what a run gave up on
 *       staging/<attempt>/  everything of the attempt that holds the volume
 *       store/              what makes the next fetch cheaper
 *       trash/              on its way out
 */
export interface VolumeLayout {
  readonly root: string;
  readonly marker: string;
  readonly data: string;
  /** The link that readers resolve; it points at `..snapshots/<name>`. */
  readonly current: string;
  readonly snapshots: string;
  readonly manifests: string;
  readonly publications: string;
  readonly refusal: string;
  readonly staging: string;
  readonly store: string;
  readonly trash: string;
}

export const CURRENT_LINK = '..data';
export const SNAPSHOTS_DIR = '..snapshots';

export function volumeLayout(exportPath: string, directory: string): VolumeLayout {
  const root = join(exportPath, directory);
  const data = join(root, 'data');
  return {
    root,
    marker: join(root, 'marker.json'),
    data,
    current: join(data, CURRENT_LINK),
    snapshots: join(data, SNAPSHOTS_DIR),
    manifests: join(root, 'manifests'),
    publications: join(root, 'publications.jsonl'),
    refusal: join(root, 'refusal.json'),
    staging: join(root, 'staging'),
    store: join(root, 'store'),
    trash: join(root, 'trash'),
  };
}
