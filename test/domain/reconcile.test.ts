import { describe, expect, it } from '@jest/globals';
import type { SharedVolumeStatus } from '../../domain/generated/sharedVolume.js';
import { setCondition } from '../../domain/conditions.js';
import { planVolume, type ObservedVolume, type VolumeAction } from '../../domain/reconcile.js';

const NOW = new Date('2026-01-01T00:00:00Z');
const FINALIZER = 'drover.io/retire';

function observed(change: Partial<ObservedVolume> = {}): ObservedVolume {
  return {
    ref: { kind: 'SharedVolume', namespace: 'demo', name: 'site', uid: 'uid' },
    generation: 1,
    isDeleting: false,
    finalizers: [FINALIZER],
    annotations: {},
    spec: { mountPath: '/srv/site', source: { git: { url: 'https://git.example.com/site.git' } } },
    status: {},
    exportName: 'local',
    ...change,
  };
}

/** The status after the plan's own write and a run that handled the generation. */
function settled(volume: ObservedVolume, token?: string): SharedVolumeStatus {
  const conditions = setCondition(
    undefined,
    { type: 'Synced', status: 'True', reason: 'Published', message: '', observedGeneration: volume.generation },
    NOW,
  );
  const synced = { ...volume, status: { conditions, ...(token !== undefined && { lastHandledSyncRequest: token }) } };
  const written = statusOf(planVolume(synced, NOW));
  return { ...synced.status, ...written, conditions: [...conditions, ...(written?.conditions ?? [])] };
}

function statusOf(actions: VolumeAction[]): SharedVolumeStatus | undefined {
  return actions.find((action) => action.type === 'write-status')?.status;
}

function types(actions: VolumeAction[]): string[] {
  return actions.map((action) => action.type);
}

describe('planVolume', () => {
  it('sets the finalizer before anything else', () => {
    expect(planVolume(observed({ finalizers: [] }), NOW)).toEqual([{ type: 'add-finalizer' }]);
  });

  it('requests the first sync and says where the data will be', () => {
    const plan = planVolume(observed(), NOW);

    expect(plan[0]).toEqual({ type: 'request-sync', request: { reason: 'spec-changed', generation: 1 } });
    expect(statusOf(plan)).toMatchObject({
      observedGeneration: 1,
      phase: 'Pending',
      target: { export: 'local', path: 'demo.site/data' },
    });
  });

  it('has nothing to do once everything is said and done', () => {
    const volume = observed();

    expect(planVolume({ ...volume, status: settled(volume) }, NOW)).toEqual([]);
  });

  it('requests a sync for a changed spec', () => {
    const volume = observed();

    const plan = planVolume({ ...volume, generation: 2, status: settled(volume) }, NOW);

    expect(plan).toContainEqual({ type: 'request-sync', request: { reason: 'spec-changed', generation: 2 } });
  });

  it('requests a sync for a person, once for each value', () => {
    const volume = observed({ annotations: { 'drover.io/sync-requested': 'now' } });

    expect(planVolume({ ...volume, status: settled(volume) }, NOW)).toEqual([
      { type: 'request-sync', request: { reason: 'requested', token: 'now' } },
    ]);
    expect(planVolume({ ...volume, status: settled(volume, 'now') }, NOW)).toEqual([]);
  });

  it.each([
    ['the plan that waits', 'sha256:a', [{ type: 'approve', plan: 'sha256:a' }]],
    ['another plan', 'sha256:b', []],
  ])('passes an approval of %s on: %s', (_name, approved, expected) => {
    const volume = observed({ annotations: { 'drover.io/approved-plan': approved } });
    const status = { ...settled(volume), pendingPlan: { digest: 'sha256:a', revision: 'rev' } };

    expect(planVolume({ ...volume, status }, NOW)).toEqual(expected);
  });

  it('has no use for an approval while nothing waits', () => {
    const volume = observed({ annotations: { 'drover.io/approved-plan': 'sha256:a' } });

    expect(planVolume({ ...volume, status: settled(volume) }, NOW)).toEqual([]);
  });

  it('requests nothing while paused, and tells a run once', () => {
    const volume = observed({ annotations: { 'drover.io/sync-requested': 'now' } });
    const paused = { ...volume, generation: 2, spec: { ...volume.spec, paused: true }, status: settled(volume) };

    const plan = planVolume(paused, NOW);

    expect(types(plan)).toEqual(['signal-run', 'write-status']);
    expect(plan[0]).toEqual({ type: 'signal-run', signal: 'pause' });
    expect(statusOf(plan)?.phase).toBe('Paused');
    const conditions = [
      ...(paused.status.conditions ?? []).filter(({ type }) => type === 'Synced'),
      ...(statusOf(plan)?.conditions ?? []),
    ];
    expect(planVolume({ ...paused, status: { ...paused.status, ...statusOf(plan), conditions } }, NOW)).toEqual([]);
  });

  it('resumes a run and catches up after a pause', () => {
    const volume = observed();
    const resumed = {
      ...volume,
      generation: 3,
      status: { ...settled(volume), observedGeneration: 2, phase: 'Paused' },
    };

    const plan = planVolume(resumed, NOW);

    expect(plan.slice(0, 2)).toEqual([
      { type: 'signal-run', signal: 'resume' },
      { type: 'request-sync', request: { reason: 'spec-changed', generation: 3 } },
    ]);
  });

  it.each<[string, ObservedVolume['spec'], string]>([
    ['invalid', { mountPath: '/x', syncInterval: '1s', source: { git: { url: 'u' } } }, 'InvalidSpec'],
    ['not supported yet', { mountPath: '/x', source: { http: { url: 'u' } } }, 'NotYetSupported'],
  ])('says why a spec is %s, warns once, and starts nothing', (_name, spec, reason) => {
    const volume = observed({ finalizers: [], spec });

    const plan = planVolume(volume, NOW);

    expect(types(plan)).toEqual(['write-status', 'warn']);
    expect(plan[1]).toMatchObject({ reason });
    expect(statusOf(plan)).toMatchObject({ phase: 'Error' });
    expect(planVolume({ ...volume, status: statusOf(plan) ?? {} }, NOW)).toEqual([]);
  });

  it('works with an inline secret, and warns', () => {
    const git = { url: 'https://git.example.com/site.git', user: 'me', password: 'hunter2' };

    const plan = planVolume(observed({ spec: { mountPath: '/x', source: { git } } }), NOW);

    expect(types(plan)).toEqual(['request-sync', 'write-status', 'warn']);
    expect(JSON.stringify(plan)).not.toContain('hunter2');
    expect(plan[2]).toMatchObject({
      reason: 'InlineSecret',
      message: expect.stringContaining('spec.source.git.password'),
    });
  });

  describe('of a resource that is being deleted', () => {
    it.each<[string, Partial<ObservedVolume>, object]>([
      ['removes the data', {}, { deletionPolicy: 'Delete', isForced: false }],
      ['keeps the data', { spec: { mountPath: '/x', deletionPolicy: 'Retain' } }, { deletionPolicy: 'Retain' }],
      ['lets go by force', { annotations: { 'drover.io/force-release': 'true' } }, { isForced: true }],
      ['does not let go for another value', { annotations: { 'drover.io/force-release': 'no' } }, { isForced: false }],
    ])('%s', (_name, change, expected) => {
      const plan = planVolume(observed({ isDeleting: true, ...change }), NOW);

      expect(plan[0]).toMatchObject({ type: 'retire', ...expected });
      expect(types(plan)).not.toContain('request-sync');
    });

    it('has nothing to do when nothing holds it', () => {
      expect(planVolume(observed({ isDeleting: true, finalizers: ['other'] }), NOW)).toEqual([]);
    });
  });
});
