import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startGitDaemon, type GitServer } from '../doubles/git/daemon.js';
import { createRepository, type Repository } from '../doubles/git/repository.js';
import { VOLUME_API_VERSION, volumePath, volumesInPath, volumesPath } from '../../k8s/paths.js';
import { hasPublished, isReady, startEnvironment, until, type Environment } from './environment.js';

jest.setTimeout(120_000);

let environment: Environment;
let server: GitServer;
let repository: Repository;
beforeAll(async () => {
  environment = await startEnvironment();
  const served = join(environment.dir, 'served');
  repository = createRepository(served, 'site.git');
  server = await startGitDaemon(served);
});
afterAll(async () => {
  await environment.close();
  await server.close();
});

const read = (volume: string, path: string): string =>
  readFileSync(join(environment.directory(volume), 'data', path), 'utf8');
const inode = (volume: string, path: string): number => statSync(join(environment.directory(volume), 'data', path)).ino;

/** The difference between what readers see and `git archive` of the revision; empty when there is none. */
function differenceToArchive(volume: string, revision: string): string {
  const expected = join(environment.dir, `archive-${revision}`);
  mkdirSync(expected, { recursive: true });
  const archive = execFileSync('git', ['-C', repository.bareDir, 'archive', revision]);
  execFileSync('tar', ['-x', '-C', expected], { input: archive });
  const published = realpathSync(join(environment.directory(volume), 'data', '..data'));
  return execFileSync('diff', ['-r', '--no-dereference', expected, published], { encoding: 'utf8' });
}

describe('a volume with a Git source', () => {
  let first: string;
  let second: string;

  it('is published at once, and is what git archive would give', async () => {
    first = repository.commit({
      'index.html': 'one',
      'docs/guide.md': 'guide',
      'bin/run': { executable: '#!/bin/sh\n' },
      'docs/link.md': { link: 'guide.md' },
      'crlf/.gitattributes': '*.txt eol=crlf\n',
      'crlf/a.txt': 'line\n',
    });

    await environment.createVolume('site', { source: { git: { url: `${server.url}/site.git`, branch: 'main' } } });
    const volume = await environment.untilVolume('site', (seen) => isReady(seen) && hasPublished(first)(seen));

    expect(volume.status).toMatchObject({
      phase: 'Ready',
      target: { export: 'local', path: `${environment.namespace}.site/data` },
      published: { revision: first, files: 6 },
      lastSync: { result: 'Published', revision: first, filesChanged: 6 },
    });
    expect(differenceToArchive('site', first)).toBe('');
    expect(read('site', 'crlf/a.txt')).toBe('line\r\n');
    expect(readdirSync(join(environment.directory('site'), 'staging'))).toEqual([]);
  });

  it('follows a push, and writes only what changed', async () => {
    const kept = inode('site', 'docs/guide.md');
    second = repository.commit({ 'index.html': 'two', 'new.html': 'new', 'bin/run': null });

    const volume = await environment.untilVolume('site', hasPublished(second));

    expect(volume.status?.lastSync).toMatchObject({ trigger: 'source-changed', filesChanged: 3 });
    expect(differenceToArchive('site', second)).toBe('');
    expect(inode('site', 'docs/guide.md')).toBe(kept);
    expect(existsSync(join(environment.directory('site'), 'data/bin'))).toBe(false);
  });

  it('has one execution for each revision, in Temporal and in the history', async () => {
    const volume = await environment.untilVolume('site', isReady);
    const { stdout } = await environment.cli('history', `${environment.namespace}/site`, '--json');
    const history = JSON.parse(stdout) as { result: string; revision: string }[];

    expect(history.map(({ result, revision }) => [result, revision])).toEqual([
      ['Published', second],
      ['Published', first],
    ]);
    expect(await environment.runs(volume)).toHaveLength(2);
  });

  it('does not write anything while nothing changes', async () => {
    const before = await environment.untilVolume('site', isReady);
    await new Promise((resolve) => setTimeout(resolve, 12_000));

    const after = await environment.untilVolume('site', isReady);

    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    expect(await environment.runs(after)).toHaveLength(2);
  });

  it('goes back and stays there until it is unpinned', async () => {
    const name = `${environment.namespace}/site`;
    const rollback = await environment.cli('rollback', name);
    expect(rollback).toMatchObject({ exitCode: 0 });
    await environment.untilVolume('site', hasPublished(first));
    expect(read('site', 'index.html')).toBe('one');

    const third = repository.commit({ 'index.html': 'three' });
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    expect(read('site', 'index.html')).toBe('one');

    await environment.cli('unpin', name);
    await environment.untilVolume('site', hasPublished(third));
    expect(read('site', 'index.html')).toBe('three');
  });

  it('syncs on request, by the command line and by kubectl alike, once for each request', async () => {
    const before = (await environment.runs(await environment.untilVolume('site', isReady))).length;

    const requested = await environment.cli('sync', `${environment.namespace}/site`, '--wait', '--json');
    expect(requested.exitCode).toBe(0);
    expect(JSON.parse(requested.stdout)).toMatchObject({ lastSync: { result: 'Unchanged', trigger: 'requested' } });
    await environment.annotate('site', { 'drover.io/sync-requested': 'by-hand' });
    const volume = await environment.untilVolume('site', ({ status }) => status?.lastHandledSyncRequest === 'by-hand');

    expect(await environment.runs(volume)).toHaveLength(before + 2);
  });

  it('keeps as many snapshots as the spec says, and what readers may still hold', async () => {
    const { stdout } = await environment.cli('snapshots', `${environment.namespace}/site`, '--json');
    const snapshots = JSON.parse(stdout) as { revision: string }[];

    expect(snapshots.length).toBeGreaterThanOrEqual(3);
    expect(new Set(snapshots.map(({ revision }) => revision)).size).toBe(snapshots.length);
  });

  it('publishes a directory of the repository, a tag, and a full commit', async () => {
    repository.git('tag', '-a', 'v1', '-m', 'one', first);
    repository.push();
    const url = `${server.url}/site.git`;

    await environment.createVolume('sub', { source: { git: { url, ref: 'v1', subPath: 'docs' } } });
    await environment.createVolume('commit', { source: { git: { url, ref: second } } });

    await environment.untilVolume('sub', hasPublished(first));
    await environment.untilVolume('commit', hasPublished(second));
    expect(read('sub', 'guide.md')).toBe('guide');
    expect(read('commit', 'index.html')).toBe('two');
  });

  it('takes its files away when it is deleted, unless told to keep them', async () => {
    await environment.patchSpec('sub', { deletionPolicy: 'Retain' });
    await environment.untilVolume('sub', ({ metadata, status }) => status?.observedGeneration === metadata.generation);
    await Promise.all([environment.deleteVolume('site'), environment.deleteVolume('sub')]);

    await Promise.all([environment.untilGone('site'), environment.untilGone('sub')]);

    expect(existsSync(environment.directory('site'))).toBe(false);
    expect(read('sub', 'guide.md')).toBe('guide');
  });

  it('does not take over the directory of an earlier life, unless told to adopt it', async () => {
    const git = { url: `${server.url}/site.git`, ref: 'v1', subPath: 'docs' };
    await environment.createVolume('sub', { source: { git } });
    await environment.untilVolume('sub', ({ status }) => status?.lastSync?.reason === 'ForeignDirectory');

    const adopted = await environment.cli('adopt', `${environment.namespace}/sub`);

    expect(adopted.exitCode).toBe(0);
    await environment.untilVolume('sub', isReady);
  });
});

describe('volumes whose names run together', () => {
  it('have a directory each, also beside a cluster volume of the same name', async () => {
    const { namespace, kube, drover } = environment;
    const other = `b-${namespace}`;
    await kube.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: other } });
    // `a-b` in N, `a` in b-N: joined by a dash both are a-b-N.
    const volumes = [
      { kind: 'SharedVolume', namespace, name: 'a-b' },
      { kind: 'SharedVolume', namespace: other, name: 'a' },
      { kind: 'ClusterSharedVolume', namespace: '', name: `a-b-${namespace}` },
    ] as const;
    const directories = [`${namespace}.a-b`, `${other}.a`, `_cluster.a-b-${namespace}`];
    for (const [index, volume] of volumes.entries()) {
      const names = createRepository(join(environment.dir, 'served'), `names-${index}.git`);
      names.commit({ owner: directories[index] ?? '' });
      const collection = volume.kind === 'SharedVolume' ? volumesInPath(volume.namespace) : volumesPath(volume.kind);
      await kube.create(collection, {
        apiVersion: VOLUME_API_VERSION,
        kind: volume.kind,
        metadata: { name: volume.name, ...(volume.namespace !== '' && { namespace: volume.namespace }) },
        spec: { mountPath: '/srv/x', source: { git: { url: `${server.url}/names-${index}.git` } } },
      });
    }
    const owner = (directory: string): string => join(drover.exportPath, directory, 'data/owner');
    await until(() => directories.every((directory) => existsSync(owner(directory))), 60_000);

    expect(directories.map((directory) => readFileSync(owner(directory), 'utf8'))).toEqual(directories);
    await Promise.all(volumes.map((volume) => kube.delete(volumePath(volume))));
    await until(() => directories.every((directory) => !existsSync(join(drover.exportPath, directory))), 60_000);
    await kube.delete(`/api/v1/namespaces/${other}`);
  });
});
