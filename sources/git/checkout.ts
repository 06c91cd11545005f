import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestEntry } from '../../domain/manifest.js';
import type { SourceProgress } from '../source.js';
import type { GitSetup } from './environment.js';
import { partFinder, type Part } from './parts.js';
import { join as joinPath, parentOf, within } from './repositoryPath.js';
import { runGit } from './run.js';
import { errorCode } from '../../domain/errorCode.js';

/** Paths that are handed to git at a time; progress is reported between. */
const BATCH = 500;

/**
 * Writes entries by git's own checkout, so that attributes (line ends, encodings, idents) are applied as everywhere else.
 * The index holds the whole commit, since git takes `.gitattributes` files that are not written from there. A submodule
 * is checked out by itself, so that only its own attributes apply, into the directory that its parent's checkout makes.
 * The work tree is in the scratch space, and what it holds is renamed into `targetDir`: both are on one file system.
 */
export async function checkOut(
  setup: GitSetup,
  parts: readonly Part[],
  subPath: string,
  entries: readonly ManifestEntry[],
  { targetDir, scratchDir }: { readonly targetDir: string; readonly scratchDir: string },
  onProgress?: (progress: SourceProgress) => void,
): Promise<void> {
  const workTree = join(scratchDir, `work-${randomUUID()}`);
  await mkdir(workTree);
  let done = 0;
  const onBatch = (count: number): void => {
    onProgress?.({ step: 'writing', percent: Math.min(100, Math.floor((100 * done) / entries.length)) });
    done += count;
  };
  for (const [part, paths] of divide(parts, subPath, entries)) {
    const dir = join(workTree, part.path);
    const env = { ...setup.env, GIT_INDEX_FILE: `${workTree}.index`, GIT_WORK_TREE: dir };
    await runGit({ ...setup, env, dir }, ['read-tree', part.commit]);
    const input = inBatches(paths, onBatch);
    await runGit({ ...setup, env, dir }, ['checkout-index', '-z', '--stdin'], { input, umask: '022' });
  }
  onProgress?.({ step: 'writing', percent: 100 });
  await moveInto(join(workTree, subPath), targetDir, setup.signal);
}

/**
 * What each part has to write, by paths of its own, parents first: its files, and the places of submodules that have
 * something to write. Parts that have nothing to write are left out.
 */
function divide(parts: readonly Part[], subPath: string, entries: readonly ManifestEntry[]): Map<Part, string[]> {
  const partOf = partFinder(parts);
  const pathsOf = new Map<Part, string[]>(parts.map((part) => [part, []]));
  const take = (part: Part | undefined, path: string): void => {
    if (part !== undefined) pathsOf.get(part)?.push(within(part.path, path));
  };
  for (const entry of entries) {
    const path = joinPath(subPath, entry.path);
    take(partOf(path), path);
  }
  for (const part of [...parts].reverse()) {
    if (pathsOf.get(part)?.length === 0) pathsOf.delete(part);
    else if (part.path !== '') take(partOf(parentOf(part.path)), part.path);
  }
  return pathsOf;
}

function* inBatches(paths: readonly string[], onBatch: (count: number) => void): Generator<string> {
  for (let start = 0; start < paths.length; start += BATCH) {
    const batch = paths.slice(start, start + BATCH);
    onBatch(batch.length);
    yield batch.map((path) => `${path}\0`).join('');
  }
}

/** Renames whole directories where the target has none of that name yet, and goes into the others. */
async function moveInto(from: string, to: string, signal: AbortSignal): Promise<void> {
  for (const child of await readdir(from, { withFileTypes: true })) {
    signal.throwIfAborted();
    const source = join(from, child.name);
    const target = join(to, child.name);
    if (child.isDirectory() && !(await isRenamed(source, target))) await moveInto(source, target, signal);
    else if (!child.isDirectory()) await rename(source, target);
  }
}

async function isRenamed(source: string, target: string): Promise<boolean> {
  try {
    await rename(source, target);
    return true;
  } catch (error) {
    const code = errorCode(error);
    // The target is a directory with something in it.
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}
