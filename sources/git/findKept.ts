import type { GitSetup } from './environment.js';
import { findObjects } from './objects.js';
import { runGit } from './run.js';

/** Paths are quoted and not looked at: those of kept revisions may be of any kind outside of what was published. */
const SUBMODULE_LINE = /^160000 commit ([0-9a-f]{40})\t/gm;

/** Those of `revisions` that are there, with the commits of their submodules, as far as these are there. */
export async function findKept(
  setup: GitSetup,
  revisions: readonly string[],
  hasSubmodules: boolean,
): Promise<string[]> {
  const kept = new Set<string>();
  let next = [...new Set(revisions)];
  while (next.length > 0) {
    const objects = await findObjects(setup, next);
    const commits = objects.flatMap((object) => (object?.type === 'commit' ? [object.id] : []));
    for (const commit of commits) kept.add(commit);
    const named = hasSubmodules ? await findSubmoduleCommits(setup, commits) : [];
    next = named.filter((commit) => !kept.has(commit));
  }
  return [...kept].sort();
}

async function findSubmoduleCommits(setup: GitSetup, commits: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const commit of commits) {
    const tree = await runGit(setup, ['ls-tree', '-r', '--full-tree', commit]);
    for (const [, id = ''] of tree.matchAll(SUBMODULE_LINE)) found.add(id);
  }
  return [...found];
}
