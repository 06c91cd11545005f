import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Publication } from '../domain/retention.js';
import type { Attempt } from './attempt.js';
import { hasCode, syncDirectory } from './files.js';
import type { VolumeLayout } from './layout.js';

/** Every flip, oldest first. A last line that was cut off is left out: its flip did not happen. */
export async function readPublications(layout: VolumeLayout): Promise<Publication[]> {
  let text: string;
  try {
    text = await readFile(layout.publications, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Publication);
}

/**
 * Replaces the record, durably, by a rename out of the attempt: a process that lost the volume must not put an old record
 * over a newer one, since what may be removed is decided by it.
 */
export async function writePublications(
  layout: VolumeLayout,
  attempt: Attempt,
  publications: readonly Publication[],
): Promise<void> {
  const next = join(attempt.dir, 'publications.jsonl');
  const file = await open(next, 'w');
  try {
    await file.write(publications.map((publication) => `${JSON.stringify(publication)}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, layout.publications);
  await syncDirectory(layout.root);
}
