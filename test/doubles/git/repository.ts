import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ENV = {
  PATH: '/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
};

/** Runs git as a person would, without the configuration of the machine. */
export function git(dir: string, ...args: string[]): string {
  return execFileSync('git', ['-C', dir, ...args], {
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** A file's text, or what else a path shall be; `null` removes it. */
export type FileContent = string | Buffer | { readonly link: string } | { readonly executable: string } | null;

/** A repository with a work tree on `main`, and a bare copy of it under `servedDir` that servers serve. */
export interface Repository {
  readonly name: string;
  readonly workDir: string;
  readonly bareDir: string;
  /** Commits on the current branch and pushes everything. Returns the commit id. */
  commit(files: Readonly<Record<string, FileContent>>): string;
  /** Pushes branches and tags as they are, also rewritten ones. */
  push(): void;
  git(...args: string[]): string;
  /** Makes and pushes a commit on a branch of its own whose tree has these records of `git ls-tree -z`, unchecked. */
  commitTree(records: Buffer): string;
}

export function createRepository(servedDir: string, name: string): Repository {
  const workDir = join(servedDir, '..', `${name}.work`);
  const bareDir = join(servedDir, name);
  mkdirSync(workDir, { recursive: true });
  mkdirSync(servedDir, { recursive: true });
  git(servedDir, 'init', '--quiet', '--bare', '--initial-branch=main', bareDir);
  git(bareDir, 'config', 'receive.denyDeleteCurrent', 'ignore');
  git(workDir, 'init', '--quiet', '--initial-branch=main');
  git(workDir, 'remote', 'add', 'origin', bareDir);
  const repository: Repository = {
    name,
    workDir,
    bareDir,
    commit(files) {
      for (const [path, content] of Object.entries(files)) writeFile(join(workDir, path), content);
      git(workDir, 'add', '--all');
      git(workDir, 'commit', '--quiet', '--allow-empty', '--message=change');
      repository.push();
      return git(workDir, 'rev-parse', 'HEAD');
    },
    push() {
      git(
        workDir,
        'push',
        '--quiet',
        '--force',
        '--prune',
        'origin',
        'refs/heads/*:refs/heads/*',
        'refs/tags/*:refs/tags/*',
      );
    },
    git: (...args) => git(workDir, ...args),
    commitTree(records) {
      const options = { env: ENV, input: records, encoding: 'utf8' } as const;
      const tree = execFileSync('git', ['-C', workDir, 'mktree', '-z'], options).trim();
      const commit = git(workDir, 'commit-tree', '-m', 'made', tree);
      git(workDir, 'branch', `made-${commit}`, commit);
      repository.push();
      return commit;
    },
  };
  return repository;
}

function writeFile(path: string, content: FileContent): void {
  rmSync(path, { force: true });
  if (content === null) return;
  mkdirSync(dirname(path), { recursive: true });
  if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(path, content);
  else if ('link' in content) symlinkSync(content.link, path);
  else writeFileSync(path, content.executable, { mode: 0o755 });
}
