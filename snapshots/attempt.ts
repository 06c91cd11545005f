import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DroverError } from '../domain/errors.js';
import { hasCode, readJson, writeAtomic } from './files.js';
import type { VolumeLayout } from './layout.js';

/**
 * The right to change a volume: the directory `staging/<token>`. Everything that will be renamed into place is made in
 * there, links included, so a process that lost the right fails in its own rename. A lease that is checked before a
 * rename could not do that: a process may be stopped between the check and the rename.
 */
export interface Attempt {
  readonly token: string;
  readonly dir: string;
  /** The staged tree. */
  readonly tree: string;
  /** Scratch space for the source; empty at the start of each step. */
  readonly scratch: string;
  /** Links on their way to the mount. */
  readonly links: string;
  /** What was taken out of service by a rename, and is deleted afterwards. */
  readonly removed: string;
  /** The listing of the tree, as the source gave it. */
  readonly listing: string;
}

/**
 * Takes the volume over: whatever an earlier attempt staged is now under this token, and its process can no longer
 * publish, link or remove anything. What it had complete may be used; see `Attempt` and `readStaged`.
 * @param token unique for each try of each step
 */
export async function takeOver(layout: VolumeLayout, token: string): Promise<Attempt> {
  const attempt = attemptAt(layout, token);
  const others = (await readdir(layout.staging)).filter((name) => name !== token);
  for (const [index, name] of others.entries()) {
    const target = index === 0 ? attempt.dir : join(layout.trash, `${name}-${token}`);
    await moveIfThere(join(layout.staging, name), target);
  }
  await mkdir(attempt.removed, { recursive: true });
  // A process of the earlier attempt may still write into its scratch space, which it finds by its working directory.
  await moveIfThere(attempt.scratch, join(attempt.removed, `scratch-${token}`));
  for (const directory of [attempt.scratch, attempt.links]) await mkdir(directory, { recursive: true });
  return attempt;
}

function attemptAt(layout: VolumeLayout, token: string): Attempt {
  const dir = join(layout.staging, token);
  return {
    token,
    dir,
    tree: join(dir, 'tree'),
    scratch: join(dir, 'scratch'),
    links: join(dir, 'links'),
    removed: join(dir, 'removed'),
    listing: join(dir, 'listing.jsonl'),
  };
}

/** Runs `change`; a path that vanished because a newer attempt took over becomes the failure `Fenced`. */
export async function whileHeld<T>(attempt: Attempt, change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (hasCode(error, 'ENOENT') && !(await exists(attempt.dir))) {
      throw new DroverError('Fenced', 'a newer attempt took the volume over', { cause: error });
    }
    throw error;
  }
}

/** Moves something out of the way by one rename, into the attempt: it fails when the attempt was taken over. */
export async function takeOut(attempt: Attempt, path: string): Promise<void> {
  await rename(path, join(attempt.removed, `${Date.now()}-${Math.random().toString(36).slice(2)}`));
}

/** Ends the attempt: nothing of it, nor of those it took over from, is left on disk. */
export async function discard(layout: VolumeLayout, attempt: Attempt): Promise<void> {
  const target = join(layout.trash, attempt.token);
  await moveIfThere(attempt.dir, target);
  for (const name of await readdir(layout.trash)) {
    await rm(join(layout.trash, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What is known to be complete in the staging directory; recorded only after every writer has ended. */
export interface Staged {
  readonly revision: string;
  readonly variant: string;
  readonly step: 'listed' | 'written' | 'verified';
}

export function readStaged(attempt: Attempt): Promise<Staged | undefined> {
  return readJson<Staged>(join(attempt.dir, 'staged.json'));
}

export function recordStaged(attempt: Attempt, staged: Staged): Promise<void> {
  return writeAtomic(join(attempt.dir, 'staged.json'), JSON.stringify(staged));
}

async function moveIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    // Another take-over was faster, or nothing was staged: both leave nothing to move.
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}
