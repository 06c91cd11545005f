import type { GitSetup } from './environment.js';
import { isStoreDamaged } from './classify.js';
import { runGit } from './run.js';
import { countPacks, dropStore, openView, replaceStore, type StoreDirs } from './store.js';

/**
 * Packs of a store before it is rewritten. Each fetch adds one, and git looks into each for every object: at twenty
 * that is still a small part of a checkout, and a rewrite for every twenty fetches is rare enough.
 */
const MAX_PACKS = 20;

/**
 * Rewrites the store with what the kept revisions need, in one pack, once it has more than `MAX_PACKS`. The rewrite is
 * made beside it and takes its place by rename, so nothing in it is ever locked. A damaged store is dropped instead:
 * the next fetch makes a new one. A store that is only read stays as it is.
 */
export async function compactStore(setup: GitSetup, dirs: StoreDirs): Promise<void> {
  if (dirs.isReadOnly === true || (await countPacks(dirs.storeDir)) <= MAX_PACKS) return;
  try {
    const view = await openView(setup, dirs);
    // Without `-l`, objects that are borrowed from the store are packed as well.
    await runGit(view.setup, ['repack', '-a', '-d', '-q']);
    await replaceStore(view, dirs);
  } catch (error) {
    if (!isStoreDamaged(error)) throw error;
    await dropStore(dirs);
  }
}
