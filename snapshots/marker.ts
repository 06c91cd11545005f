import { mkdir, readdir } from 'node:fs/promises';
import { DroverError } from '../domain/errors.js';
import { hasCode, readJson, writeAtomic } from './files.js';
import type { VolumeLayout } from './layout.js';

interface Marker {
  readonly uid: string;
}

/** The uid of the volume that owns the directory; undefined when nobody does. */
export async function readOwner(layout: VolumeLayout): Promise<string | undefined> {
  return (await readJson<Marker>(layout.marker))?.uid;
}

/**
 * Makes the directory this volume's. One with another uid in it, or with content and no marker, is refused with
 * `ForeignDirectory` unless `adopt` is set: a re-created volume or a second cluster must not take over data by accident.
 */
export async function claimDirectory(layout: VolumeLayout, uid: string, adopt: boolean): Promise<void> {
  const owner = await readOwner(layout);
  if (owner !== uid) {
    const isEmpty = owner === undefined && (await listOrEmpty(layout.root)).length === 0;
    if (!isEmpty && !adopt) {
      const whose = owner === undefined ? 'holds files but no marker' : `belongs to the volume with uid ${owner}`;
      throw new DroverError('ForeignDirectory', `the directory ${layout.root} ${whose}`);
    }
    await mkdir(layout.root, { recursive: true });
    await writeAtomic(layout.marker, `${JSON.stringify({ uid } satisfies Marker)}\n`);
  }
  for (const directory of [layout.data, layout.snapshots, layout.manifests, layout.staging, layout.trash]) {
    await mkdir(directory, { recursive: true });
  }
}

async function listOrEmpty(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
