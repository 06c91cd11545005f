import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chooseExpired } from '../domain/retention.js';
import { takeOut, whileHeld, type Attempt } from './attempt.js';
import { descriptionPath, listSnapshotNames, manifestPath, readPointer } from './inventory.js';
import type { VolumeLayout } from './layout.js';
import { readPublications, writePublications } from './publications.js';

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
      await writePublications(layout, attempt, publications.slice(-MAX_PUBLICATIONS));
    }
    return expired;
  });
}
