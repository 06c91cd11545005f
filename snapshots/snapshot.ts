import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestEntry } from '../domain/manifest.js';
import type { Snapshot } from '../domain/sync.js';
import { recordStaged, whileHeld, type Attempt, type Staged } from './attempt.js';
import { readJson, writeAtomic } from './files.js';
import { descriptionPath, manifestPath } from './inventory.js';
import type { VolumeLayout } from './layout.js';
import { writeListing } from './manifestFile.js';

const descriptionIn = (attempt: Attempt): string => join(attempt.dir, 'snapshot.json');
const manifestIn = (attempt: Attempt): string => join(attempt.dir, 'manifest.jsonl');

/** Describes a verified tree that is still in the attempt: its manifest, digest and name. */
export async function describeSnapshot(
  attempt: Attempt,
  { revision, variant }: Omit<Staged, 'step'>,
  verified: readonly ManifestEntry[],
  now: Date,
): Promise<Snapshot> {
  return whileHeld(attempt, async () => {
    const digest = await writeListing(manifestIn(attempt), verified);
    const bytes = verified.reduce((sum, { size }) => sum + size, 0);
    const name = `${now.toISOString().replaceAll(/[-:.]/g, '')}-${revision.slice(0, 12)}`;
    const snapshot: Snapshot = { name, revision, variant, digest, files: verified.length, bytes };
    await writeAtomic(descriptionIn(attempt), JSON.stringify(snapshot));
    await recordStaged(attempt, { revision, variant, step: 'verified' });
    return snapshot;
  });
}

/** The snapshot that the attempt, or the one it took over from, has verified. */
export function readDescribed(attempt: Attempt): Promise<Snapshot | undefined> {
  return readJson<Snapshot>(descriptionIn(attempt));
}

/**
 * Moves the verified tree with its manifest beside the published ones; readers do not see it yet. The tree goes last,
 * since a snapshot counts as complete when its tree is in place. What an interrupted try has moved is not moved again.
 */
export async function keepSnapshot(layout: VolumeLayout, attempt: Attempt, snapshot: Snapshot): Promise<void> {
  await whileHeld(attempt, async () => {
    await renameOnce(manifestIn(attempt), manifestPath(layout, snapshot.name));
    const description = join(attempt.dir, 'description.json');
    await writeAtomic(description, JSON.stringify(snapshot));
    await rename(description, descriptionPath(layout, snapshot.name));
    await renameOnce(attempt.tree, join(layout.snapshots, snapshot.name));
  });
}

async function renameOnce(from: string, to: string): Promise<void> {
  if (existsSync(to) && !existsSync(from)) return;
  await rename(from, to);
}
