import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitSetup } from './environment.js';
import { isStoreDamaged } from './classify.js';
import { findObjects } from './objects.js';
import { runGit } from './run.js';
import { countPacks, dropStore, openView, readShallow, replaceStore, writeShallow, type StoreDirs } from './store.js';

/**
 * Packs of a store before it is rewritten. Each fetch adds one, and git looks into each for every object: at twenty
 * that is still a small part of a checkout, and a rewrite for every twenty fetches is rare enough.
 */
const MAX_PACKS = 20;

/**
 * Rewrites the store with what the kept revisions need, in one pack, once it has more than `MAX_PACKS`. The rewrite is
 * made beside it and takes its place by rename, so nothing in it is ever locked. A damaged store is dropped instead:
 * the next fetch makes a new one.
 */
export async function compactStore(setup: GitSetup, dirs: StoreDirs): Promise<void> {
  if ((await countPacks(dirs.storeDir)) <= MAX_PACKS) return;
  const { setup: inView, gitDir } = await openView(setup, dirs);
  try {
    // Without `-l`, objects that are borrowed from the store are packed as well.
    await runGit(inView, ['repack', '-a', '-d', '-q']);
  } catch (error) {
    if (!isStoreDamaged(error)) throw error;
    return dropStore(dirs);
  }
  await rm(join(gitDir, 'objects', 'info', 'alternates'));
  const shallow = await readShallow(gitDir);
  const found = await findObjects(inView, shallow);
  await writeShallow(
    gitDir,
    shallow.filter((_id, index) => found[index] !== undefined),
  );
  await replaceStore(gitDir, dirs);
}
