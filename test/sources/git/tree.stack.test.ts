import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ManifestEntry } from '../../../domain/manifest.js';
import { EMPTY_REVISION } from '../../../sources/git/emptyRevision.js';
import { createGitSource } from '../../../sources/git/index.js';
import { createVolumeDirs, LOCAL_SERVERS } from '../../doubles/git/context.js';
import { startGitDaemon, type GitServer } from '../../doubles/git/daemon.js';
import { createRepository, type FileContent, type Repository } from '../../doubles/git/repository.js';

jest.setTimeout(60_000);

const dirs = createVolumeDirs();
const served = join(dirs.root, 'served');
let server: GitServer;

beforeAll(async () => {
  createRepository(served, 'first.git');
  server = await startGitDaemon(served);
});

afterAll(async () => {
  await server.close();
  dirs.remove();
});

function sourceOf(repository: Repository, subPath = '') {
  return createGitSource({ url: `${server.url}/${repository.name}`, depth: 1, subPath }, LOCAL_SERVERS);
}

/** Commits, lists and writes; each repository with a store of its own. */
async function publish(name: string, files: Record<string, FileContent>, subPath = '') {
  const repository = createRepository(served, `${name}.git`);
  const revision = repository.commit(files);
  const source = sourceOf(repository, subPath);
  const storeDir = join(dirs.root, `${name}.store`);
  const { entries } = await source.list(revision, dirs.context({ storeDir }));
  const target = dirs.target();
  const context = dirs.context({ storeDir });
  await source.write(revision, entries, target, context);
  return { repository, entries, target, storeDir, source, context };
}

function pathsOf(entries: readonly ManifestEntry[]): string[] {
  return entries.map(({ path }) => path);
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe('list and write', () => {
  it('lists every file once, sorted by bytes, and writes it', async () => {
    const { entries, target, context } = await publish('plain', {
      'b.txt': 'b',
      'a/c.txt': 'c',
      'a-b': 'x',
      'a/deep/er/d.txt': 'd',
      'ünï/ço∂é.txt': 'u',
    });
    expect(pathsOf(entries)).toEqual(['a-b', 'a/c.txt', 'a/deep/er/d.txt', 'b.txt', 'ünï/ço∂é.txt']);
    expect(entries[0]).toEqual({ path: 'a-b', mode: 'file', size: 1, id: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(readFileSync(join(target, 'a/deep/er/d.txt'), 'utf8')).toBe('d');
    expect(readFileSync(join(target, 'ünï/ço∂é.txt'), 'utf8')).toBe('u');
    expect(existsSync(join(target, '.git'))).toBe(false);
    expect(context.seen.at(-1)).toEqual({ step: 'writing', percent: 100 });
  });

  it('gives files the same modes whatever the umask', async () => {
    const before = process.umask(0o077);
    try {
      const { entries, target } = await publish('modes', { 'run.sh': { executable: '#!/bin/sh\n' }, 'dir/plain': 'x' });
      expect(entries.map(({ path, mode }) => [path, mode])).toEqual([
        ['dir/plain', 'file'],
        ['run.sh', 'executable'],
      ]);
      expect(modeOf(join(target, 'run.sh'))).toBe('755');
      expect(modeOf(join(target, 'dir/plain'))).toBe('644');
      expect(modeOf(join(target, 'dir'))).toBe('755');
    } finally {
      process.umask(before);
    }
  });

  it('takes a file or directory for what it is when it is named like a commit', async () => {
    const repository = createRepository(served, 'sha-names.git');
    const first = repository.commit({ a: 'a' });
    const second = repository.commit({ [first]: 'a file', [`dir/${first}/b`]: 'b' });
    const source = sourceOf(repository);
    const context = dirs.context({ storeDir: join(dirs.root, 'sha-names.store') });
    const target = dirs.target();
    await source.write(second, (await source.list(second, context)).entries, target, context);
    expect(readFileSync(join(target, first), 'utf8')).toBe('a file');
    expect(readFileSync(join(target, 'dir', first, 'b'), 'utf8')).toBe('b');
    expect(pathsOf((await source.list(first, context)).entries)).toEqual(['a']);
  });

  it.each(['100600', '100664', '100444'])(
    'publishes a file of the mode %s, as other tools write it, as 0644',
    async (mode) => {
      const repository = createRepository(served, `mode-${mode}.git`);
      repository.commit({ a: 'a' });
      const blob = repository.git('rev-parse', 'HEAD:a');
      const revision = repository.commitTree(Buffer.from(`${mode} blob ${blob}\ta\0`));
      const context = dirs.context({ storeDir: join(dirs.root, `mode-${mode}.store`) });
      const { entries } = await sourceOf(repository).list(revision, context);
      const target = dirs.target();
      await sourceOf(repository).write(revision, entries, target, context);
      expect(entries).toMatchObject([{ path: 'a', mode: 'file' }]);
      expect(modeOf(join(target, 'a'))).toBe('644');
    },
  );

  it('publishes a sub-path as the root', async () => {
    const { entries, target } = await publish('sub', { 'docs/en/a.md': 'a', 'docs/b.md': 'b', 'src/x': 'x' }, '/docs/');
    expect(pathsOf(entries)).toEqual(['b.md', 'en/a.md']);
    expect(readdirSync(target).sort()).toEqual(['b.md', 'en']);
  });

  it('writes only what is asked for, into directories that exist', async () => {
    const { entries, source, storeDir, repository } = await publish('partial', { 'a/1': '1', 'a/2': '2', 'b/3': '3' });
    const revision = repository.git('rev-parse', 'HEAD');
    const target = dirs.target();
    const write = (paths: string[]) =>
      source.write(
        revision,
        entries.filter(({ path }) => paths.includes(path)),
        target,
        dirs.context({ storeDir }),
      );
    await write(['a/1']);
    await write(['a/2', 'b/3']);
    await write([]);
    expect(readdirSync(join(target, 'a')).sort()).toEqual(['1', '2']);
    expect(readFileSync(join(target, 'b/3'), 'utf8')).toBe('3');
  });

  it('keeps links inside the tree, also dangling ones', async () => {
    const { entries, target } = await publish('links', {
      'a/file': 'x',
      'a/near': { link: 'file' },
      'a/up': { link: '../a/file' },
      dangling: { link: 'nowhere' },
    });
    expect(entries.filter(({ mode }) => mode === 'link').map(({ path }) => path)).toEqual([
      'a/near',
      'a/up',
      'dangling',
    ]);
    expect(readlinkSync(join(target, 'a/up'))).toBe('../a/file');
  });

  it('keeps links that lead round in circles, or to themselves, as links', async () => {
    const files = { a: { link: 'b' }, b: { link: 'a' }, self: { link: 'self' }, 'dir/up': { link: '..' } };
    const { entries, target } = await publish('circles', files);
    expect(entries.map(({ path, mode }) => [path, mode])).toEqual(
      ['a', 'b', 'dir/up', 'self'].map((path) => [path, 'link']),
    );
    expect(readlinkSync(join(target, 'self'))).toBe('self');
    expect(readlinkSync(join(target, 'dir/up'))).toBe('..');
  });

  it.each([
    ['absolute', '/etc/passwd'],
    ['escaping', '../../etc/passwd'],
    ['devious', 'b/../../x'],
  ])('refuses an %s link', async (name, link) => {
    const failure = publish(`link-${name}`, { 'a/link': { link } });
    await expect(failure).rejects.toMatchObject({ reason: 'UnsafeLink', message: expect.stringContaining('"a/link"') });
  });

  it('refuses a link that leaves the sub-path', async () => {
    const files = { 'docs/link': { link: '../src/x' }, 'src/x': 'x' };
    await expect(publish('link-sub', files, 'docs')).rejects.toMatchObject({ reason: 'UnsafeLink' });
  });

  it('refuses pointers of Git LFS and says how many there are', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;
    const failure = publish('lfs', { 'x/model.bin': pointer, 'y.bin': `${pointer} `, 'z.txt': 'z' });
    await expect(failure).rejects.toMatchObject({
      reason: 'LfsPointer',
      message: expect.stringContaining('"x/model.bin" and 1 more'),
    });
  });

  it('leaves submodules out', async () => {
    const { repository, source, storeDir } = await publish('super', { 'a.txt': 'a' });
    const commit = repository.git('rev-parse', 'HEAD');
    repository.git('update-index', '--add', '--cacheinfo', `160000,${commit},vendor/lib`);
    repository.git('commit', '--quiet', '--message=submodule');
    repository.push();
    const revision = repository.git('rev-parse', 'HEAD');
    const { entries } = await source.list(revision, dirs.context({ storeDir }));
    expect(pathsOf(entries)).toEqual(['a.txt']);
    const target = dirs.target();
    await source.write(revision, entries, target, dirs.context({ storeDir }));
    expect(readdirSync(target)).toEqual(['a.txt']);
  });

  it.each([
    ['missing', 'nowhere'],
    ['a file', 'a.txt'],
    ['below a file', 'a.txt/b'],
  ])('says when the sub-path is %s', async (name, subPath) => {
    const failure = publish(`no-sub-${name.replaceAll(' ', '-')}`, { 'a.txt': 'a' }, subPath);
    await expect(failure).rejects.toMatchObject({
      reason: 'SubPathNotFound',
      message: expect.stringContaining(subPath),
    });
  });

  it('lists nothing of a commit without files, and writes nothing', async () => {
    const { entries, target } = await publish('nothing', {});
    expect(entries).toEqual([]);
    expect(readdirSync(target)).toEqual([]);
  });

  it('lists nothing of a sub-path that has only submodules, or a tree without entries', async () => {
    const repository = createRepository(served, 'hollow.git');
    const commit = repository.commit({ 'a.txt': 'a' });
    const emptyTree = repository.git('hash-object', '-t', 'tree', '-w', '/dev/null');
    const directories = [`040000 tree ${emptyTree}\tbare\0`, `160000 commit ${commit}\tlib\0`];
    const inner = repository.commitTree(Buffer.from(directories[1] ?? ''));
    const tree = repository.git('rev-parse', `${inner}^{tree}`);
    const outer = repository.commitTree(Buffer.from(`${directories[0]}040000 tree ${tree}\tvendor\0`));
    for (const subPath of ['bare', 'vendor']) {
      const context = dirs.context({ storeDir: join(dirs.root, 'hollow.store') });
      expect((await sourceOf(repository, subPath).list(outer, context)).entries).toEqual([]);
    }
  });

  it('lists nothing of a repository without refs, and says when a named path is missing in it', async () => {
    const repository = createRepository(served, 'fresh.git');
    const context = dirs.context({ storeDir: join(dirs.root, 'fresh.store') });
    const source = sourceOf(repository);
    expect(await source.resolve(context)).toBe(EMPTY_REVISION);
    expect(await source.list(EMPTY_REVISION, context)).toEqual({ entries: [], bytesFetched: 0 });
    expect(await source.write(EMPTY_REVISION, [], dirs.target(), context)).toEqual({ bytesFetched: 0 });
    await expect(sourceOf(repository, 'docs').list(EMPTY_REVISION, context)).rejects.toMatchObject({
      reason: 'SubPathNotFound',
      message: 'source.git.subPath "docs" is not there in an empty repository',
    });
  });

  it('refuses paths that git would not check out, and ones that are not UTF-8', async () => {
    const repository = createRepository(served, 'unsafe.git');
    repository.commit({ a: 'a' });
    const blob = repository.git('rev-parse', 'HEAD:a');
    const list = async (name: Buffer) => {
      const commit = repository.commitTree(
        Buffer.concat([Buffer.from(`100644 blob ${blob}\t`), name, Buffer.from([0])]),
      );
      return sourceOf(repository).list(commit, dirs.context({ storeDir: join(dirs.root, 'unsafe.store') }));
    };
    await expect(list(Buffer.from([0x66, 0xff]))).rejects.toMatchObject({
      reason: 'UnsafePath',
      message: expect.stringContaining('UTF-8'),
    });
    await expect(list(Buffer.from('.GIT'))).rejects.toMatchObject({
      reason: 'UnsafePath',
      message: expect.stringContaining('.GIT'),
    });
    await expect(list(Buffer.from('x'.repeat(256)))).rejects.toMatchObject({ reason: 'UnsafePath' });
  });
});

describe('sparse paths', () => {
  async function publishOnly(name: string, files: Record<string, FileContent>, sparsePaths: string[], subPath = '') {
    const repository = createRepository(served, `${name}.git`);
    const revision = repository.commit(files);
    const url = `${server.url}/${repository.name}`;
    const source = createGitSource({ url, depth: 1, subPath, sparsePaths }, LOCAL_SERVERS);
    const context = dirs.context({ storeDir: join(dirs.root, `${name}.store`) });
    const { entries } = await source.list(revision, context);
    const target = dirs.target();
    await source.write(revision, entries, target, context);
    return { paths: pathsOf(entries), target };
  }

  const tree = {
    'docs/en/a.md': 'a',
    'docs/en/b.md': 'b',
    'docs/de/a.md': 'a',
    'docs-2/x': 'x',
    'src/*.c': 'star',
    'src/x.c': 'x',
    '-x/y': 'y',
    ':(glob)**': 'magic',
    root: 'r',
  };

  it.each<[string, string[], string, string[]]>([
    ['files and directories', ['root', 'docs/en'], '', ['docs/en/a.md', 'docs/en/b.md', 'root']],
    ['names that look like patterns or options', ['src/*.c', '-x', ':(glob)**'], '', ['-x/y', ':(glob)**', 'src/*.c']],
    ['what one path covers of another', ['docs', 'docs/en/a.md'], '', ['docs/de/a.md', 'docs/en/a.md', 'docs/en/b.md']],
    ['what lies in the sub-path', ['docs/en/b.md', 'docs/de'], 'docs', ['de/a.md', 'en/b.md']],
    ['the sub-path that lies in them', ['docs'], 'docs/en', ['a.md', 'b.md']],
  ])('publish %s', async (name, sparsePaths, subPath, expected) => {
    const { paths, target } = await publishOnly(name.replaceAll(' ', '-'), tree, sparsePaths, subPath);
    expect(paths).toEqual(expected);
    const written = readdirSync(target, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(target, join(entry.parentPath, entry.name)));
    expect(written.sort()).toEqual(expected);
  });

  it.each([
    ['none', 'none'],
    ['below a file', 'root/x'],
    ['in another case', 'Root'],
  ])('name a path that is not there: %s', async (name, path) => {
    await expect(publishOnly(`sparse-${name.replaceAll(' ', '-')}`, tree, ['docs', path])).rejects.toMatchObject({
      reason: 'SubPathNotFound',
      message: expect.stringContaining(`source.git.sparsePaths "${path}" is not there`),
    });
  });

  it('do not hide attributes that are not published', async () => {
    const files = {
      '.gitattributes': '*.txt eol=crlf\n',
      'a/.gitattributes': 'b.txt eol=lf\n',
      'a/a.txt': 'a\n',
      'a/b.txt': 'b\n',
    };
    const { target } = await publishOnly('sparse-attributes', files, ['a/a.txt', 'a/b.txt']);
    expect(readFileSync(join(target, 'a/a.txt'), 'utf8')).toBe('a\r\n');
    expect(readFileSync(join(target, 'a/b.txt'), 'utf8')).toBe('b\n');
    expect(readdirSync(join(target, 'a')).sort()).toEqual(['a.txt', 'b.txt']);
  });
});

describe('attributes', () => {
  const crlf = '*.txt eol=crlf\n';

  it('applies them as git does, and a later change of them changes the ids below', async () => {
    const { repository, entries, source, storeDir } = await publish('eol', {
      'a.txt': 'one\n',
      'sub/b.txt': 'two\n',
      'sub/c.bin': 'x',
    });
    expect(entries.some(({ converted }) => converted === true)).toBe(false);
    const revision = repository.commit({ 'sub/.gitattributes': crlf });
    const { entries: next } = await source.list(revision, dirs.context({ storeDir, keptRevisions: [] }));
    const idsOf = (list: readonly ManifestEntry[]) => new Map(list.map(({ path, id }) => [path, id]));
    expect(idsOf(next).get('a.txt')).toBe(idsOf(entries).get('a.txt'));
    expect(idsOf(next).get('sub/b.txt')).not.toBe(idsOf(entries).get('sub/b.txt'));
    expect(next.find(({ path }) => path === 'sub/b.txt')).toMatchObject({ converted: true });

    // Only the changed files are written, and the attribute file is not among them.
    const target = dirs.target();
    await source.write(
      revision,
      next.filter(({ path }) => path === 'sub/b.txt'),
      target,
      dirs.context({ storeDir }),
    );
    expect(readFileSync(join(target, 'sub/b.txt'), 'utf8')).toBe('two\r\n');
    expect(readdirSync(join(target, 'sub'))).toEqual(['b.txt']);
  });

  it('takes those above the sub-path', async () => {
    const { repository, target, entries, source, storeDir } = await publish(
      'above',
      { 'docs/a.txt': 'a\n', '.gitattributes': crlf },
      'docs',
    );
    expect(readFileSync(join(target, 'a.txt'), 'utf8')).toBe('a\r\n');
    const revision = repository.commit({ '.gitattributes': '*.txt eol=lf\n' });
    const { entries: next } = await source.list(revision, dirs.context({ storeDir }));
    expect(next[0]?.id).not.toBe(entries[0]?.id);
  });

  it('honours encodings and idents', async () => {
    const { target } = await publish('encodings', {
      '.gitattributes': '*.u16 working-tree-encoding=UTF-16LE\n*.id ident\n',
      'a.id': '$Id$\n',
      'b.u16': Buffer.from('hé\n', 'utf16le'),
    });
    expect(readFileSync(join(target, 'b.u16'), 'utf16le')).toBe('hé\n');
    expect(readFileSync(join(target, 'a.id'), 'utf8')).toMatch(/^\$Id: [0-9a-f]{40} \$\n$/);
  });

  it('runs no filter, whatever the attributes name', async () => {
    const { target } = await publish('filters', {
      '.gitattributes': '*.bin filter=lfs diff=lfs\n',
      'a.bin': 'content',
    });
    expect(readFileSync(join(target, 'a.bin'), 'utf8')).toBe('content');
  });
});
