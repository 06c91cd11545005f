import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestEntry } from '../../domain/manifest.js';
import type { SourceProgress } from '../source.js';
import type { GitSetup } from './environment.js';
import { runGit } from './run.js';
import { errorCode } from '../../domain/errorCode.js';

/** Paths that are handed to git at a time; progress is reported between. */
const BATCH = 500;

/**
 * Writes entries of a commit by git's own checkout, so that attributes (line ends, encodings, idents) are applied as
 * everywhere else. The index holds the whole commit, since git takes `.gitattributes` files that are not written from
 * there. The work tree is in the scratch space, and what it holds is renamed into `targetDir`: both are on one file system.
 */
export async function checkOut(
  setup: GitSetup,
  revision: string,
  subPath: string,
  entries: readonly ManifestEntry[],
  { targetDir, scratchDir }: { readonly targetDir: string; readonly scratchDir: string },
  onProgress?: (progress: SourceProgress) => void,
): Promise<void> {
  if (entries.length === 0) return;
  const workTree = join(scratchDir, `work-${randomUUID()}`);
  await mkdir(workTree);
  const env = { ...setup.env, GIT_INDEX_FILE: `${workTree}.index`, GIT_WORK_TREE: workTree };
  const inWorkTree = { ...setup, env, dir: workTree };
  await runGit(inWorkTree, ['read-tree', revision]);
  const input = pathsOf(entries, subPath === '' ? '' : `${subPath}/`, onProgress);
  await runGit(inWorkTree, ['checkout-index', '-z', '--stdin'], { input, umask: '022' });
  await moveInto(join(workTree, subPath), targetDir, setup.signal);
}

function* pathsOf(
  entries: readonly ManifestEntry[],
  prefix: string,
  onProgress: ((progress: SourceProgress) => void) | undefined,
): Generator<string> {
  for (let start = 0; start < entries.length; start += BATCH) {
    onProgress?.({ step: 'writing', percent: Math.floor((100 * start) / entries.length) });
    yield entries
      .slice(start, start + BATCH)
      .map(({ path }) => `${prefix}${path}\0`)
      .join('');
  }
  onProgress?.({ step: 'writing', percent: 100 });
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
