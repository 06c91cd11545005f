import { beforeEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createControlActivities, type ControlActivities } from '../../activities/control.js';
import { STOP_RUN_MS } from '../../domain/policy.js';
import type { SyncUpdate } from '../../domain/sync.js';
import { KubeError } from '../../k8s/kubeError.js';
import { createFakeEvents } from '../doubles/fakeEvents.js';
import { createFakeTemporal, type FakeTemporal } from '../doubles/fakeTemporal.js';
import { createFakeClock, type FakeClock } from '../k8s/fakeClock.js';
import { createFakeKubeStore, type FakeKubeStore } from '../k8s/fakeKubeStore.js';
import { gitVolume, VOLUME, VOLUME_PATH } from './fakes.js';

const RUN_ID = 'sync/demo/site/11111111';
const FINALIZERS = ['other.io/keep', 'drover.io/retire'];

let objects: Map<string, unknown>;
let kube: FakeKubeStore;
let temporal: FakeTemporal;
let events: ReturnType<typeof createFakeEvents>;
let clock: FakeClock;
let observed: SyncUpdate[];
let control: ControlActivities;
beforeEach(() => {
  objects = new Map([[VOLUME_PATH, gitVolume()]]);
  kube = createFakeKubeStore(objects);
  temporal = createFakeTemporal();
  events = createFakeEvents();
  clock = createFakeClock();
  observed = [];
  control = createControlActivities({
    kube: kube.client,
    temporal: temporal.client,
    events,
    observeSync: (update) => void observed.push(update),
    now: () => new Date('2026-01-01T00:00:10Z'),
    clock,
  });
});

function environment(): MockActivityEnvironment {
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
}

function run<Input>(activity: (input: Input) => Promise<void>, input: Input): Promise<void> {
  return environment().run(activity, input);
}

function update(state: SyncUpdate['state']): SyncUpdate {
  const startTime = '2026-01-01T00:00:00Z';
  return {
    volume: VOLUME,
    trigger: 'requested',
    startTime,
    workflowId: RUN_ID,
    runId: 'run',
    handled: { token: 't' },
    state,
  };
}

function done(result: 'Published' | 'Unchanged'): SyncUpdate['state'] {
  return { kind: 'done', report: { result, revision: 'abc', filesChanged: 3, bytesFetched: 10 } };
}

describe('reportSync', () => {
  it('writes the part of the status that runs own', async () => {
    await run(control.reportSync, update(done('Published')));

    expect(kube.patches).toMatchObject([
      {
        path: `${VOLUME_PATH}/status`,
        options: { type: 'apply', fieldManager: 'drover-sync' },
        body: { status: { lastHandledSyncRequest: 't', lastSync: { result: 'Published', duration: '10s' } } },
      },
    ]);
    expect(observed).toHaveLength(1);
  });

  const failure = { reason: 'AuthFailed', message: 'the server refused the password' } as const;
  it.each<[string, SyncUpdate['state'], object[]]>([
    ['nothing of a start', { kind: 'started' }, []],
    ['nothing of a run without news', done('Unchanged'), []],
    [
      'of a publication',
      done('Published'),
      [
        {
          type: 'Normal',
          reason: 'Published',
          message: 'Published revision abc: 3 files changed (requested)',
          action: 'Sync',
        },
      ],
    ],
    [
      'of an abort',
      { kind: 'aborted', failure: { reason: 'Aborted', message: 'told to' } },
      [{ type: 'Normal', reason: 'Aborted', message: expect.stringContaining('told to') }],
    ],
    [
      'of a stall, with what to do',
      { kind: 'stalled', failure },
      [{ type: 'Warning', reason: 'AuthFailed', message: expect.stringMatching(/refused the password.*To do/) }],
    ],
  ])('tells %s in an event', async (_name, state, expected) => {
    await run(control.reportSync, update(state));

    expect(events.emitted).toMatchObject(expected);
    expect(events.emitted).toHaveLength(expected.length);
  });

  it('counts a run once although its report has to be repeated', async () => {
    kube.refusal = new KubeError(0, 'Unreachable', 'no answer');
    await expect(run(control.reportSync, update(done('Published')))).rejects.toMatchObject({
      type: 'DependencyUnavailable',
    });
    kube.refusal = undefined;

    await run(control.reportSync, update(done('Published')));

    expect(observed).toHaveLength(1);
    expect(events.emitted).toHaveLength(1);
  });

  it.each<[string, () => unknown]>([
    ['is gone', () => objects.clear()],
    ['was created anew', () => objects.set(VOLUME_PATH, gitVolume({}, { uid: 'another' }))],
  ])('counts the run of a volume that %s, and writes nothing', async (_name, change) => {
    change();

    await run(control.reportSync, update(done('Published')));

    expect([kube.patches, events.emitted]).toEqual([[], []]);
    expect(observed).toHaveLength(1);
  });
});

describe('reportExportUnreachable', () => {
  it('says in the status and in an event what the deletion waits for', async () => {
    await run(control.reportExportUnreachable, { volume: VOLUME, exportName: 'local', message: 'no mover' });

    expect(kube.patches[0]?.body).toMatchObject({
      status: { conditions: [{ type: 'Stalled', status: 'True', reason: 'ExportUnreachable' }] },
    });
    expect(events.emitted).toMatchObject([{ type: 'Warning', reason: 'ExportUnreachable', action: 'Retire' }]);
  });
});

describe('stopSync', () => {
  it('has nothing to do without a run', async () => {
    await run(control.stopSync, VOLUME);

    expect(temporal.calls).toEqual([['signal', RUN_ID, 'abort']]);
  });

  it('returns when the run has ended', async () => {
    const run = { status: 'RUNNING' };
    temporal.runs.set(RUN_ID, run);
    const stopping = environment().run(control.stopSync, VOLUME);
    await clock.advance(1_000);
    run.status = 'COMPLETED';
    await clock.advance(1_000);

    await stopping;

    expect(temporal.calls).toEqual([['signal', RUN_ID, 'abort']]);
  });

  it('terminates a run that does not end', async () => {
    temporal.runs.set(RUN_ID, { status: 'RUNNING' });
    const stopping = environment().run(control.stopSync, VOLUME);
    await clock.advance(STOP_RUN_MS - 1_000);
    expect(temporal.calls).toHaveLength(1);

    await clock.advance(1_000);
    await stopping;

    expect(temporal.calls.at(-1)).toEqual(['terminate', RUN_ID, expect.stringContaining('being deleted')]);
  });

  it('stops waiting when it is cancelled, and terminates nothing', async () => {
    temporal.runs.set(RUN_ID, { status: 'RUNNING' });
    const cancelled = environment();
    const stopping = cancelled.run(control.stopSync, VOLUME);
    stopping.catch(() => undefined);
    await clock.advance(1_000);

    cancelled.cancel();

    await expect(stopping).rejects.toThrow('CANCELLED');
    expect(temporal.calls).toHaveLength(1);
    expect(clock.sleeping()).toBe(0);
  });
});

describe('releaseFinalizer', () => {
  it('lets a deleted volume go and keeps the finalizers of others', async () => {
    const metadata = { deletionTimestamp: 'now', finalizers: FINALIZERS, resourceVersion: '7' };
    objects.set(VOLUME_PATH, gitVolume({}, metadata));

    await run(control.releaseFinalizer, VOLUME);

    expect(kube.patches).toMatchObject([{ body: { metadata: { finalizers: ['other.io/keep'] } } }]);
  });

  it('refuses to release a volume that nobody deletes', async () => {
    objects.set(VOLUME_PATH, gitVolume({}, { finalizers: FINALIZERS }));

    await expect(run(control.releaseFinalizer, VOLUME)).rejects.toMatchObject({ type: 'Internal' });

    expect(kube.patches).toEqual([]);
  });

  it('has nothing to do once the volume is gone', async () => {
    objects.clear();

    await expect(run(control.releaseFinalizer, VOLUME)).resolves.toBeUndefined();
  });
});
