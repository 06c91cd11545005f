import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SharedVolumeSpec } from '../../domain/generated/sharedVolume.js';
import { startGitDaemon, type GitServer } from '../doubles/git/daemon.js';
import { createRepository, type Repository } from '../doubles/git/repository.js';
import { startSmartHttp } from '../doubles/git/smartHttp.js';
import { condition, hasPublished, isReady, isStalled, startEnvironment, type Environment } from './environment.js';

jest.setTimeout(120_000);

type GitSpec = NonNullable<NonNullable<SharedVolumeSpec['source']>['git']>;

let environment: Environment;
let server: GitServer;
let served: string;

beforeAll(async () => {
  environment = await startEnvironment();
  served = join(environment.dir, 'served');
  createRepository(served, 'any.git');
  server = await startGitDaemon(served);
});
afterAll(async () => {
  await environment.close();
  await server.close();
});

const pathOf = (volume: string, path: string): string => join(environment.directory(volume), 'data', path);
const read = (volume: string, path: string): string => readFileSync(pathOf(volume, path), 'utf8');

async function createGitVolume(name: string, git: GitSpec): Promise<void> {
  await environment.createVolume(name, { source: { git } });
}

/** `null` takes a field away. */
async function patchGit(name: string, git: { readonly [K in keyof GitSpec]?: GitSpec[K] | null }): Promise<void> {
  await environment.patchSpec(name, { source: { git } });
}

describe('a spec that changes', () => {
  let repository: Repository;
  let main: string;
  let other: string;

  beforeAll(async () => {
    repository = createRepository(served, 'site.git');
    main = repository.commit({ 'a.txt': 'main' });
    repository.git('checkout', '--quiet', '-b', 'other');
    other = repository.commit({ 'a.txt': 'other' });
    repository.git('checkout', '--quiet', 'main');
    await createGitVolume('site', { url: `${server.url}/site.git`, ref: 'main' });
    await environment.untilVolume('site', hasPublished(main));
  });

  it('follows to another branch and back, without fetching what is kept', async () => {
    await patchGit('site', { ref: 'other' });
    await environment.untilVolume('site', hasPublished(other));
    expect(read('site', 'a.txt')).toBe('other');
    await patchGit('site', { ref: 'main' });
    const volume = await environment.untilVolume('site', hasPublished(main));
    expect(read('site', 'a.txt')).toBe('main');
    expect(volume.status?.lastSync).toMatchObject({ filesChanged: 1, bytesFetched: 0 });
  });

  it('follows a tag that moves, plain or annotated', async () => {
    repository.git('tag', 'release', main);
    repository.push();
    await patchGit('site', { ref: 'release' });
    repository.git('tag', '--force', '--annotate', '--message=x', 'release', other);
    repository.push();
    await environment.untilVolume('site', hasPublished(other));
    expect(read('site', 'a.txt')).toBe('other');
  });

  it('stays at a commit, and keeps what is published when there is no such commit', async () => {
    await patchGit('site', { ref: main });
    await environment.untilVolume('site', hasPublished(main));
    await patchGit('site', { ref: '1'.repeat(40) });
    const volume = await environment.untilVolume('site', isStalled('RevisionNotFound'));
    expect(volume.status?.published?.revision).toBe(main);
    expect(read('site', 'a.txt')).toBe('main');
  });

  it('follows to another URL, and to another depth', async () => {
    const elsewhere = createRepository(served, 'elsewhere.git');
    elsewhere.commit({ 'a.txt': 'older' });
    const tip = elsewhere.commit({ 'a.txt': 'elsewhere' });
    await patchGit('site', { url: `${server.url}/elsewhere.git`, ref: 'main', depth: 0 });
    await environment.untilVolume('site', hasPublished(tip));
    expect(read('site', 'a.txt')).toBe('elsewhere');
    await patchGit('site', { depth: 1 });
    const next = elsewhere.commit({ 'a.txt': 'next' });
    await environment.untilVolume('site', hasPublished(next));
    expect(read('site', 'a.txt')).toBe('next');
  });
});

describe('submodules and sparse paths', () => {
  it('are published, followed, and part of what a snapshot is', async () => {
    const lib = createRepository(served, 'lib.git');
    const old = lib.commit({ 'lib.txt': 'old', 'same.txt': 'same' });
    const site = createRepository(served, 'super.git');
    mkdirSync(join(site.workDir, 'vendor/lib'), { recursive: true });
    const pointTo = (commit: string): string => {
      site.git('update-index', '--add', '--cacheinfo', `160000,${commit},vendor/lib`);
      return site.commit({ '.gitmodules': '[submodule "lib"]\npath = vendor/lib\nurl = ../lib.git\n' });
    };
    site.commit({ 'docs/a.md': 'a', root: 'r' });
    const first = pointTo(old);
    const url = `${server.url}/super.git`;
    await createGitVolume('super', { url, submodules: 'Direct', sparsePaths: ['docs', 'vendor'] });
    await environment.untilVolume('super', hasPublished(first));
    expect(read('super', 'vendor/lib/lib.txt')).toBe('old');
    expect(existsSync(pathOf('super', 'root'))).toBe(false);
    const kept = statSync(pathOf('super', 'vendor/lib/same.txt')).ino;

    const second = pointTo(lib.commit({ 'lib.txt': 'new' }));
    const volume = await environment.untilVolume('super', hasPublished(second));
    expect(read('super', 'vendor/lib/lib.txt')).toBe('new');
    expect(statSync(pathOf('super', 'vendor/lib/same.txt')).ino).toBe(kept);
    expect(volume.status?.lastSync?.filesChanged).toBe(1);

    await environment.patchSpec('super', { pin: first });
    await environment.untilVolume('super', hasPublished(first));
    expect(read('super', 'vendor/lib/lib.txt')).toBe('old');

    await environment.patchSpec('super', { pin: null, source: { git: { submodules: null, sparsePaths: null } } });
    await environment.untilVolume('super', (seen) => hasPublished(second)(seen) && existsSync(pathOf('super', 'root')));
    expect(existsSync(pathOf('super', 'vendor'))).toBe(false);
  });

  it('that cannot be had publish nothing, and the message names the submodule', async () => {
    const site = createRepository(served, 'broken.git');
    mkdirSync(join(site.workDir, 'lib'), { recursive: true });
    writeFileSync(join(site.workDir, '.gitmodules'), '[submodule "lib"]\npath = lib\nurl = ../no-such.git\n');
    site.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},lib`);
    site.commit({ 'a.txt': 'a' });
    await createGitVolume('broken', { url: `${server.url}/broken.git`, submodules: 'Recursive' });
    const volume = await environment.untilVolume('broken', isStalled('RepositoryNotFound'));
    expect(condition(volume, 'Stalled')?.message).toContain('the submodule "lib"');
    expect(volume.status?.published).toBeUndefined();
  });
});

describe('an empty repository', () => {
  it('is reachable but not published, and is followed once something is pushed', async () => {
    const fresh = createRepository(served, 'fresh.git');
    await createGitVolume('fresh', { url: `${server.url}/fresh.git`, ref: 'main' });
    const stalled = await environment.untilVolume(
      'fresh',
      (seen) => isStalled('EmptySource')(seen) && condition(seen, 'SourceReachable') !== undefined,
    );
    expect(condition(stalled, 'SourceReachable')?.status).toBe('True');
    expect(stalled.status?.published).toBeUndefined();
    expect(readdirSync(join(environment.directory('fresh'), 'staging'))).toEqual([]);
    const tip = fresh.commit({ 'a.txt': 'a' });
    await environment.untilVolume('fresh', hasPublished(tip));
  });

  it('does not replace what is published', async () => {
    const full = createRepository(served, 'full.git');
    const tip = full.commit({ 'a.txt': 'a' });
    await createGitVolume('full', { url: `${server.url}/full.git` });
    await environment.untilVolume('full', hasPublished(tip));
    createRepository(served, 'blank.git');
    await patchGit('full', { url: `${server.url}/blank.git` });
    const volume = await environment.untilVolume('full', isStalled('EmptySource'));
    expect(volume.status?.published?.revision).toBe(tip);
    expect(read('full', 'a.txt')).toBe('a');
  });
});

describe('a server that fails for a while', () => {
  it('is asked again by itself, and followed once it works', async () => {
    const flaky = createRepository(served, 'flaky.git');
    const first = flaky.commit({ 'a.txt': 'one' });
    const options: { answer?: { readonly status: number } } = { answer: { status: 503 } };
    const http = await startSmartHttp(served, options);
    await createGitVolume('flaky', { url: `${http.url}/flaky.git` });
    await environment.untilVolume('flaky', isStalled('SourceUnreachable'), 60_000);
    delete options.answer;
    await environment.untilVolume('flaky', hasPublished(first), 60_000);
    options.answer = { status: 503 };
    const second = flaky.commit({ 'a.txt': 'two' });
    const down = await environment.untilVolume(
      'flaky',
      (seen) => condition(seen, 'SourceReachable')?.status === 'False',
    );
    expect(isReady(down)).toBe(true);
    delete options.answer;
    await environment.untilVolume('flaky', hasPublished(second), 60_000);
    await http.close();
    expect(read('flaky', 'a.txt')).toBe('two');
  });
});
