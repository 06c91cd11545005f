import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunGit } from './git.js';
import { DEMO_BRANCH, type DemoRepository } from './demoRepository.js';

/** What a demo commit does to three files, by path. */
export interface DemoChange {
  readonly changed: string;
  readonly added: string;
  readonly deleted: string;
}

/**
 * Chooses which files the demo changes: from `paths`, the regular files of the repository, the two shortest at its top.
 * Throws when there are fewer than two.
 */
export function chooseDemoChange(paths: readonly string[]): DemoChange {
  const top = paths.filter((path) => !path.includes('/') && !path.startsWith('.'));
  const [changed, deleted] = top.toSorted((one, other) => one.length - other.length || (one < other ? -1 : 1));
  if (changed === undefined || deleted === undefined) {
    throw new Error('the demo needs a repository with two files at its top');
  }
  return { changed, deleted, added: `demo-${paths.length}.txt` };
}

/** The regular files at `revision`. */
export async function listFiles(git: RunGit, directory: string, revision: string): Promise<string[]> {
  const listing = await git(directory, 'ls-tree', '-r', '-z', revision);
  return listing.split('\0').flatMap((line) => (line.startsWith('100') ? [line.slice(line.indexOf('\t') + 1)] : []));
}

/** Pushes one commit with the change through a temporary clone, as a colleague would; returns its revision. */
export async function pushChange(
  git: RunGit,
  repository: DemoRepository,
  { changed, added, deleted }: DemoChange,
  nowIso: string,
): Promise<string> {
  const clone = await mkdtemp(join(repository.directory, '..', 'clone-'));
  try {
    await git(clone, 'clone', '--quiet', '--branch', DEMO_BRANCH, repository.directory, '.');
    await appendFile(join(clone, changed), `\nChanged by the demo at ${nowIso}.\n`);
    await writeFile(join(clone, added), `Added by the demo at ${nowIso}.\n`);
    await git(clone, 'rm', '--quiet', '--', deleted);
    await git(clone, 'add', '--', changed, added);
    await git(clone, 'commit', '--quiet', '-m', 'Change one file, add one, delete one');
    await git(clone, 'push', '--quiet', 'origin', `HEAD:refs/heads/${DEMO_BRANCH}`);
    return await git(clone, 'rev-parse', 'HEAD');
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}
