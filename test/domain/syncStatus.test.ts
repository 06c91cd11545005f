import { describe, expect, it } from '@jest/globals';
import { findCondition } from '../../domain/conditions.js';
import type { SharedVolumeStatus } from '../../domain/generated/sharedVolume.js';
import type { Published, SyncUpdate } from '../../domain/sync.js';
import { projectSync } from '../../domain/syncStatus.js';

const NOW = new Date('2026-01-01T00:00:10Z');
const LATER = new Date('2026-01-01T00:01:00Z');

const PUBLISHED: Published = {
  name: 'snap-2',
  revision: 'rev2',
  variant: '',
  digest: 'sha256:2',
  files: 3,
  bytes: 30,
  time: '2026-01-01T00:00:09.000Z',
};

function update(state: SyncUpdate['state'], change: Partial<SyncUpdate> = {}): SyncUpdate {
  return {
    volume: { kind: 'SharedVolume', namespace: 'demo', name: 'site', uid: 'uid' },
    trigger: 'requested',
    startTime: '2026-01-01T00:00:08Z',
    workflowId: 'sync/demo/site/uid',
    runId: 'run',
    handled: { generation: 2, revision: 'rev2', token: 'token' },
    state,
    ...change,
  };
}

const DONE = update(
  { kind: 'done', report: { result: 'Published', revision: 'rev2', filesChanged: 2, bytesFetched: 99 } },
  { publication: { published: PUBLISHED, snapshots: [PUBLISHED] } },
);
const STALLED = update({ kind: 'stalled', failure: { reason: 'AuthFailed', message: 'refused by the server' } });

describe('projectSync', () => {
  it('records a publication', () => {
    const status = projectSync({}, DONE, NOW);

    expect(status.published).toEqual({
      revision: 'rev2',
      digest: 'sha256:2',
      snapshot: 'snap-2',
      time: PUBLISHED.time,
      files: 3,
      bytes: 30,
    });
    expect(status.lastSync).toEqual({
      startTime: '2026-01-01T00:00:08Z',
      duration: '2s',
      result: 'Published',
      revision: 'rev2',
      trigger: 'requested',
      filesChanged: 2,
      bytesFetched: 99,
      workflowId: 'sync/demo/site/uid',
      runId: 'run',
    });
    expect(status.snapshots).toHaveLength(1);
    expect(status.lastHandledSyncRequest).toBe('token');
    expect(findCondition(status.conditions, 'Synced')).toMatchObject({ status: 'True', observedGeneration: 2 });
    expect(findCondition(status.conditions, 'Published')).toMatchObject({ status: 'True' });
    expect(findCondition(status.conditions, 'Stalled')).toMatchObject({ status: 'False' });
  });

  it('keeps what is published when a later run stalls, and says who must do what', () => {
    const before = projectSync({}, DONE, NOW);

    const status = projectSync(before, STALLED, LATER);

    expect(status.published).toEqual(before.published);
    expect(status.snapshots).toEqual(before.snapshots);
    expect(findCondition(status.conditions, 'Published')).toEqual(findCondition(before.conditions, 'Published'));
    expect(findCondition(status.conditions, 'Stalled')).toMatchObject({
      status: 'True',
      reason: 'AuthFailed',
      message: expect.stringMatching(/refused by the server\. To do \(volume owner\): .*Secret/),
      lastTransitionTime: '2026-01-01T00:01:00Z',
    });
    expect(status.lastSync).toMatchObject({ result: 'Stalled', reason: 'AuthFailed' });
  });

  it('does not take a started run for a handled generation, nor its request for handled', () => {
    const before: SharedVolumeStatus = projectSync(
      {},
      { ...DONE, handled: { generation: 1, revision: 'rev2', token: 'old' } },
      NOW,
    );

    const status = projectSync(before, update({ kind: 'started' }), LATER);

    expect(findCondition(status.conditions, 'Synced')).toMatchObject({ status: 'Unknown', observedGeneration: 1 });
    expect(status.lastHandledSyncRequest).toBe('old');
    expect(status.lastSync).toEqual(before.lastSync);
  });

  it('keeps an earlier request when a run without one ends', () => {
    const before = projectSync({}, DONE, NOW);

    const status = projectSync(before, { ...DONE, handled: { revision: 'rev3' } }, LATER);

    expect(status.lastHandledSyncRequest).toBe('token');
    expect(findCondition(status.conditions, 'Synced')?.observedGeneration).toBe(2);
  });

  it('shows the plan of a run that is held, until the run goes on', () => {
    const delta = { files: 8, bytes: 80, added: 0, changed: 0, deleted: 12, bytesToWrite: 0 };
    const held = update({
      kind: 'stalled',
      failure: { reason: 'DeleteLimitExceeded', message: '12 of 20' },
      plan: { digest: 'sha256:abc', revision: 'rev2', delta },
    });

    const status = projectSync(projectSync({}, DONE, NOW), held, LATER);

    expect(status.pendingPlan).toEqual({ digest: 'sha256:abc', revision: 'rev2', ...delta });
    expect(status.lastSync).toMatchObject({ result: 'Held', reason: 'DeleteLimitExceeded' });
    expect(findCondition(status.conditions, 'Stalled')).toMatchObject({
      status: 'True',
      reason: 'DeleteLimitExceeded',
    });
    expect(projectSync(status, update({ kind: 'started' }), LATER).pendingPlan).toBeUndefined();
    expect(projectSync(status, STALLED, LATER).pendingPlan).toBeUndefined();
  });

  it('says that nothing was published as long as nothing was', () => {
    const status = projectSync({}, STALLED, NOW);

    expect(findCondition(status.conditions, 'Published')).toMatchObject({
      status: 'False',
      reason: 'NothingPublished',
    });
    expect(status.published).toBeUndefined();
  });
});
