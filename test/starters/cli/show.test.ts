import { describe as group, expect, it } from '@jest/globals';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { describe } from '../../../starters/cli/commands/describe.js';
import { get } from '../../../starters/cli/commands/get.js';
import { history } from '../../../starters/cli/commands/history.js';
import { snapshots } from '../../../starters/cli/commands/snapshots.js';
import { findVolume } from '../../../starters/cli/session.js';
import { gitVolume } from '../../activities/fakes.js';
import { createFakeSession } from './fakeSession.js';
import { clusterVolume, REVISION, RUN_ID, site } from './volumes.js';

group('a name', () => {
  it.each([
    ['demo/site', 'SharedVolume'],
    ['shared', 'ClusterSharedVolume'],
    ['_cluster/shared', 'ClusterSharedVolume'],
  ])('%s finds a %s', async (name, kind) => {
    const { session } = createFakeSession(site(), clusterVolume('shared'));

    expect(await findVolume(session, name)).toMatchObject({ kind });
  });

  it.each<[string, string, number]>([
    ['demo/other', 'there is no SharedVolume demo/other', 3],
    ['other', 'there is no ClusterSharedVolume _cluster/other', 3],
    ['a/b/c', '"a/b/c" is not NAMESPACE/NAME', 2],
    ['demo/', '"demo/" is not NAMESPACE/NAME', 2],
  ])('%s does not', async (name, message, exitCode) => {
    const { session } = createFakeSession(site());

    await expect(findVolume(session, name)).rejects.toMatchObject({
      message: expect.stringContaining(message),
      exitCode,
    });
  });
});

group('get', () => {
  const elsewhere = gitVolume({}, { namespace: 'other', name: 'docs', uid: '2' });

  it('lists volumes of both kinds', async () => {
    const { session, io } = createFakeSession(site(), elsewhere, clusterVolume('shared'));

    const { text, json } = await get(session, undefined, {}, io);

    expect(text.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['VOLUME', 'READY', 'PHASE', 'REVISION', 'PUBLISHED', 'CHECKED', 'LAST SYNC'],
      ['demo/site', 'True', 'Ready', 'aaaaaaaaaaaa', '60m', '30s', 'Published'],
      ['other/docs', 'Unknown', 'Pending', '-', '-', '-', '-'],
      ['_cluster/shared', 'Unknown', 'Pending', '-', '-', '-', '-'],
    ]);
    expect(json).toHaveLength(3);
  });

  it('lists one namespace with the rights for that one only', async () => {
    const { session, io } = createFakeSession(site(), elsewhere, clusterVolume('shared'));
    const paths: string[] = [];
    const kube = { ...session.kube, list: (path: string) => (paths.push(path), session.kube.list<never>(path)) };

    const { json } = await get({ ...session, kube }, undefined, { namespace: 'other' }, io);

    expect(json).toMatchObject([{ metadata: { name: 'docs' } }]);
    expect(paths).toEqual(['/apis/sv.sharedvolume.io/v1alpha1/namespaces/other/sharedvolumes']);
  });

  it('shows one, and says when there is none', async () => {
    const { session, io } = createFakeSession(site());

    expect((await get(session, 'demo/site', {}, io)).json).toMatchObject({ metadata: { name: 'site' } });
    expect((await get(session, undefined, { namespace: 'empty' }, io)).text).toBe('No volumes found.');
  });
});

group('describe', () => {
  it('shows what the resource says, and that no run is under way', async () => {
    const { session, io } = createFakeSession(site());

    const { text, json } = await describe(session, 'demo/site', {}, io);

    expect(text).toMatch(/^Volume: +demo\/site \(SharedVolume\)$/m);
    expect(text).toMatch(/^Published: +a{40}, 60m ago$/m);
    expect(text).toMatch(/^Content: +3 files, 30 bytes$/m);
    expect(text).toMatch(/^Last sync: +Published, took 2s, cause: requested$/m);
    expect(text).toMatch(/^Run: +none under way$/m);
    expect(text).toMatch(/^Ready +True +DataPublished +Data is there\.$/m);
    expect(json).toMatchObject({ progress: null });
  });

  it('shows a volume that has nothing to show yet', async () => {
    const { session, io } = createFakeSession(clusterVolume('shared'));

    expect((await describe(session, 'shared', {}, io)).text).toMatch(/^Published: +nothing yet$/m);
  });

  const progress = { phase: 'Fetching', isPaused: true, step: 'receiving', percent: 40 };
  it('shows where the run is', async () => {
    const { session, io, temporal } = createFakeSession(site());
    const lastError = { reason: 'AuthFailed', message: 'no' };
    temporal.runs.set(RUN_ID, { status: 'RUNNING', answer: { ...progress, lastError } });

    const { text, json } = await describe(session, 'demo/site', {}, io);

    expect(text).toMatch(/^Run: +paused, Fetching receiving 40 %; last error AuthFailed: no$/m);
    expect(json).toMatchObject({ progress });
  });

  it.each<[string, (fake: ReturnType<typeof createFakeSession>) => void, RegExp]>([
    [
      'is over',
      ({ temporal }) => void temporal.runs.set(RUN_ID, { status: 'COMPLETED', answer: progress }),
      /^Run: +none under way$/m,
    ],
    [
      'does not answer',
      ({ temporal }) => void temporal.runs.set(RUN_ID, { status: 'RUNNING', answer: new Error('no worker') }),
      /^Run: +no answer: no worker$/m,
    ],
    [
      'is on a server that does not answer',
      (fake) => Object.assign(fake.session, { temporal: () => Promise.reject(new Error('away')) }),
      /^Run: +no answer: away$/m,
    ],
  ])('shows the resource also when the run %s', async (_name, change, expected) => {
    const fake = createFakeSession(site());
    change(fake);

    const { text } = await describe(fake.session, 'demo/site', {}, fake.io);

    expect(text).toMatch(expected);
    expect(text).toMatch(/^Phase: +Ready$/m);
  });
});

group('history', () => {
  const status = (name: string) => ({ name }) as WorkflowExecutionInfo['status'];
  const ended: Partial<WorkflowExecutionInfo> = {
    workflowId: RUN_ID,
    runId: 'run-2',
    startTime: new Date('2026-01-01T00:00:00Z'),
    closeTime: new Date('2026-01-01T00:00:02Z'),
    status: status('COMPLETED'),
    memo: { trigger: 'requested', filesChanged: 3, bytesFetched: 10 },
    searchAttributes: { DroverPhase: ['Published'], DroverRevision: [REVISION] },
  };

  it.each<[string, Partial<WorkflowExecutionInfo>, string[]]>([
    ['a run that ended', {}, ['60m', 'Published', 'aaaaaaaaaaaa', 'requested', '2s', '3', 'run-2']],
    [
      'one that could not say how it ended',
      { status: status('TERMINATED'), memo: {} },
      ['60m', 'terminated', 'aaaaaaaaaaaa', '-', '2s', '-', 'run-2'],
    ],
    [
      'one that has just begun',
      { status: status('RUNNING'), closeTime: undefined as never, memo: {}, searchAttributes: {} },
      ['60m', 'running', '-', '-', '-', '-', 'run-2'],
    ],
  ])('shows %s', async (_name, change, row) => {
    const { session, io, temporal } = createFakeSession(site());
    temporal.listed = [{ ...ended, ...change }];

    const { text } = await history(session, 'demo/site', { limit: '20' }, io);

    expect(text.split('\n')[1]?.split(/ {2,}/)).toEqual(row);
    expect(temporal.calls).toEqual([['list', '', { query: `WorkflowId = '${RUN_ID}'`, pageSize: 20 }]]);
  });

  it('shows no more than was asked for', async () => {
    const { session, io, temporal } = createFakeSession(site());
    temporal.listed = [ended, ended, ended];

    expect((await history(session, 'demo/site', { limit: '2' }, io)).json).toHaveLength(2);
  });

  it.each(['0', '1.5', 'all'])('refuses the limit %s', async (limit) => {
    const { session, io } = createFakeSession(site());

    await expect(history(session, 'demo/site', { limit }, io)).rejects.toMatchObject({ exitCode: 2 });
  });

  it('says when there is none', async () => {
    const { session, io } = createFakeSession(site());

    expect((await history(session, 'demo/site', { limit: '20' }, io)).text).toBe('No runs found.');
  });
});

group('snapshots', () => {
  it('shows which one is published and which one is pinned', async () => {
    const { session, io } = createFakeSession(site(undefined, { pin: REVISION }));

    const { text } = await snapshots(session, 'demo/site', {}, io);

    expect(text.split('\n')[1]?.split(/ {2,}/)).toEqual(['snap-1', REVISION, '60m', '3', '30', 'published, pinned']);
  });

  it('says when there is none', async () => {
    const { session, io } = createFakeSession(site({}));

    expect(await snapshots(session, 'demo/site', {}, io)).toEqual({ json: [], text: 'No snapshots yet.' });
  });
});
