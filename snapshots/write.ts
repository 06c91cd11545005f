import { linkSync, mkdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diffListings } from '../domain/delta.js';
import type { ManifestEntry } from '../domain/manifest.js';
import { recordStaged, takeOut, whileHeld, type Attempt, type Staged } from './attempt.js';
import { forEachInBatches } from './batches.js';
import { hasCode, syncFileSystem } from './files.js';
import { manifestPath, readCurrent } from './inventory.js';
import type { VolumeLayout } from './layout.js';
import { readListing } from './manifestFile.js';

/** Writes entries that differ from the published tree into a directory; given by the source. */
export type WriteEntries = (entries: readonly ManifestEntry[], targetDir: string) => Promise<void>;

/** The listing of the published tree; empty when nothing is published. */
export async function readPublishedListing(layout: VolumeLayout): Promise<ManifestEntry[]> {
  const current = await readCurrent(layout);
  return current === undefined ? [] : readListing(manifestPath(layout, current.name));
}

/**
 * Makes the next tree in the attempt: unchanged files are hard links to the published snapshot, the rest is written by
 * `writeEntries`. A tree that an earlier attempt left unfinished is not used: its writer may still be running.
 */
export async function writeTree(
  layout: VolumeLayout,
  attempt: Attempt,
  staged: Omit<Staged, 'step'>,
  writeEntries: WriteEntries,
  signal: AbortSignal,
): Promise<void> {
  await whileHeld(attempt, async () => {
    await takeOutIfThere(attempt, attempt.tree);
    await mkdir(attempt.tree, { mode: 0o755 });
    const [previous, next] = await Promise.all([readPublishedListing(layout), readListing(attempt.listing)]);
    const toWrite = await linkUnchanged(layout, attempt, previous, next, signal);
    if (toWrite.length > 0) await writeEntries(toWrite, attempt.tree);
    // What is recorded as written, and soon as verified, must also be there after a power cut.
    await syncFileSystem(layout.root);
    await recordStaged(attempt, { ...staged, step: 'written' });
  });
}

/** Returns what could not be linked: everything that changed, and what somebody removed from the published tree. */
async function linkUnchanged(
  layout: VolumeLayout,
  attempt: Attempt,
  previous: readonly ManifestEntry[],
  next: readonly ManifestEntry[],
  signal: AbortSignal,
): Promise<ManifestEntry[]> {
  const toWrite: ManifestEntry[] = [];
  const made = new Set<string>(['.']);
  await forEachInBatches(
    diffListings(previous, next),
    ({ kind, entry }) => {
      if (kind === 'deleted') return;
      if (kind !== 'unchanged' || !link(entry.path)) toWrite.push(entry);
    },
    signal,
  );
  return toWrite;

  /** One level at a time: a recursive call would make the tree of an attempt again that was taken over meanwhile. */
  function makeDirectory(directory: string): void {
    if (made.has(directory)) return;
    makeDirectory(dirname(directory));
    mkdirSync(join(attempt.tree, directory), { mode: 0o755 });
    made.add(directory);
  }

  function link(path: string): boolean {
    makeDirectory(dirname(path));
    try {
      // Not `join`: it looks at every character of both paths, which is much of the work for small files.
      linkSync(`${layout.current}/${path}`, `${attempt.tree}/${path}`);
      return true;
    } catch (error) {
      // EMLINK: the file has as many links as the file system allows, so it gets a copy of its own.
      if (hasCode(error, 'ENOENT', 'EMLINK')) return false;
      throw error;
    }
  }
}

async function takeOutIfThere(attempt: Attempt, path: string): Promise<void> {
  try {
    await takeOut(attempt, path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
