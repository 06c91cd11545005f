import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../../domain/progress.js';
import { startGitDaemon, type GitServer } from '../doubles/git/daemon.js';
import { gitProcessesIn } from '../doubles/git/processes.js';
import { createRepository, type Repository } from '../doubles/git/repository.js';
import { startSmartHttp, type SmartHttpServer } from '../doubles/git/smartHttp.js';
import {
  condition,
  hasPublished,
  isReady,
  isStalled,
  startEnvironment,
  until,
  type Environment,
} from './environment.js';

jest.setTimeout(180_000);

/** What abort promises; asserted at three times of it. */
const ABORT_PROMISE_MS = 10_000;

let environment: Environment;
let daemon: GitServer;
let stalling: SmartHttpServer;
let repository: Repository;
beforeAll(async () => {
  environment = await startEnvironment();
  const served = join(environment.dir, 'served');
  repository = createRepository(served, 'site.git');
  repository.commit({ 'index.html': 'one', 'noise.bin': Buffer.from(noise(400_000)) });
  daemon = await startGitDaemon(served);
  // Lists refs, then goes silent in the middle of the pack.
  stalling = await startSmartHttp(served, { stallAfterBytes: 100_000 });
});
afterAll(async () => {
  await environment.close();
  await Promise.all([daemon.close(), stalling.close()]);
});

/** Bytes that do not compress. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let index = 0; index < length; index++) bytes[index] = (state = (state * 48271) % 2147483647) & 0xff;
  return bytes;
}

function workflowIdOf(name: string): Promise<string> {
  return environment
    .volume(name)
    .then((volume) => `sync/${environment.namespace}/${name}/${volume?.metadata.uid?.slice(0, 8)}`);
}

async function progressOf(name: string): Promise<Progress> {
  return environment.temporal.workflow.getHandle(await workflowIdOf(name)).query<Progress>('progress');
}

describe('abort', () => {
  it('stops a fetch that hangs, with its processes, and leaves nothing staged', async () => {
    await environment.createVolume('hanging', { source: { git: { url: `${stalling.url}/site.git` } } });
    await until(
      async () => existsSync(environment.directory('hanging')) && (await progressOf('hanging')).phase === 'Comparing',
    );
    await until(() => gitProcessesIn(environment.directory('hanging')).length > 0);

    const startMs = Date.now();
    const aborted = await environment.cli('abort', `${environment.namespace}/hanging`);
    const volume = await environment.untilVolume(
      'hanging',
      ({ status }) => status?.lastSync?.result === 'Aborted',
      3 * ABORT_PROMISE_MS,
    );
    const tookMs = Date.now() - startMs;

    console.log(`abort in the middle of a fetch took ${tookMs} ms (promised: ${ABORT_PROMISE_MS} ms)`);
    expect(aborted.exitCode).toBe(0);
    expect(tookMs).toBeLessThan(3 * ABORT_PROMISE_MS);
    expect(gitProcessesIn(environment.directory('hanging'))).toEqual([]);
    await until(() => readdirSync(join(environment.directory('hanging'), 'staging')).length === 0);
    expect(condition(volume, 'Synced')).toMatchObject({ status: 'False', reason: 'Aborted' });
  });

  it('is remembered: the revision is not tried again by itself, but on request', async () => {
    const volume = await environment.untilVolume('hanging', ({ status }) => status?.lastSync?.result === 'Aborted');
    const before = (await environment.runs(volume)).length;
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect(await environment.runs(volume)).toHaveLength(before);

    // With no run under way, retry requests one.
    const retried = await environment.cli('retry', `${environment.namespace}/hanging`);
    expect(retried.exitCode).toBe(0);
    await until(async () => (await environment.runs(volume)).length === before + 1);
    await environment.temporal.workflow.getHandle(await workflowIdOf('hanging')).signal('abort');
    await environment.untilVolume('hanging', ({ status }) => status?.lastSync?.trigger === 'requested', 60_000);
  });

  it('says so when nothing is under way', async () => {
    const nothing = await environment.cli('abort', `${environment.namespace}/hanging`);

    expect(nothing).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('no run') });
  });
});

describe('a stalled run', () => {
  it('is what becomes of a fetch that takes longer than it may', async () => {
    const source = { git: { url: `${stalling.url}/site.git` } };
    await environment.createVolume('slow', { source, syncTimeout: '3s' });

    const volume = await environment.untilVolume('slow', isStalled('TimedOut'));

    expect(condition(volume, 'Stalled')?.message).toMatch(/longer than 3s.*spec\.syncTimeout/);
    await until(() => gitProcessesIn(environment.directory('slow')).length === 0);
    expect(readdirSync(join(environment.directory('slow'), 'staging'))).toEqual([]);
  });

  it('waits, says so in Temporal, and goes on at retry', async () => {
    const git = { url: `${daemon.url}/late.git` };
    await environment.createVolume('late', { source: { git }, syncInterval: '1h' });
    const stalled = await environment.untilVolume('late', isStalled('RepositoryNotFound'));
    const [run] = await environment.runs(stalled);
    expect(run?.status).toBe('RUNNING');
    expect(await progressOf('late')).toMatchObject({ phase: 'Stalled', lastError: { reason: 'RepositoryNotFound' } });

    const late = createRepository(join(environment.dir, 'served'), 'late.git');
    const head = late.commit({ a: '1' });
    const retried = await environment.cli('retry', `${environment.namespace}/late`);

    expect(retried.exitCode).toBe(0);
    const volume = await environment.untilVolume('late', hasPublished(head));
    expect((await environment.runs(volume)).map(({ runId }) => runId)).toEqual([run?.runId]);
  });

  it('is dropped by a request: the next attempt starts afresh', async () => {
    await environment.createVolume('changed', {
      source: { git: { url: `${daemon.url}/none.git` } },
      syncInterval: '1h',
    });
    await environment.untilVolume('changed', isStalled('RepositoryNotFound'));

    await environment.patchSpec('changed', { source: { git: { url: `${daemon.url}/site.git` } } });

    const volume = await environment.untilVolume('changed', isReady);
    expect(await environment.runs(volume)).toHaveLength(2);
  });
});

describe('requests during a run', () => {
  it('are brought together into one run after it', async () => {
    await environment.createVolume('busy', { source: { git: { url: `${daemon.url}/site.git` } }, syncInterval: '1h' });
    const volume = await environment.untilVolume('busy', isReady);
    const before = (await environment.runs(volume)).length;
    repository.commit({ 'index.html': 'busy' });
    const workflowId = await workflowIdOf('busy');
    const ref = { kind: 'SharedVolume', namespace: environment.namespace, name: 'busy', uid: volume.metadata.uid };

    // A run that begins paused holds still before it fetches.
    const held = await environment.temporal.workflow.signalWithStart('syncVolume', {
      workflowId,
      taskQueue: 'drover-control',
      args: [{ volume: ref, exportName: 'local' }],
      signal: 'pause',
    });
    await until(async () => (await progressOf('busy')).phase === 'Comparing');
    for (let count = 0; count < 50; count++)
      await held.signal('request', { reason: 'requested', token: `burst-${count}` });
    await held.signal('resume');

    const done = await environment.untilVolume('busy', ({ status }) => status?.lastHandledSyncRequest === 'burst-49');
    await until(async () => (await environment.runs(done)).every(({ status }) => status !== 'RUNNING'));
    expect(await environment.runs(done)).toHaveLength(before + 2);
  });
});

describe('pause', () => {
  it('holds the volume where it is until it is resumed', async () => {
    await environment.createVolume('paused', { source: { git: { url: `${daemon.url}/site.git` } } });
    const before = await environment.untilVolume('paused', isReady);
    await environment.cli('pause', `${environment.namespace}/paused`);
    await environment.untilVolume('paused', ({ status }) => status?.phase === 'Paused');

    const head = repository.commit({ 'index.html': 'while paused' });
    const refused = await environment.cli('sync', `${environment.namespace}/paused`);
    expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('is paused') });
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    const during = await environment.untilVolume('paused', ({ status }) => status?.phase === 'Paused');
    expect(during.status?.published).toEqual(before.status?.published);

    await environment.cli('resume', `${environment.namespace}/paused`);
    await environment.untilVolume('paused', hasPublished(head));
  });
});
