import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chooseExpired } from '../domain/retention.js';
import { takeOut, whileHeld, type Attempt } from './attempt.js';
import { writeAtomic } from './files.js';
import { descriptionPath, listSnapshotNames, manifestPath, readPointer, readPublications } from './inventory.js';
import type { VolumeLayout } from './layout.js';

/** Publications that are remembered beyond those of snapshots that are still on disk. */
const MAX_PUBLICATIONS = 200;

/** Takes expired snapshots out of service; ending the attempt deletes them. Returns their names. */
export async function pruneSnapshots(
  layout: VolumeLayout,
  attempt: Attempt,
  limits: { readonly retain: number; readonly graceMs: number },
  now: Date,
): Promise<string[]> {
  return whileHeld(attempt, async () => {
    const [snapshots, publications, current] = await Promise.all([
      listSnapshotNames(layout),
      readPublications(layout),
      readPointer(layout),
    ]);
    const expired = chooseExpired({ snapshots, publications, current, ...limits, nowMs: now.getTime() });
    for (const name of expired) {
      // The tree goes first: without it the rest describes nothing and is removed by the next prune at the latest.
      for (const path of [join(layout.snapshots, name), manifestPath(layout, name), descriptionPath(layout, name)]) {
        if (existsSync(path)) await takeOut(attempt, path);
      }
    }
    if (publications.length > 2 * MAX_PUBLICATIONS) {
      const kept = publications.slice(-MAX_PUBLICATIONS);
      await writeAtomic(layout.publications, kept.map((publication) => `${JSON.stringify(publication)}\n`).join(''));
    }
    return expired;
  });
}
