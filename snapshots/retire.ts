import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DroverError } from '../domain/errors.js';
import type { VolumeLayout } from './layout.js';
import { readOwner } from './marker.js';

/**
 * Removes the directory of a deleted volume, or with `Retain` leaves it where it is. The directory is renamed to a trash
 * name first, so that a stopped removal can never be taken for a volume. Another volume's directory is left alone.
 * Harmless to repeat. Returns whether anything was removed.
 */
export async function retireDirectory(
  layout: VolumeLayout,
  volume: { readonly uid: string; readonly deletionPolicy: 'Retain' | 'Delete' },
): Promise<boolean> {
  const exportPath = dirname(layout.root);
  await requireExport(exportPath);
  if (volume.deletionPolicy === 'Retain') return false;
  const trash = join(exportPath, '.trash');
  if ((await readOwner(layout)) === volume.uid) {
    await mkdir(trash, { recursive: true });
    await rename(layout.root, join(trash, `${volume.uid}-${Date.now()}`));
  }
  if (!existsSync(trash)) return false;
  const leftovers = (await readdir(trash)).filter((name) => name.startsWith(`${volume.uid}-`));
  for (const name of leftovers) await rm(join(trash, name), { recursive: true, force: true, maxRetries: 3 });
  return leftovers.length > 0;
}

/** No data means no action: an export that is not there says nothing about the volumes on it. */
export async function requireExport(exportPath: string): Promise<void> {
  const found = await stat(exportPath).catch((error: unknown) => {
    throw new DroverError('ExportUnreachable', `the export ${exportPath} is not there`, { cause: error });
  });
  if (!found.isDirectory()) throw new DroverError('ExportUnreachable', `the export ${exportPath} is not a directory`);
}
