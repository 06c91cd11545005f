import { readdir, readlink, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DroverError } from '../domain/errors.js';
import type { Publication } from '../domain/retention.js';
import { takeOut, whileHeld, type Attempt } from './attempt.js';
import { hasCode, syncDirectory, syncFileSystem } from './files.js';
import { readPointer } from './inventory.js';
import { CURRENT_LINK, SNAPSHOTS_DIR, type VolumeLayout } from './layout.js';
import { readPublications, writePublications } from './publications.js';

/** What tests and benchmarks may put into a publication. */
export interface PublishHooks {
  /** A step after which a test may stop the process. */
  readonly beforeFlip?: () => Promise<void>;
  /** Replaces what makes everything on the file system of `path` durable, to measure what that costs. */
  readonly makeDurable?: (path: string) => Promise<void>;
}

/**
 * Makes a complete snapshot the one that readers see, by renaming one relative link over `..data`, as kubelet does for
 * ConfigMaps. Order: top-level links that are new, everything durable, the record, the flip, links that are obsolete.
 * So a reader never misses an entry of the tree that it sees, and a crash at any point leaves the old tree or the new
 * one. Harmless to repeat. Every change is a rename out of, or into, the attempt's directory (see `Attempt`).
 */
export async function publishSnapshot(
  layout: VolumeLayout,
  attempt: Attempt,
  name: string,
  now: Date,
  hooks: PublishHooks = {},
): Promise<void> {
  const timeMs = now.getTime();
  await whileHeld(attempt, async () => {
    const wanted = await readdir(join(layout.snapshots, name));
    const present = new Set(await readdir(layout.data));
    for (const entry of wanted) {
      if (!present.has(entry)) await placeLink(attempt, join(CURRENT_LINK, entry), join(layout.data, entry));
      else await requireOwnLink(layout, entry);
    }
    await (hooks.makeDurable ?? syncFileSystem)(layout.data);
    if ((await readPointer(layout)) !== name) {
      await record(layout, attempt, { snapshot: name, timeMs, isPlanned: true });
      await hooks.beforeFlip?.();
      await placeLink(attempt, join(SNAPSHOTS_DIR, name), layout.current);
      await syncDirectory(layout.data);
    }
    const last = (await readPublications(layout)).findLast(({ isPlanned }) => isPlanned !== true);
    if (last?.snapshot !== name) await record(layout, attempt, { snapshot: name, timeMs });
    await removeObsoleteLinks(layout, attempt, new Set(wanted));
  });
}

async function placeLink(attempt: Attempt, target: string, path: string): Promise<void> {
  const staged = join(attempt.links, `${Date.now()}-${Math.random().toString(36).slice(2)}`);
  await symlink(target, staged);
  await rename(staged, path);
}

async function requireOwnLink(layout: VolumeLayout, entry: string): Promise<void> {
  if (await isOwnLink(layout, entry)) return;
  const path = join(layout.data, entry);
  throw new DroverError('ForeignDirectory', `"${path}" exists and is not a link of this volume`);
}

async function removeObsoleteLinks(layout: VolumeLayout, attempt: Attempt, wanted: Set<string>): Promise<void> {
  for (const entry of await readdir(layout.data)) {
    if (entry === CURRENT_LINK || entry === SNAPSHOTS_DIR || wanted.has(entry)) continue;
    // What is not a link into `..data` was put there by somebody else, and stays.
    if (await isOwnLink(layout, entry)) await takeOut(attempt, join(layout.data, entry));
  }
}

async function isOwnLink(layout: VolumeLayout, entry: string): Promise<boolean> {
  try {
    return (await readlink(join(layout.data, entry))) === join(CURRENT_LINK, entry);
  } catch (error) {
    if (hasCode(error, 'EINVAL')) return false;
    throw error;
  }
}

/**
 * Records the flip before it happens, so that no crash leaves a snapshot out that readers have seen, and once more after it:
 * only what is known to have happened has superseded anything.
 */
async function record(layout: VolumeLayout, attempt: Attempt, publication: Publication): Promise<void> {
  const { snapshot } = publication;
  const others = (await readPublications(layout)).filter((other) => !(other.isPlanned && other.snapshot === snapshot));
  await writePublications(layout, attempt, [...others, publication]);
}
