import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory } from './files.js';
import type { VolumeLayout } from './layout.js';
import { readOwner } from './marker.js';

/**
 * Removes the directory of a deleted volume, or with `Retain` leaves it where it is. The directory is renamed to a trash
 * name first, so that a stopped removal can never be taken for a volume. Another volume's directory is left alone.
 * Harmless to repeat. Returns whether anything was removed. The caller knows that the export is there.
 */
export async function retireDirectory(
  layout: VolumeLayout,
  volume: { readonly uid: string; readonly deletionPolicy: 'Retain' | 'Delete' },
): Promise<boolean> {
  const exportPath = dirname(layout.root);
  if (volume.deletionPolicy === 'Retain') return false;
  const trash = join(exportPath, '.trash');
  if ((await readOwner(layout)) === volume.uid) {
    await makeDirectory(trash);
    await rename(layout.root, join(trash, `${volume.uid}-${Date.now()}`));
  }
  if (!existsSync(trash)) return false;
  const leftovers = (await readdir(trash)).filter((name) => name.startsWith(`${volume.uid}-`));
  for (const name of leftovers) await rm(join(trash, name), { recursive: true, force: true, maxRetries: 3 });
  return leftovers.length > 0;
}
