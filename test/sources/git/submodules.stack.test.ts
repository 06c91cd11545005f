import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GitSettings } from '../../../domain/settings.js';
import { createGitSource } from '../../../sources/git/index.js';
import type { Credentials } from '../../../sources/source.js';
import { createVolumeDirs, LOCAL_SERVERS } from '../../doubles/git/context.js';
import { startGitDaemon, type GitServer } from '../../doubles/git/daemon.js';
import { freePort } from '../../doubles/git/freePort.js';
import { createRepository, type FileContent, type Repository } from '../../doubles/git/repository.js';
import { startSmartHttp, type SmartHttpServer } from '../../doubles/git/smartHttp.js';
import { startSshd, type SshServer } from '../../doubles/git/sshd.js';

jest.setTimeout(120_000);

const dirs = createVolumeDirs();
const served = join(dirs.root, 'served');
const login = { user: 'reader', password: 'canary-submodule' };
let daemon: GitServer;
/** The volume's own server, which asks for `login`. */
let own: SmartHttpServer;
/** Another server, which asks for nothing. */
let open: SmartHttpServer;
/** Another server, which asks for the same login as the volume's own. */
let closed: SmartHttpServer;
let count = 0;

beforeAll(async () => {
  createRepository(served, 'any.git');
  [daemon, own, open, closed] = await Promise.all([
    startGitDaemon(served),
    startSmartHttp(served, login),
    startSmartHttp(served),
    startSmartHttp(served, login),
  ]);
});

afterAll(async () => {
  await Promise.all([daemon.close(), own.close(), open.close(), closed.close()]);
  dirs.remove();
});

function createModule(files: Readonly<Record<string, FileContent>>): Repository & { readonly tip: string } {
  const repository = createRepository(served, `repo-${++count}.git`);
  const tip = repository.commit(files);
  return { ...repository, tip };
}

interface Submodule {
  readonly url: string;
  readonly commit: string;
  readonly name?: string;
}

/** Commits `submodules` by their paths, as a person does with `git submodule add`, and returns the commit. */
function addSubmodules(repository: Repository, submodules: Readonly<Record<string, Submodule>>): string {
  const file = join(repository.workDir, '.gitmodules');
  const known = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const sections = Object.entries(submodules).map(
    ([path, { url, name = path }]) => `[submodule "${name}"]\n\tpath = ${path}\n\turl = ${url}\n`,
  );
  writeFileSync(file, known + sections.join(''));
  for (const [path, { commit }] of Object.entries(submodules)) addLink(repository, path, commit);
  return repository.commit({});
}

/** Makes the next commit hold a submodule. Its directory is there, else `git add --all` would take it away. */
function addLink(repository: Repository, path: string, commit: string): void {
  mkdirSync(join(repository.workDir, path), { recursive: true });
  repository.git('update-index', '--add', '--cacheinfo', `160000,${commit},${path}`);
}

type Change = Partial<Omit<GitSettings, 'type' | 'url'>>;

function volumeOf(url: string, change: Change = {}, credentials: Credentials = {}) {
  const source = createGitSource({ url, depth: 1, submodules: 'Direct', ...change }, LOCAL_SERVERS);
  const storeDir = join(dirs.root, `store-${++count}`);
  const context = (keptRevisions: string[] = []) => dirs.context({ storeDir, credentials, keptRevisions });
  return {
    source,
    storeDir,
    context,
    list: async (revision: string, kept: string[] = []) => source.list(revision, context(kept)),
    async publish(revision: string, kept: string[] = []) {
      const { entries, bytesFetched } = await source.list(revision, context(kept));
      const target = dirs.target();
      const written = await source.write(revision, entries, target, context(kept));
      const paths = entries.map(({ path }) => path);
      return { entries, paths, target, bytesFetched: bytesFetched + written.bytesFetched };
    },
  };
}

function read(target: string, path: string): string {
  return readFileSync(join(target, path), 'utf8');
}

describe('submodules', () => {
  it('are left out when nothing is said about them', async () => {
    const lib = createModule({ 'lib.c': 'lib' });
    const outer = createModule({ 'a.txt': 'a' });
    const revision = addSubmodules(outer, { 'vendor/lib': { url: `${daemon.url}/${lib.name}`, commit: lib.tip } });
    const source = createGitSource({ url: `${daemon.url}/${outer.name}`, depth: 1 }, LOCAL_SERVERS);
    const { entries } = await source.list(revision, dirs.context({ storeDir: join(dirs.root, 'none') }));
    expect(entries.map(({ path }) => path)).toEqual(['.gitmodules', 'a.txt']);
  });

  it('are published under their paths, at the commits that the repository names', async () => {
    const lib = createModule({ 'lib.c': 'old', 'run.sh': { executable: 'x' } });
    const newer = lib.commit({ 'lib.c': 'new' });
    const outer = createModule({ 'a.txt': 'a', 'vendor/z': 'z' });
    const revision = addSubmodules(outer, {
      'vendor/lib': { url: `${daemon.url}/${lib.name}`, commit: lib.tip },
      newer: { url: `../${lib.name}`, commit: newer },
    });
    const { paths, entries, target } = await volumeOf(`${daemon.url}/${outer.name}`).publish(revision);
    expect(paths).toEqual([
      '.gitmodules',
      'a.txt',
      'newer/lib.c',
      'newer/run.sh',
      'vendor/lib/lib.c',
      'vendor/lib/run.sh',
      'vendor/z',
    ]);
    expect(read(target, 'vendor/lib/lib.c')).toBe('old');
    expect(read(target, 'newer/lib.c')).toBe('new');
    expect(entries.find(({ path }) => path === 'vendor/lib/run.sh')).toMatchObject({ mode: 'executable' });
    expect(readdirSync(target, { recursive: true })).not.toContain('vendor/lib/.git');
  });

  it('writes only what is asked for, beside what is there', async () => {
    const lib = createModule({ a: '1', b: '2' });
    const outer = createModule({ 'a.txt': 'a' });
    const revision = addSubmodules(outer, { 'deep/lib': { url: `../${lib.name}`, commit: lib.tip } });
    const { source, context } = volumeOf(`${daemon.url}/${outer.name}`);
    const { entries } = await source.list(revision, context());
    const target = dirs.target();
    for (const wanted of ['deep/lib/a', 'a.txt', 'deep/lib/b']) {
      const chosen = entries.filter(({ path }) => path === wanted);
      await source.write(revision, chosen, target, context());
    }
    expect(readdirSync(target).sort()).toEqual(['a.txt', 'deep']);
    expect(readdirSync(join(target, 'deep/lib')).sort()).toEqual(['a', 'b']);
  });

  it('takes nested ones only when all are asked for', async () => {
    const inner = createModule({ 'inner.txt': 'inner' });
    const middle = createModule({ 'middle.txt': 'middle' });
    const commit = addSubmodules(middle, { 'sub/inner': { url: `./../${inner.name}`, commit: inner.tip } });
    const outer = createModule({ 'a.txt': 'a' });
    const revision = addSubmodules(outer, { middle: { url: `${open.url}/${middle.name}`, commit } });
    const url = `${daemon.url}/${outer.name}`;
    const direct = await volumeOf(url, { submodules: 'Direct' }).publish(revision);
    expect(direct.paths).toEqual(['.gitmodules', 'a.txt', 'middle/.gitmodules', 'middle/middle.txt']);
    const all = await volumeOf(url, { submodules: 'Recursive' }).publish(revision);
    expect(all.paths).toEqual([...direct.paths, 'middle/sub/inner/inner.txt']);
    expect(read(all.target, 'middle/sub/inner/inner.txt')).toBe('inner');
  });

  it('takes as much history of each as of the volume', async () => {
    const lib = createModule({ a: '1' });
    const second = lib.commit({ a: '2' });
    const outer = createModule({ 'a.txt': 'a' });
    const revision = addSubmodules(outer, { lib: { url: `../${lib.name}`, commit: second } });
    const shallow = volumeOf(`${daemon.url}/${outer.name}`);
    await shallow.list(revision);
    expect(read(shallow.storeDir, 'shallow').trim().split('\n').sort()).toEqual([revision, second].sort());
    const whole = volumeOf(`${daemon.url}/${outer.name}`, { depth: 0 });
    await whole.list(revision);
    expect(read(whole.storeDir, 'shallow')).toBe('');
  });

  it('come from servers that refuse commits by id, also when they are the tip of nothing', async () => {
    const old = await startSmartHttp(served, { oldProtocol: true });
    const lib = createModule({ a: '1' });
    lib.commit({ a: '2' });
    const outer = createModule({ 'a.txt': 'a' });
    const revision = addSubmodules(outer, { lib: { url: `../${lib.name}`, commit: lib.tip } });
    const { target } = await volumeOf(`${old.url}/${outer.name}`, { ref: 'main' }).publish(revision);
    await old.close();
    expect(read(target, 'lib/a')).toBe('1');
  });

  it('follow attributes of their own alone', async () => {
    const crlf = '*.txt eol=crlf\n';
    const plain = createModule({ 'a.txt': 'one\n', 'plain/a.txt': 'two\n' });
    const bent = createModule({
      'a.txt': 'one\n',
      'sub/.gitattributes': '*.txt eol=lf\n',
      'sub/a.txt': 'x\n',
      '.gitattributes': crlf,
    });
    const outer = createModule({ 'a.txt': 'one\n', '.gitattributes': crlf });
    const revision = addSubmodules(outer, {
      plain: { url: `../${plain.name}`, commit: plain.tip },
      sub: { url: `../${bent.name}`, commit: bent.tip },
    });
    const { target, entries } = await volumeOf(`${daemon.url}/${outer.name}`).publish(revision);
    expect(read(target, 'a.txt')).toBe('one\r\n');
    expect(read(target, 'plain/a.txt')).toBe('one\n');
    expect(read(target, 'plain/plain/a.txt')).toBe('two\n');
    expect(read(target, 'sub/a.txt')).toBe('one\r\n');
    expect(read(target, 'sub/sub/a.txt')).toBe('x\n');
    const converted = entries.filter((entry) => entry.converted === true).map(({ path }) => path);
    expect(converted).not.toContain('plain/a.txt');
    expect(converted).toContain('sub/a.txt');
  });

  it('may link to each other inside of the published tree, and not out of it', async () => {
    const lib = createModule({ up: { link: '../../a.txt' }, near: { link: 'file' }, file: 'x' });
    const outer = createModule({ 'a.txt': 'a', into: { link: 'vendor/lib/file' } });
    const revision = addSubmodules(outer, { 'vendor/lib': { url: `../${lib.name}`, commit: lib.tip } });
    const url = `${daemon.url}/${outer.name}`;
    const { target } = await volumeOf(url).publish(revision);
    expect(readlinkSync(join(target, 'vendor/lib/up'))).toBe('../../a.txt');
    expect(read(target, 'vendor/lib/up')).toBe('a');
    expect(read(target, 'into')).toBe('x');
    await expect(volumeOf(url, { subPath: 'vendor' }).list(revision)).rejects.toMatchObject({
      reason: 'UnsafeLink',
      message: expect.stringContaining('"lib/up"'),
    });
  });

  it('are refused with pointers of Git LFS', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;
    const lib = createModule({ 'model.bin': pointer });
    const outer = createModule({ 'a.txt': 'a' });
    const revision = addSubmodules(outer, { lib: { url: `../${lib.name}`, commit: lib.tip } });
    await expect(volumeOf(`${daemon.url}/${outer.name}`).list(revision)).rejects.toMatchObject({
      reason: 'LfsPointer',
      message: expect.stringContaining('"lib/model.bin"'),
    });
  });

  it('are fetched once: not when they are in the store, and again when the store has lost them', async () => {
    const lib = createModule({ a: '1' });
    const outer = createModule({ 'a.txt': 'a' });
    const revision = addSubmodules(outer, { lib: { url: `${open.url}/${lib.name}`, commit: lib.tip } });
    const volume = volumeOf(`${open.url}/${outer.name}`);
    await volume.publish(revision);
    const before = open.requests();
    expect((await volume.publish(revision, [revision])).bytesFetched).toBe(0);
    expect(open.requests()).toBe(before);
    // The same store, as a volume leaves it that had no submodules: compacted to what they do not need.
    const without = createGitSource({ url: `${open.url}/${outer.name}`, depth: 1 }, LOCAL_SERVERS);
    for (let round = 0; round < 20; round++) {
      await without.list(outer.commit({ 'a.txt': `${round}` }), volume.context([revision]));
    }
    await without.compact(volume.context([revision]));
    const again = open.requests();
    const { target } = await volume.publish(revision, [revision]);
    expect(read(target, 'lib/a')).toBe('1');
    expect(open.requests()).toBeGreaterThan(again);
  });

  it('stay in a store that is rewritten, with nested ones', async () => {
    const inner = createModule({ 'inner.txt': 'inner' });
    const middle = createModule({ 'middle.txt': 'middle' });
    const commit = addSubmodules(middle, { inner: { url: `../${inner.name}`, commit: inner.tip } });
    const outer = createModule({ 'a.txt': 'a' });
    const revision = addSubmodules(outer, { middle: { url: `../${middle.name}`, commit } });
    const volume = volumeOf(`${open.url}/${outer.name}`, { submodules: 'Recursive' });
    await volume.publish(revision);
    let last = '';
    for (let round = 0; round < 20; round++) {
      last = outer.commit({ 'a.txt': `${round}` });
      await volume.list(last, [revision, last]);
    }
    await volume.source.compact(volume.context([revision, last]));
    const packs = readdirSync(join(volume.storeDir, 'objects/pack')).filter((name) => name.endsWith('.pack'));
    expect(packs).toHaveLength(1);
    const before = open.requests();
    for (const kept of [revision, last]) {
      const { target, bytesFetched } = await volume.publish(kept, [revision, last]);
      expect(bytesFetched).toBe(0);
      expect(read(target, 'middle/inner/inner.txt')).toBe('inner');
    }
    expect(open.requests()).toBe(before);
  });
});

describe('credentials', () => {
  async function withSubmodule(url: string) {
    const lib = createModule({ 'lib.c': 'lib' });
    const outer = createModule({ 'a.txt': 'a' });
    const revision = addSubmodules(outer, { lib: { url: url.replace('LIB', lib.name), commit: lib.tip } });
    return volumeOf(`${own.url}/${outer.name}`, {}, login).publish(revision);
  }

  it('are given to the server of the volume, for relative and absolute URLs', async () => {
    expect((await withSubmodule('../LIB')).paths).toContain('lib/lib.c');
    expect((await withSubmodule(`${own.url}/LIB`)).paths).toContain('lib/lib.c');
  });

  it('are not given to another server, whether it asks for some or not', async () => {
    expect((await withSubmodule(`${open.url}/LIB`)).paths).toContain('lib/lib.c');
    const refused = withSubmodule(`${closed.url}/LIB`);
    await expect(refused).rejects.toMatchObject({ reason: 'AuthFailed' });
    await expect(refused).rejects.toThrow(/the submodule "lib" \(http:.* another server, which gets no credentials\)/);
    expect(closed.requests()).toBeGreaterThan(0);
    expect([...open.authorizations, ...closed.authorizations]).toEqual([]);
  });

  describe('over ssh', () => {
    let ssh: SshServer;
    let other: SshServer;

    beforeAll(async () => {
      [ssh, other] = await Promise.all([startSshd(served), startSshd(served)]);
    });

    afterAll(() => Promise.all([ssh.close(), other.close()]));

    it('are given to the server of the volume, and no key to another one', async () => {
      const lib = createModule({ 'lib.c': 'lib' });
      const outer = createModule({ 'a.txt': 'a' });
      const revision = addSubmodules(outer, { lib: { url: `../${lib.name}`, commit: lib.tip } });
      // Both servers accept the key, so only its absence can be why the other one refuses.
      const credentials = { privateKey: ssh.privateKey, knownHosts: ssh.knownHosts + other.knownHosts };
      const { paths } = await volumeOf(`${ssh.url}/${outer.name}`, {}, credentials).publish(revision);
      expect(paths).toContain('lib/lib.c');
      other.accept(ssh.publicKey);
      const direct = createGitSource({ url: `${other.url}/${lib.name}`, depth: 1 }, LOCAL_SERVERS);
      expect(await direct.resolve(dirs.context({ credentials }))).toBe(lib.tip);
      const elsewhere = addSubmodules(createModule({ 'a.txt': 'a' }), {
        lib: { url: `${other.url}/${lib.name}`, commit: lib.tip },
      });
      const failure = volumeOf(`${ssh.url}/repo-${count}.git`, {}, credentials).list(elsewhere);
      await expect(failure).rejects.toMatchObject({
        reason: 'AuthFailed',
        message: expect.stringContaining('another server, which gets no credentials'),
      });
    });
  });
});

describe('a submodule that cannot be had fails the sync and is named', () => {
  it.each<[string, string, (lib: Repository & { tip: string }) => Promise<Submodule> | Submodule]>([
    ['a missing commit', 'RevisionNotFound', (lib) => ({ url: `../${lib.name}`, commit: '1'.repeat(40) })],
    ['a missing repository', 'RepositoryNotFound', (lib) => ({ url: '../no-such.git', commit: lib.tip })],
    [
      'a server that is not there',
      'SourceUnreachable',
      async (lib) => ({ url: `git://127.0.0.1:${await freePort()}/x`, commit: lib.tip }),
    ],
    ['a host that is not there', 'HostNotFound', (lib) => ({ url: 'https://no-such-host.invalid/x', commit: lib.tip })],
  ])('%s is %s', async (_case, reason, describeModule) => {
    const lib = createModule({ a: '1' });
    const outer = createModule({ 'a.txt': 'a' });
    const revision = addSubmodules(outer, { 'vendor/lib': await describeModule(lib) });
    await expect(volumeOf(`${daemon.url}/${outer.name}`).list(revision)).rejects.toMatchObject({
      reason,
      message: expect.stringContaining('the submodule "vendor/lib"'),
    });
  });

  it('one without an entry in .gitmodules is RepositoryNotFound', async () => {
    const outer = createModule({ 'a.txt': 'a' });
    addLink(outer, 'lib', outer.tip);
    const revision = outer.commit({});
    await expect(volumeOf(`${daemon.url}/${outer.name}`).list(revision)).rejects.toMatchObject({
      reason: 'RepositoryNotFound',
      message: 'the submodule "lib" has no URL in .gitmodules of the repository',
    });
  });

  it('one that names itself ends after ten levels', async () => {
    const loop = createModule({ 'a.txt': 'a' });
    let revision = loop.tip;
    for (let level = 0; level < 12; level++) {
      addLink(loop, 'self', revision);
      revision = loop.commit({ '.gitmodules': '[submodule "self"]\npath = self\nurl = ./\n' });
    }
    const volume = volumeOf(`${daemon.url}/${loop.name}`, { submodules: 'Recursive' });
    await expect(volume.list(revision)).rejects.toMatchObject({
      reason: 'SourceRefused',
      message: expect.stringMatching(/"self(\/self){9}" has submodules itself, 10 levels deep/),
    });
  });

  it('more than 256 are refused', async () => {
    const outer = createModule({ 'a.txt': 'a' });
    const many = Array.from({ length: 257 }, (_, index) => [`m${index}`, { url: './', commit: outer.tip }] as const);
    const revision = addSubmodules(outer, Object.fromEntries(many));
    await expect(volumeOf(`${daemon.url}/${outer.name}`).list(revision)).rejects.toMatchObject({
      reason: 'SourceRefused',
      message: expect.stringContaining('one of more than 256'),
    });
  });
});

describe('a hostile .gitmodules', () => {
  it.each([
    ['a program', 'ext::sh -c "touch owned"', /remote helper/],
    ['a local file', 'file:///etc', /local disk/],
    ['a local path', '/etc', /local disk/],
    ['an option', '--upload-pack=touch owned', /begins with "-"/],
    ['a path that is an option', 'host:-oProxyCommand=x', /begins with "-"/],
    ['a host that is an option', 'ssh://-oProxyCommand=x/y', /malformed host/],
    ['a password', 'https://me:canary@h/x', /credentials/],
    ['a relative URL to another host', '../../evil.example/x', /leads out of its server/],
    ['a relative URL to another scheme', '../../../evil.example/x', /leads out of its server/],
    ['a relative URL without an end', '../../../../../../../x', /scheme|host|remote helper/],
  ])('with the URL of %s is SourceRefused', async (_case, url, problem) => {
    const outer = createModule({ 'a.txt': 'a' });
    const revision = addSubmodules(outer, {
      lib: { url: `"${url.replaceAll('"', String.raw`\"`)}"`, commit: outer.tip },
    });
    // The commit is in the store already, so only the check of the URL can refuse it.
    const failure = volumeOf(`${daemon.url}/${outer.name}`).list(revision);
    await expect(failure).rejects.toMatchObject({ reason: 'SourceRefused' });
    await expect(failure).rejects.toThrow(/the (?:URL of the )?submodule "lib"/);
    await expect(failure).rejects.toThrow(problem);
    await expect(failure).rejects.not.toThrow(/canary|touch/);
  });

  it('does not read the disk by a submodule where the volume itself may', async () => {
    const outer = createModule({ 'a.txt': 'a' });
    const revision = addSubmodules(outer, { lib: { url: `file://${outer.bareDir}`, commit: outer.tip } });
    const list = (url: string) =>
      createGitSource({ url, depth: 1, submodules: 'Direct' }, { ...LOCAL_SERVERS, allowFileUrls: true }).list(
        revision,
        dirs.context({ storeDir: join(dirs.root, `store-${++count}`) }),
      );
    await expect(list(`${daemon.url}/${outer.name}`)).rejects.toMatchObject({ reason: 'SourceRefused' });
    expect((await list(`file://${outer.bareDir}`)).entries.map(({ path }) => path)).toContain('lib/a.txt');
  });

  it('does not include files of the disk', async () => {
    const outside = join(dirs.root, 'outside.conf');
    const outer = createModule({ 'a.txt': 'a' });
    writeFileSync(outside, `[submodule "lib"]\npath = lib\nurl = ${daemon.url}/${outer.name}\n`);
    addLink(outer, 'lib', outer.tip);
    const revision = outer.commit({ '.gitmodules': `[include]\npath = "${outside}"\n` });
    await expect(volumeOf(`${daemon.url}/${outer.name}`).list(revision)).rejects.toMatchObject({
      reason: 'RepositoryNotFound',
    });
  });

  it.each<[string, string, RegExp]>([
    ['malformed', '[submodule "lib"\n', /is malformed/],
    ['enormous', `#${'x'.repeat(1024 * 1024)}`, /larger than/],
    ['with a name that climbs', '[submodule "../../x"]\npath = lib\nurl = ./\n', /name with "\.\." in it/],
  ])('that is %s is SourceRefused', async (_case, content, problem) => {
    const outer = createModule({ 'a.txt': 'a' });
    addLink(outer, 'lib', outer.tip);
    const revision = outer.commit({ '.gitmodules': content });
    const failure = volumeOf(`${daemon.url}/${outer.name}`).list(revision);
    await expect(failure).rejects.toMatchObject({ reason: 'SourceRefused' });
    await expect(failure).rejects.toThrow(problem);
  });

  it('cannot be a link, and not place a submodule outside of the tree, in .git, or over a directory', async () => {
    const outer = createModule({ a: 'a', 'lib/b': 'b' });
    const directory = outer.git('rev-parse', 'HEAD:lib');
    const list = (...records: string[]) => {
      const commit = outer.commitTree(Buffer.from(records.map((record) => `${record}\0`).join('')));
      return volumeOf(`${daemon.url}/${outer.name}`).list(commit);
    };
    for (const name of ['..', '.git', '.']) {
      await expect(list(`160000 commit ${outer.tip}\t${name}`)).rejects.toMatchObject({ reason: 'UnsafePath' });
    }
    await expect(list(`160000 commit ${outer.tip}\t-x`)).rejects.toMatchObject({ reason: 'SourceRefused' });
    const link = writeModules(outer, '/etc/passwd').replace('100644', '120000');
    await expect(list(link, `160000 commit ${outer.tip}\tlib`)).rejects.toThrow(/\.gitmodules .* is not a file/);
    const modules = writeModules(outer, '[submodule "lib"]\npath = lib\nurl = ./\n');
    const twice = list(modules, `160000 commit ${outer.tip}\tlib`, `040000 tree ${directory}\tlib`);
    await expect(twice).rejects.toMatchObject({ reason: 'UnsafePath', message: expect.stringContaining('twice') });
  });
});

/** The record of a tree with this file. */
function writeModules(repository: Repository, text: string): string {
  const path = join(repository.workDir, 'modules.txt');
  writeFileSync(path, text);
  return `100644 blob ${repository.git('hash-object', '-w', path)}\t.gitmodules`;
}

describe('what is selected', () => {
  async function createNested() {
    const inner = createModule({ 'x/inner.txt': 'inner', 'y.txt': 'y' });
    const lib = createModule({ 'src/lib.c': 'lib', 'docs/lib.md': 'doc', '.gitattributes': '*.c eol=crlf\n' });
    const commit = addSubmodules(lib, { 'src/inner': { url: `../${inner.name}`, commit: inner.tip } });
    const outer = createModule({ 'docs/a.md': 'a', 'docs/b.md': 'b', 'src/c': 'c', root: 'r' });
    const revision = addSubmodules(outer, {
      'vendor/lib': { url: `../${lib.name}`, commit },
      'vendor/gone': { url: '../no-such.git', commit: '1'.repeat(40) },
    });
    const publish = (change: Change) =>
      volumeOf(`${daemon.url}/${outer.name}`, { submodules: 'Recursive', ...change }).publish(revision);
    return { publish };
  }

  it('leaves a submodule alone that lies outside', async () => {
    const { publish } = await createNested();
    expect((await publish({ subPath: 'docs' })).paths).toEqual(['a.md', 'b.md']);
    expect((await publish({ sparsePaths: ['docs/a.md', 'src'] })).paths).toEqual(['docs/a.md', 'src/c']);
    await expect(publish({ subPath: 'vendor' })).rejects.toMatchObject({
      reason: 'RepositoryNotFound',
      message: expect.stringContaining('"vendor/gone"'),
    });
  });

  it('may be a submodule, or lie in one', async () => {
    const { publish } = await createNested();
    const whole = await publish({ subPath: 'vendor/lib' });
    expect(whole.paths).toEqual([
      '.gitattributes',
      '.gitmodules',
      'docs/lib.md',
      'src/inner/x/inner.txt',
      'src/inner/y.txt',
      'src/lib.c',
    ]);
    expect(read(whole.target, 'src/inner/x/inner.txt')).toBe('inner');
    expect(readdirSync(whole.target).sort()).toEqual(['.gitattributes', '.gitmodules', 'docs', 'src']);
    const inside = await publish({ subPath: 'vendor/lib/src/inner/x' });
    expect(inside.paths).toEqual(['inner.txt']);
    expect(read(inside.target, 'inner.txt')).toBe('inner');
    const some = await publish({ sparsePaths: ['vendor/lib/src/lib.c', 'vendor/lib/src/inner/y.txt', 'root'] });
    expect(some.paths).toEqual(['root', 'vendor/lib/src/inner/y.txt', 'vendor/lib/src/lib.c']);
    expect(readdirSync(join(some.target, 'vendor/lib/src'), { recursive: true }).map(String).sort()).toEqual([
      'inner',
      'inner/y.txt',
      'lib.c',
    ]);
    expect(read(some.target, 'vendor/lib/src/lib.c')).toBe('lib');
  });

  it('is missing when the submodule does not have it', async () => {
    const { publish } = await createNested();
    for (const change of [{ subPath: 'vendor/lib/none' }, { sparsePaths: ['root', 'vendor/lib/none'] }]) {
      await expect(publish(change)).rejects.toMatchObject({
        reason: 'SubPathNotFound',
        message: expect.stringContaining('"vendor/lib/none"'),
      });
    }
  });
});
