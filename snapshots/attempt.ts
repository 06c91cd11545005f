import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DroverError } from '../domain/errors.js';
import { hasCode, listOrEmpty, makeDirectory, readJson, writeAtomic } from './files.js';
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
 * @throws `Fenced` when a newer attempt took over before this one had ended taking over
 */
export async function takeOver(layout: VolumeLayout, token: string): Promise<Attempt> {
  const attempt = attemptAt(layout, token);
  const found = await readdir(layout.staging);
  const others = found.filter((name) => name !== token);
  const heirloom = found.includes(token) ? undefined : await chooseHeirloom(layout, others);
  // Only who found nothing may make the directory: one that was renamed here and is gone was taken by a newer attempt.
  if (found.length === 0) await mkdir(attempt.dir);
  // Another take-over was faster: what it has made of the directory is found anew.
  else if (heirloom !== undefined && !(await moveIfThere(join(layout.staging, heirloom), attempt.dir))) {
    return takeOver(layout, token);
  }
  for (const name of others) {
    if (name !== heirloom) await moveIfThere(join(layout.staging, name), join(layout.trash, `${name}-${token}`));
  }
  await whileHeld(attempt, async () => {
    await makeDirectory(attempt.removed);
    // A process of the earlier attempt may still write into its scratch space, which it finds by its working directory.
    await moveIfThere(attempt.scratch, join(attempt.removed, `scratch-${token}`));
    for (const directory of [attempt.scratch, attempt.links]) await makeDirectory(directory);
  });
  return attempt;
}

/** The directory to go on with: one that says what is complete in it, before one that a late process has left. */
async function chooseHeirloom(layout: VolumeLayout, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    if ((await readStaged(attemptAt(layout, name))) !== undefined) return name;
  }
  return names[0];
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
  await moveIfThere(attempt.dir, join(layout.trash, attempt.token));
  await emptyTrash(layout);
}

/** Ends whatever attempt holds the volume. It makes nothing, so that it also works on a disk that is full. */
export async function discardAny(layout: VolumeLayout): Promise<void> {
  for (const name of await listOrEmpty(layout.staging)) {
    await moveIfThere(join(layout.staging, name), join(layout.trash, `${name}-${randomUUID()}`));
  }
  await emptyTrash(layout);
}

async function emptyTrash({ trash }: VolumeLayout): Promise<void> {
  for (const name of await listOrEmpty(trash)) {
    await rm(join(trash, name), { recursive: true, force: true, maxRetries: 3 });
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

/** Whether there was something to move: another take-over may have been faster. */
async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    return false;
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
