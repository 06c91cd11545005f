import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createGit, type RunGit } from './git.js';
import { startOnFreePorts } from './ports.js';
import { superviseProcess } from './process.js';
import { awaitReady } from './ready.js';
import type { Stack } from './stackDescription.js';

export const DEMO_BRANCH = 'demo';
/** The port of git's own protocol. */
const GIT_PORT = 9418;

/** The repository that the demo syncs from, served on 127.0.0.1. */
export interface DemoRepository {
  readonly url: string;
  /** The bare repository on disk. */
  readonly directory: string;
  readonly stop: () => Promise<void>;
}

export interface DemoRepositoryOptions {
  readonly stack: Pick<Stack, 'stateDir' | 'env'>;
  readonly repositoryRoot: string;
  readonly say: (line: string) => void;
}

/**
 * Makes a bare copy of this checkout's own repository below the state directory, with the branch `demo` at the
 * checkout's HEAD whatever an earlier demo left there, and serves it. Without a repository (a tarball), one is made
 * from the files.
 */
export async function serveDemoRepository(
  options: DemoRepositoryOptions,
  signal: AbortSignal,
): Promise<DemoRepository> {
  const { stack, repositoryRoot, say } = options;
  const folder = join(stack.stateDir, 'demo');
  const directory = join(folder, 'repository.git');
  await mkdir(folder, { recursive: true });
  const git = createGit(stack.env, signal);
  if (!existsSync(directory))
    await git(folder, 'init', '--quiet', '--bare', '--initial-branch', DEMO_BRANCH, directory);
  const toplevel = await findCheckout(git, repositoryRoot);
  if (toplevel === undefined) await commitFiles(git, directory, repositoryRoot);
  else
    await git(
      directory,
      'fetch',
      '--quiet',
      '--no-tags',
      '--update-head-ok',
      toplevel,
      `+HEAD:refs/heads/${DEMO_BRANCH}`,
    );

  return await startOnFreePorts({ git: GIT_PORT }, say, async ({ git: port }) => {
    const limits = ['--listen=127.0.0.1', `--port=${port}`, '--reuseaddr', '--export-all', `--base-path=${folder}`];
    const args = ['-c', 'safe.directory=*', 'daemon', '--verbose', '--log-destination=stderr', ...limits, folder];
    const spec = { name: 'git-daemon', command: 'git', args, env: stack.env };
    const daemon = await superviseProcess(spec, { stateDir: stack.stateDir, say });
    const url = `git://127.0.0.1:${port}/repository.git`;
    try {
      await awaitReady(daemon, async () => void (await git(folder, 'ls-remote', url)), signal);
    } catch (error) {
      await daemon.stop();
      throw error;
    }
    return { url, directory, stop: daemon.stop };
  });
}

/** The checkout that `root` lies in, when it has a commit. */
async function findCheckout(git: RunGit, root: string): Promise<string | undefined> {
  try {
    await git(root, 'rev-parse', '--verify', '--quiet', 'HEAD^{commit}');
    return await git(root, 'rev-parse', '--show-toplevel');
  } catch {
    // git says so by failing: not a repository, or one without a commit.
    return undefined;
  }
}

async function commitFiles(git: RunGit, directory: string, root: string): Promise<void> {
  const inPlace = ['--git-dir', directory, '--work-tree', root, '-c', 'core.bare=false'];
  await git(root, ...inPlace, 'add', '--all', '--', '.');
  const tree = await git(root, ...inPlace, 'write-tree');
  const commit = await git(root, ...inPlace, 'commit-tree', tree, '-m', 'The files of this folder');
  await git(directory, 'update-ref', `refs/heads/${DEMO_BRANCH}`, commit);
}
