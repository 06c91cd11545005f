import { DroverError } from '../domain/errors.js';
import { listOrEmpty, makeDirectory, readJson, writeAtomic } from './files.js';
import type { VolumeLayout } from './layout.js';

interface Marker {
  readonly uid: string;
}

/** The uid of the volume that owns the directory; undefined when nobody does. */
export async function readOwner(layout: VolumeLayout): Promise<string | undefined> {
  return (await readJson<Marker>(layout.marker))?.uid;
}

/** Says whose the directory is when it is not this volume's: another uid's, or nobody's but with files in it. */
export async function findForeignOwner(layout: VolumeLayout, uid: string): Promise<string | undefined> {
  const owner = await readOwner(layout);
  if (owner === uid) return undefined;
  if (owner !== undefined) return `belongs to the volume with uid ${owner}`;
  return (await listOrEmpty(layout.root)).length === 0 ? undefined : 'holds files but no marker';
}

/**
 * Makes the directory this volume's. A foreign one is refused with `ForeignDirectory` unless `adopt` is set: a re-created
 * volume or a second cluster must not take over data by accident.
 */
export async function claimDirectory(layout: VolumeLayout, uid: string, adopt: boolean): Promise<void> {
  const foreign = await findForeignOwner(layout, uid);
  if (foreign !== undefined && !adopt) {
    throw new DroverError('ForeignDirectory', `the directory ${layout.root} ${foreign}`);
  }
  if ((await readOwner(layout)) !== uid) {
    await makeDirectory(layout.root);
    await writeAtomic(layout.marker, `${JSON.stringify({ uid } satisfies Marker)}\n`);
  }
  for (const directory of [layout.data, layout.snapshots, layout.manifests, layout.staging, layout.trash]) {
    await makeDirectory(directory);
  }
}
