import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { EMPTY_REVISION } from '../../../sources/git/emptyRevision.js';
import { createGitSource } from '../../../sources/git/index.js';
import { createVolumeDirs, LOCAL_SERVERS } from '../../doubles/git/context.js';
import { startGitDaemon, type GitServer } from '../../doubles/git/daemon.js';
import { createRepository, type Repository } from '../../doubles/git/repository.js';

jest.setTimeout(60_000);

const dirs = createVolumeDirs();
const served = join(dirs.root, 'served');
let server: GitServer;
let repository: Repository;

beforeAll(async () => {
  repository = createRepository(served, 'docs.git');
  server = await startGitDaemon(served);
});

afterAll(async () => {
  await server.close();
  dirs.remove();
});

function resolve(ref?: string, name = 'docs.git'): Promise<string> {
  const settings = { url: `${server.url}/${name}`, depth: 1, ...(ref === undefined ? {} : { ref }) };
  return createGitSource(settings, LOCAL_SERVERS).resolve(dirs.context());
}

describe('resolve', () => {
  it('finds branches, branches with a slash, plain and annotated tags', async () => {
    const first = repository.commit({ 'a.txt': 'a' });
    repository.git('tag', 'plain');
    repository.git('tag', '--annotate', '--message=x', 'annotated');
    const second = repository.commit({ 'a.txt': 'b' });
    repository.git('branch', 'feature/one');
    repository.push();
    expect(await resolve('main')).toBe(second);
    expect(await resolve('feature/one')).toBe(second);
    expect(await resolve('plain')).toBe(first);
    expect(await resolve('annotated')).toBe(first);
    expect(await resolve('refs/tags/annotated')).toBe(first);
    expect(await resolve('refs/heads/main')).toBe(second);
  });

  it('prefers a branch to a tag of the same name', async () => {
    repository.git('tag', 'twice', 'plain');
    repository.git('branch', 'twice', 'main');
    repository.push();
    expect(await resolve('twice')).toBe(repository.git('rev-parse', 'refs/heads/twice'));
  });

  it('follows a moved tag and a rewritten branch', async () => {
    repository.git('tag', '--force', 'plain', 'main');
    repository.push();
    expect(await resolve('plain')).toBe(repository.git('rev-parse', 'main'));
    repository.git('commit', '--amend', '--quiet', '--message=rewritten');
    repository.push();
    expect(await resolve('main')).toBe(repository.git('rev-parse', 'main'));
  });

  it('follows the default branch when it is renamed', async () => {
    const settings = { url: `${server.url}/renamed.git`, depth: 1 };
    const other = createRepository(served, 'renamed.git');
    const first = other.commit({ a: '1' });
    const source = createGitSource(settings, LOCAL_SERVERS);
    expect(await source.resolve(dirs.context())).toBe(first);
    other.git('branch', '--move', 'main', 'release/next');
    const second = other.commit({ a: '2' });
    other.git('-C', other.bareDir, 'symbolic-ref', 'HEAD', 'refs/heads/release/next');
    expect(await source.resolve(dirs.context())).toBe(second);
  });

  it('answers a full commit id without contact', async () => {
    const id = 'ABCDEF0123456789abcdef0123456789abcdef01';
    const source = createGitSource({ url: 'git://127.0.0.1:1/none', ref: id, depth: 1 }, LOCAL_SERVERS);
    expect(await source.resolve(dirs.context())).toBe(id.toLowerCase());
  });

  it('names a missing ref and similar ones', async () => {
    const failure = resolve('mian');
    await expect(failure).rejects.toMatchObject({ reason: 'RefNotFound' });
    await expect(failure).rejects.toThrow(/"mian"; there is "main"/);
  });

  it('treats an abbreviated commit id as a name', async () => {
    await expect(resolve(repository.git('rev-parse', '--short', 'main'))).rejects.toMatchObject({
      reason: 'RefNotFound',
    });
  });

  it('tells an empty repository from a missing default branch', async () => {
    createRepository(served, 'empty.git');
    expect(await resolve(undefined, 'empty.git')).toBe(EMPTY_REVISION);
    expect(await resolve('main', 'empty.git')).toBe(EMPTY_REVISION);
    const headless = createRepository(served, 'headless.git');
    headless.git('checkout', '--quiet', '-b', 'other');
    headless.commit({ a: 'a' });
    await expect(resolve(undefined, 'headless.git')).rejects.toThrow(/default branch .* "other"/);
  });

  it('reads the local disk only when that is allowed', async () => {
    const other = createRepository(join(dirs.root, 'local'), 'local.git');
    const revision = other.commit({ 'a.txt': 'a' });
    const url = `file://${other.bareDir}`;
    const source = createGitSource({ url, depth: 1 }, { ...LOCAL_SERVERS, allowFileUrls: true });
    const context = dirs.context();
    expect(await source.resolve(context)).toBe(revision);
    expect((await source.list(revision, context)).entries).toHaveLength(1);
    expect(() => createGitSource({ url, depth: 1 }, LOCAL_SERVERS)).toThrow(/local disk/);
  });

  it('refuses names that git would take for something else', () => {
    const create = (ref: string) => () => createGitSource({ url: 'git://h/r', ref, depth: 1 }, LOCAL_SERVERS);
    expect(create('--upload-pack=touch x')).toThrow(/source\.git\.ref begins with "-"/);
    expect(create('main:refs/heads/x')).toThrow(/source\.git\.ref/);
  });
});
