import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isStoreDamaged } from './classify.js';
import type { GitSetup } from './environment.js';
import { dropStore, openView, type StoreDirs, type StoreView } from './store.js';

/**
 * Runs `work` in a view of the store. When the store turns out to be damaged, `work` runs once more: with a new store in
 * its place, or, where the store is only read, beside it with one that is thrown away.
 */
export async function withView<T>(setup: GitSetup, dirs: StoreDirs, work: (view: StoreView) => Promise<T>): Promise<T> {
  try {
    return await work(await openView(setup, dirs));
  } catch (error) {
    if (!isStoreDamaged(error)) throw error;
    return work(await openView(setup, await withoutDamage(dirs)));
  }
}

async function withoutDamage(dirs: StoreDirs): Promise<StoreDirs> {
  if (dirs.isReadOnly === true) return { ...dirs, storeDir: join(dirs.scratchDir, `store-${randomUUID()}`) };
  await dropStore(dirs);
  return dirs;
}
