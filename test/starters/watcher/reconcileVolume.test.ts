import { beforeEach, describe, expect, it } from '@jest/globals';
import { setCondition } from '../../../domain/conditions.js';
import type { SharedVolumeStatus } from '../../../domain/generated/sharedVolume.js';
import { planVolume } from '../../../domain/reconcile.js';
import type { VolumeObject } from '../../../k8s/volume.js';
import { createReconcile } from '../../../starters/watcher/reconcileVolume.js';
import { gitVolume, VOLUME, VOLUME_PATH } from '../../activities/fakes.js';
import { createFakeEvents } from '../../doubles/fakeEvents.js';
import { createFakeTemporal, type FakeTemporal } from '../../doubles/fakeTemporal.js';
import { createFakeClock, type FakeClock } from '../../k8s/fakeClock.js';
import { createFakeKubeStore, type FakeKubeStore } from '../../k8s/fakeKubeStore.js';

const MINUTE_MS = 60_000;
const RUN_ID = 'sync/demo/site/11111111';
const KEY = 'demo/site';
const OWN = { finalizers: ['drover.io/retire'] };

let cached: VolumeObject | undefined;
let objects: Map<string, unknown>;
let kube: FakeKubeStore;
let temporal: FakeTemporal;
let events: ReturnType<typeof createFakeEvents>;
let clock: FakeClock;
let reconcile: ReturnType<typeof createReconcile>;
beforeEach(() => {
  objects = new Map();
  kube = createFakeKubeStore(objects);
  temporal = createFakeTemporal();
  events = createFakeEvents();
  clock = createFakeClock();
  const ports = { kube: kube.client, temporal: temporal.client, events };
  reconcile = createReconcile(ports, { get: () => cached }, 'local', clock);
});

function put(volume: VolumeObject): void {
  cached = volume;
  objects.set(VOLUME_PATH, volume);
}

function run(): Promise<void> {
  return reconcile(KEY, new AbortController().signal);
}

/** The volume once the watcher has said everything and a run has handled its generation. */
function settled(volume: VolumeObject, handledToken?: string): VolumeObject {
  const synced = { type: 'Synced', status: 'True', reason: 'Published', message: '', observedGeneration: 1 } as const;
  const conditions = setCondition(undefined, synced, new Date());
  const status: SharedVolumeStatus = {
    conditions,
    ...(handledToken !== undefined && { lastHandledSyncRequest: handledToken }),
  };
  const { spec, metadata } = volume;
  const observed = {
    ref: VOLUME,
    generation: 1,
    isDeleting: false,
    annotations: {},
    exportName: 'local',
    spec,
    status,
  };
  const plan = planVolume({ ...observed, finalizers: metadata.finalizers ?? [] }, new Date());
  const written = plan.find((action) => action.type === 'write-status')?.status ?? {};
  return { ...volume, status: { ...status, ...written, conditions: [...conditions, ...(written.conditions ?? [])] } };
}

function methods(): string[] {
  return temporal.calls.map(([method]) => method);
}

describe('a reconcile', () => {
  it('has nothing to do for a volume that is gone, and reads nothing', async () => {
    cached = undefined;

    await run();

    expect([kube.reads, kube.patches, temporal.calls]).toEqual([[], [], []]);
  });

  it('has nothing to do once everything is said and done, and reads nothing', async () => {
    put(settled(gitVolume({}, OWN)));

    await run();

    expect([kube.reads, kube.patches, temporal.calls]).toEqual([[], [], []]);
  });

  it('sets the finalizer before anything else', async () => {
    put(gitVolume());

    await run();

    expect(kube.patches).toMatchObject([
      { path: VOLUME_PATH, body: { metadata: { finalizers: ['drover.io/retire'] } } },
    ]);
    expect(temporal.calls).toEqual([]);
  });

  it('requests the first sync and writes the status', async () => {
    put(gitVolume({}, OWN));

    await run();

    expect(temporal.calls).toEqual([
      [
        'signalWithStart',
        'syncVolume',
        expect.objectContaining({
          workflowId: RUN_ID,
          taskQueue: 'drover-control',
          signal: 'request',
          signalArgs: [{ reason: 'spec-changed', generation: 1 }],
          args: [{ volume: VOLUME, exportName: 'local' }],
        }),
      ],
    ]);
    expect(kube.patches).toMatchObject([
      {
        path: `${VOLUME_PATH}/status`,
        options: { fieldManager: 'drover-watch' },
        body: { status: { phase: 'Pending' } },
      },
    ]);
  });

  it('reads the volume before it requests: the cache may be behind', async () => {
    put(settled(gitVolume({}, OWN)));
    cached = gitVolume({}, OWN);

    await run();

    expect(kube.reads).toEqual([VOLUME_PATH]);
    expect([kube.patches, temporal.calls]).toEqual([[], []]);
  });

  it('requests nothing for a volume that is gone by then', async () => {
    cached = gitVolume({}, OWN);

    await run();

    expect(temporal.calls).toEqual([]);
  });

  it('sends a request again only after five minutes, since its run is under way', async () => {
    put(gitVolume({}, OWN));
    await run();
    await clock.advance(5 * MINUTE_MS);
    await run();
    expect(methods()).toEqual(['signalWithStart']);

    await clock.advance(1);
    await run();

    expect(methods()).toEqual(['signalWithStart', 'signalWithStart']);
  });

  it('sends another request at once', async () => {
    put(gitVolume({}, OWN));
    await run();
    put(gitVolume({}, { ...OWN, annotations: { 'drover.io/sync-requested': 'now' } }));

    await run();

    const sent = temporal.calls.map(([, , options]) => (options as { signalArgs: unknown[] }).signalArgs);
    expect(sent).toEqual([[{ reason: 'spec-changed', generation: 1 }], [{ reason: 'requested', token: 'now' }]]);
  });

  it('sends a request again at once when Temporal did not take it', async () => {
    put(gitVolume({}, OWN));
    temporal.refusal = new Error('away');
    await expect(run()).rejects.toThrow('away');
    temporal.refusal = undefined;

    await run();

    expect(methods()).toEqual(['signalWithStart']);
  });

  it('warns of a spec that it cannot follow', async () => {
    put(gitVolume({ syncInterval: '1s' }, OWN));

    await run();

    expect(events.emitted).toMatchObject([{ type: 'Warning', reason: 'InvalidSpec', action: 'Reconcile' }]);
    expect(kube.patches).toMatchObject([{ body: { status: { phase: 'Error' } } }]);
    expect(temporal.calls).toEqual([]);
  });
});

describe('a pause', () => {
  it('is told to the run that is under way', async () => {
    temporal.runs.set(RUN_ID, { status: 'RUNNING' });
    put(settled(gitVolume({}, OWN)));
    const { status } = settled(gitVolume({}, OWN));
    put(gitVolume({ paused: true }, { ...OWN, generation: 2 }, status));

    await run();

    expect(temporal.calls).toEqual([['signal', RUN_ID, 'pause']]);
    expect(kube.patches).toMatchObject([{ body: { status: { phase: 'Paused' } } }]);
  });

  it('needs no run', async () => {
    put(gitVolume({ paused: true }, OWN));

    await expect(run()).resolves.toBeUndefined();

    expect(kube.patches).toHaveLength(1);
  });
});

describe('a deletion', () => {
  const DELETING = { ...OWN, deletionTimestamp: '2026-01-01T00:00:00Z' };
  const RETIRE = {
    workflowId: 'retire/11111111',
    taskQueue: 'drover-control',
    args: [{ volume: VOLUME, exportName: 'local', deletionPolicy: 'Retain' }],
    workflowIdConflictPolicy: 'USE_EXISTING',
  };

  it('starts the retirement, which may be under way already', async () => {
    put(gitVolume({ deletionPolicy: 'Retain' }, DELETING));

    await run();

    expect(temporal.calls).toEqual([['start', 'retireVolume', expect.objectContaining(RETIRE)]]);
    expect(kube.patches).toMatchObject([{ body: { status: { phase: 'Deleting' } } }]);
  });

  it('is forced when a person says so', async () => {
    put(gitVolume({}, { ...DELETING, annotations: { 'drover.io/force-release': 'true' } }));

    await run();

    expect(temporal.calls.slice(1)).toEqual([['signal', 'retire/11111111', 'forceRelease']]);
  });

  it('does not start once more when the volume is gone and only the cache still has it', async () => {
    cached = gitVolume({}, DELETING);

    await run();

    expect(temporal.calls).toEqual([]);
  });
});
