import { join } from 'node:path';
import { createGit, type RunGit } from '../../dev/git.js';
import { runCommand } from '../../dev/run.js';
import type { Bench } from '../workload.js';

/** What one commit does to the tree before it. */
export interface Commit {
  readonly branch: string;
  /** The commit that it follows, in git's words; absent: the tip of its branch, if there is one. */
  readonly from?: string;
  /** Content by path; `null` removes the file. */
  readonly files: Iterable<readonly [path: string, content: string | null]>;
  /** Old and new name of directories. */
  readonly renames?: readonly (readonly [from: string, to: string])[];
}

/** A bare repository that a server may serve. */
export interface Repository {
  readonly dir: string;
  /** Writes commits, in order, without a work tree. Returns the id of the last one. */
  commit(commits: Iterable<Commit>): Promise<string>;
  /** One pack, as hosts keep theirs. */
  pack(): Promise<void>;
  git: (...args: string[]) => Promise<string>;
}

/** Text that is handed to git at a time, in characters. */
const CHUNK_CHARS = 64 * 1024 * 1024;

export async function createRepository({ env, signal }: Bench, servedDir: string, name: string): Promise<Repository> {
  const dir = join(servedDir, name);
  const run: RunGit = createGit(env, signal);
  await run(servedDir, 'init', '--quiet', '--bare', '--initial-branch=main', dir);
  const git = (...args: string[]): Promise<string> => run(dir, ...args);
  // The same time for all: ids of commits are the same in every run.
  let timeSeconds = 1_700_000_000;
  const stored = new Set<string>();
  const streamed = new Set<string>();

  const describe = ({ branch, from, files, renames = [] }: Commit): string => {
    const ref = `refs/heads/${branch}`;
    // A commit follows the one before it on the branch by itself, but only within one stream.
    const parent = from ?? (stored.has(branch) && !streamed.has(branch) ? `${ref}^0` : undefined);
    streamed.add(branch);
    const lines = [`commit ${ref}`, `committer Bench <bench@drover.invalid> ${timeSeconds++} +0000`, 'data 0'];
    if (parent !== undefined) lines.push(`from ${parent}`);
    for (const [old, next] of renames) lines.push(`R ${old} ${next}`);
    for (const [path, content] of files) {
      if (content === null) lines.push(`D ${path}`);
      else lines.push(`M 100644 inline ${path}`, `data ${Buffer.byteLength(content)}`, content);
    }
    return `${lines.join('\n')}\n`;
  };

  const write = async (input: string): Promise<void> => {
    await runCommand('git', ['-C', dir, 'fast-import', '--quiet', '--force'], { env, input }, signal);
    for (const branch of streamed) stored.add(branch);
    streamed.clear();
  };

  return {
    dir,
    git,
    async commit(commits) {
      let input = '';
      let last = 'main';
      for (const commit of commits) {
        input += describe(commit);
        last = commit.branch;
        if (input.length < CHUNK_CHARS) continue;
        await write(input);
        input = '';
      }
      await write(input);
      return git('rev-parse', `refs/heads/${last}`);
    },
    async pack() {
      await git('repack', '-a', '-d', '-q', '--write-bitmap-index');
      await git('pack-refs', '--all');
    },
  };
}
