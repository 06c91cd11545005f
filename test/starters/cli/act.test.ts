import { describe, expect, it } from '@jest/globals';
import { setCondition } from '../../../domain/conditions.js';
import type { SyncRecord } from '../../../domain/generated/sharedVolume.js';
import type { VolumeObject } from '../../../k8s/volume.js';
import type { Outcome, VolumeCommand } from '../../../starters/cli/command.js';
import { adopt, pause, unpin } from '../../../starters/cli/commands/change.js';
import { rollback } from '../../../starters/cli/commands/rollback.js';
import { abort, resume, retry } from '../../../starters/cli/commands/signal.js';
import { sync } from '../../../starters/cli/commands/sync.js';
import { VOLUME, VOLUME_PATH } from '../../activities/fakes.js';
import { createFakeSession, type FakeSession } from './fakeSession.js';
import { HEALTHY, REVISION, RUN_ID, site } from './volumes.js';

const ANNOTATION = 'drover.io/sync-requested';

function sentToken({ kube }: FakeSession): string {
  const metadata = kube.patches[0]?.body['metadata'] as VolumeObject['metadata'] | undefined;
  return metadata?.annotations?.[ANNOTATION] ?? '';
}

describe('a change', () => {
  it.each<[string, VolumeCommand, object]>([
    ['pause', pause, { spec: { paused: true } }],
    ['unpin', unpin, { spec: { pin: null } }],
  ])('by %s is one merge patch of this life of the volume', async (_name, command, change) => {
    const { session, io, kube } = createFakeSession(site());

    const { json } = await command(session, 'demo/site', {}, io);

    const body = { metadata: { uid: VOLUME.uid }, ...change };
    expect(kube.patches).toEqual([{ path: VOLUME_PATH, body, options: { type: 'merge' } }]);
    expect(json).toEqual(change);
  });

  it('by rollback pins the revision', async () => {
    const { session, io, kube } = createFakeSession(site());

    await rollback(session, 'demo/site', { to: 'snap-1' }, io);

    expect(kube.patches).toMatchObject([{ body: { spec: { pin: REVISION } } }]);
  });

  it('by adopt allows it for this life of the volume, and requests a sync', async () => {
    const { session, io, kube } = createFakeSession(site());

    await adopt(session, 'demo/site', {}, io);

    const annotations = { 'drover.io/adopt': VOLUME.uid, [ANNOTATION]: expect.any(String) };
    expect(kube.patches[0]?.body).toEqual({ metadata: { annotations } });
  });
});

describe('resume', () => {
  it('ends the pause of the volume', async () => {
    const { session, io, temporal, kube } = createFakeSession(site(HEALTHY, { paused: true }));
    temporal.runs.set(RUN_ID, { status: 'RUNNING' });

    await resume(session, 'demo/site', {}, io);

    expect(kube.patches).toMatchObject([{ body: { spec: { paused: null } } }]);
    expect(temporal.calls).toEqual([]);
  });

  it('ends the pause of a run that was paused by a signal', async () => {
    const { session, io, temporal, kube } = createFakeSession(site());
    temporal.runs.set(RUN_ID, { status: 'RUNNING' });

    await resume(session, 'demo/site', {}, io);

    expect(kube.patches).toEqual([]);
    expect(temporal.calls).toEqual([['signal', RUN_ID, 'resume']]);
  });
});

describe('abort and retry', () => {
  it.each<[string, VolumeCommand]>([
    ['abort', abort],
    ['retry', retry],
  ])('%s is told to the run', async (name, command) => {
    const { session, io, temporal, kube } = createFakeSession(site());
    temporal.runs.set(RUN_ID, { status: 'RUNNING' });

    const { json } = await command(session, 'demo/site', {}, io);

    expect(temporal.calls).toEqual([['signal', RUN_ID, name]]);
    expect(json).toEqual({ signal: name });
    expect(kube.patches).toEqual([]);
  });

  it('abort says when there is nothing to abort', async () => {
    const { session, io } = createFakeSession(site());

    await expect(abort(session, 'demo/site', {}, io)).rejects.toMatchObject({
      message: 'no run of demo/site is under way',
      exitCode: 3,
    });
  });

  it('retry requests a run when none is under way', async () => {
    const fake = createFakeSession(site());
    fake.temporal.runs.set(RUN_ID, { status: 'COMPLETED' });

    const { json } = await retry(fake.session, 'demo/site', {}, fake.io);

    expect(json).toEqual({ request: sentToken(fake) });
  });
});

describe('sync', () => {
  it('leaves a request at the volume and returns', async () => {
    const fake = createFakeSession(site());

    const { json, text, exitCode } = await sync(fake.session, 'demo/site', {}, fake.io);

    expect(sentToken(fake)).toMatch(/^2026-01-01T01:00:00\.000Z-[0-9a-f]{8}$/);
    expect([json, text, exitCode]).toEqual([{ request: sentToken(fake) }, 'sync of demo/site requested', undefined]);
  });

  const refusal = {
    type: 'Reconciled',
    status: 'False',
    reason: 'InvalidSpec',
    message: 'spec.pin is no commit',
    observedGeneration: 1,
  } as const;
  it.each<[string, VolumeObject, RegExp]>([
    ['paused', site(HEALTHY, { paused: true }), /paused: run `drover resume demo\/site` first/],
    ['being deleted', site(HEALTHY, {}, { deletionTimestamp: 'now' }), /is being deleted/],
    [
      'not accepted',
      site({ conditions: setCondition([], refusal, new Date()) }),
      /InvalidSpec\): spec.pin is no commit/,
    ],
  ])('refuses a volume that is %s, since no run would answer', async (_name, volume, message) => {
    const { session, io, kube } = createFakeSession(volume);

    await expect(sync(session, 'demo/site', {}, io)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      exitCode: 4,
    });
    expect(kube.patches).toEqual([]);
  });

  it('tries a volume whose spec was corrected since', async () => {
    const { session, io, kube } = createFakeSession(
      site({ conditions: setCondition([], refusal, new Date()) }, {}, { generation: 2 }),
    );

    await sync(session, 'demo/site', {}, io);

    expect(kube.patches).toHaveLength(1);
  });
});

describe('sync --wait', () => {
  /** Waits on a volume that `answer` changes as soon as the command has looked at the run once. */
  async function wait(answer: (fake: FakeSession, token: string) => void): Promise<Outcome & { fake: FakeSession }> {
    const fake = createFakeSession(site());
    const io = { ...fake.io, progress: (line: string) => (fake.progress.push(line), answer(fake, sentToken(fake))) };
    return { ...(await sync(fake.session, 'demo/site', { wait: true }, io)), fake };
  }

  function ended(token: string, lastSync: Partial<SyncRecord>, metadata: Partial<VolumeObject['metadata']> = {}) {
    const record = { startTime: '2026-01-01T01:00:00Z', result: 'Published', ...lastSync };
    return site({ ...HEALTHY, lastHandledSyncRequest: token, lastSync: record }, {}, metadata);
  }

  it('returns when a run has answered, and shows meanwhile what it does', async () => {
    const { text, exitCode, json, fake } = await wait(({ put }, token) => put(ended(token, { filesChanged: 2 })));

    expect(text).toBe('demo/site: Published, revision aaaaaaaaaaaa, 2 files changed');
    expect(exitCode).toBeUndefined();
    expect(json).toMatchObject({ lastSync: { result: 'Published' }, published: { revision: REVISION } });
    expect(fake.progress).toEqual(['waiting for the run (none under way)']);
  });

  it.each<[string, Partial<SyncRecord>]>([
    ['stalls', { result: 'Stalled', reason: 'AuthFailed', message: 'the server refused the password' }],
    ['is aborted', { result: 'Aborted', reason: 'Aborted', message: 'a person aborted it' }],
  ])('fails when the run %s, and says why', async (_name, record) => {
    const { text, exitCode } = await wait(({ put }, token) => put(ended(token, record)));

    expect(exitCode).toBe(4);
    expect(text).toBe(`demo/site: ${record.result} (${record.reason}): ${record.message}`);
  });

  it('is not misled by another run that has begun since', async () => {
    const syncing = { type: 'Synced', status: 'Unknown', reason: 'Syncing', message: '' } as const;
    const { exitCode } = await wait(({ put }, token) => {
      const volume = ended(token, {});
      const conditions = setCondition(volume.status?.conditions, syncing, new Date());
      put({ ...volume, status: { ...volume.status, conditions } });
    });

    expect(exitCode).toBeUndefined();
  });

  it('is answered by the answer to a newer request, which took the place of this one', async () => {
    const { exitCode } = await wait(({ put }) => put(ended('newer', {}, { annotations: { [ANNOTATION]: 'newer' } })));

    expect(exitCode).toBeUndefined();
  });

  it('shows that the run does not answer, and waits on', async () => {
    let looks = 0;
    const { fake } = await wait(({ put, temporal }, token) => {
      temporal.runs.set(RUN_ID, { status: 'RUNNING', answer: new Error('no worker') });
      if (++looks === 2) put(ended(token, {}));
    });

    expect(fake.progress[1]).toBe('waiting for the run (no answer: no worker)');
  });

  it.each<[string, (fake: FakeSession) => void, RegExp, number]>([
    ['is paused', ({ put }) => put(site(HEALTHY, { paused: true })), /is paused/, 4],
    ['is deleted', ({ remove }) => remove(site()), /there is no SharedVolume demo\/site/, 3],
    ['is created anew', ({ put }) => put(site({}, {}, { uid: 'another' })), /deleted and created anew/, 3],
  ])('ends when the volume %s meanwhile', async (_name, change, message, exitCode) => {
    await expect(wait(change)).rejects.toMatchObject({ message: expect.stringMatching(message), exitCode });
  });

  it('ends when the person interrupts it', async () => {
    await expect(wait(({ stop }) => stop.abort(new Error('interrupted')))).rejects.toThrow('interrupted');
  });
});
