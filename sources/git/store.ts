import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { StoreContext } from '../source.js';
import { inRepository, type GitSetup } from './environment.js';
import { findKept } from './findKept.js';
import { findObjects } from './objects.js';
import { errorCode } from '../../domain/errorCode.js';

/**
 * The object store of a volume: `objects/pack/` and `shallow`, and nothing that git would lock. git processes of a
 * killed or stopped mover may still run, so git never writes here. It works in a private repository in the attempt's
 * scratch space that borrows the store's objects, and what is worth keeping comes here by rename: harmless when
 * repeated, and failing once a newer attempt has taken the scratch space away.
 */
const PACKS = 'objects/pack';
const SHALLOW = 'shallow';

/** Where the store is, where this attempt may work, and what of the store is still needed. */
export interface StoreDirs extends Pick<StoreContext, 'scratchDir' | 'storeDir' | 'keptRevisions' | 'isReadOnly'> {
  /** Kept revisions need the commits of their submodules as well. */
  readonly hasSubmodules: boolean;
}

/** A private repository that borrows the store's objects. */
export interface StoreView {
  readonly setup: GitSetup;
  readonly gitDir: string;
  /** Where fetched packs are moved to; absent when the store is only read, and they stay in the view. */
  readonly keepIn?: string;
}

/**
 * Opens a new view. Kept revisions that the store has become refs, so that a server learns what need not be sent.
 * The store is created when missing, unless it is only read: git passes over a store that is not there.
 */
export async function openView(setup: GitSetup, dirs: StoreDirs): Promise<StoreView> {
  const { scratchDir, storeDir, isReadOnly = false } = dirs;
  const gitDir = join(scratchDir, `view-${randomUUID()}.git`);
  await createRepository(gitDir);
  if (!isReadOnly) await createStore({ scratchDir, storeDir });
  await writeFile(join(gitDir, 'objects', 'info', 'alternates'), `${resolve(storeDir, 'objects')}\n`);
  await writeShallow(join(gitDir, SHALLOW), await readShallow(storeDir), gitDir);
  const view = { setup: inRepository(setup, gitDir), gitDir, ...(!isReadOnly && { keepIn: storeDir }) };
  await writeKeptRefs(view, dirs);
  return view;
}

/**
 * What `git init --bare` makes, without a process for it. Level by level: it fails when a newer attempt has taken the scratch
 * space away, instead of making it again.
 */
async function createRepository(gitDir: string): Promise<void> {
  for (const directory of ['', 'objects', 'objects/info', PACKS, 'refs']) await mkdir(join(gitDir, directory));
  await writeFile(join(gitDir, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
  // Last: without it git takes the directory for no repository.
  await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/main\n');
}

/**
 * Makes an empty store by a rename out of the scratch space: a late process, whose volume may be gone by now, has none any
 * more and so makes no directory again.
 */
async function createStore({ scratchDir, storeDir }: Pick<StoreDirs, 'scratchDir' | 'storeDir'>): Promise<void> {
  if (existsSync(storeDir)) return;
  const next = await makePackDirectory(scratchDir);
  try {
    await rename(next, storeDir);
  } catch (error) {
    // Another attempt was faster, and its store is as good.
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  }
}

/** An empty store on its way, in the scratch space. Level by level: nothing above may be made again. */
async function makePackDirectory(scratchDir: string): Promise<string> {
  const store = join(scratchDir, `store-${randomUUID()}`);
  for (const directory of [store, join(store, 'objects'), join(store, PACKS)]) await mkdir(directory);
  return store;
}

async function writeKeptRefs({ setup, gitDir }: StoreView, dirs: StoreDirs): Promise<void> {
  const kept = await findKept(setup, dirs.keptRevisions, dirs.hasSubmodules);
  await writeFile(join(gitDir, 'packed-refs'), kept.map((id) => `${id} refs/kept/${id}\n`).join(''));
}

/**
 * Moves what a fetch brought into the store. First the list of commits whose parents are not there, since a commit
 * without its parents and not on that list would look damaged; of each pack the index last, since it makes git see it.
 * Nothing is moved into a store that is only read.
 */
export async function keepFetched({ gitDir, keepIn }: StoreView): Promise<void> {
  if (keepIn === undefined) return;
  await writeShallow(join(keepIn, SHALLOW), await readShallow(gitDir), gitDir);
  await movePacks(gitDir, keepIn);
}

async function movePacks(gitDir: string, storeDir: string): Promise<void> {
  const files = (await readdir(join(gitDir, PACKS))).filter((name) => /^pack-[0-9a-f]+\.(?:pack|rev|idx)$/.test(name));
  const isIndex = (name: string): number => (name.endsWith('.idx') ? 1 : 0);
  for (const name of files.sort((a, b) => isIndex(a) - isIndex(b))) {
    await rename(join(gitDir, PACKS, name), join(storeDir, PACKS, name));
  }
}

/** Commits whose parents are not in the repository, as ids. */
export async function readShallow(dir: string): Promise<string[]> {
  try {
    return (await readFile(join(dir, SHALLOW), 'utf8')).split('\n').filter((line) => line !== '');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Replaces the list as a whole; it is written in the view, so that only who holds the attempt can. */
async function writeShallow(path: string, ids: readonly string[], gitDir: string): Promise<void> {
  const next = join(gitDir, 'shallow.next');
  await writeFile(next, ids.map((id) => `${id}\n`).join(''), { flush: true });
  await rename(next, path);
}

/** 0 when there is no store yet. */
export async function countPacks(storeDir: string): Promise<number> {
  try {
    return (await readdir(join(storeDir, PACKS))).filter((name) => name.endsWith('.pack')).length;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

/**
 * Puts the packs of `gitDir` in the place of the store, with what of its shallow list they hold. A crash between the
 * renames costs one fetch.
 */
export async function replaceStore({ setup, gitDir }: StoreView, { scratchDir, storeDir }: StoreDirs): Promise<void> {
  const next = await makePackDirectory(scratchDir);
  // The view no longer borrows the store's objects, so this finds what was packed.
  await rm(join(gitDir, 'objects', 'info', 'alternates'));
  const shallow = await readShallow(gitDir);
  const found = await findObjects(setup, shallow);
  const kept = shallow.filter((_id, index) => found[index] !== undefined);
  await writeShallow(join(next, SHALLOW), kept, gitDir);
  await movePacks(gitDir, next);
  await rename(storeDir, join(scratchDir, `replaced-${randomUUID()}`));
  await rename(next, storeDir);
}

/** Takes the store away, into the scratch space that is removed with the attempt. */
export async function dropStore({ scratchDir, storeDir }: StoreDirs): Promise<void> {
  await rename(storeDir, join(scratchDir, `dropped-${randomUUID()}`));
}
