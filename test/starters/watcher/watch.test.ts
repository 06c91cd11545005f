import { afterEach, describe, expect, it } from '@jest/globals';
import type { VolumeObject } from '../../../k8s/volume.js';
import { createWatcher } from '../../../starters/watcher/watch.js';
import { gitVolume } from '../../activities/fakes.js';
import { createFakeEvents } from '../../doubles/fakeEvents.js';
import { createFakeTemporal } from '../../doubles/fakeTemporal.js';
import { createFakeClock, settle, type FakeClock } from '../../k8s/fakeClock.js';
import { createFakeKubeStore } from '../../k8s/fakeKubeStore.js';

const MINUTE_MS = 60_000;

let stop = new AbortController();
let done: Promise<void> = Promise.resolve();
afterEach(async () => {
  stop.abort();
  await done;
});

/** A watcher of these volumes, whose watch stays silent. */
function start(volumes: readonly VolumeObject[], temporal = createFakeTemporal()) {
  const objects = new Map<string, unknown>(
    volumes.map((volume) => [
      `/apis/sv.sharedvolume.io/v1alpha1/namespaces/demo/sharedvolumes/${volume.metadata.name}`,
      volume,
    ]),
  );
  const store = createFakeKubeStore(objects);
  const clock: FakeClock = createFakeClock();
  const depths: number[] = [];
  const warnings: string[] = [];
  const kube = {
    ...store.client,
    watch: (_path: string, _query: object, _onEvent: unknown, signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
  };
  const watcher = createWatcher({
    kube,
    temporal: temporal.client,
    events: createFakeEvents(),
    exportName: 'local',
    observeDepth: (kind, depth) => {
      if (kind === 'SharedVolume') depths.push(depth);
    },
    warn: (message) => void warnings.push(message),
    clock,
  });
  stop = new AbortController();
  done = watcher.run(stop.signal);
  const requests = () => temporal.calls.filter(([method]) => method === 'signalWithStart').length;
  const supervisions = () => temporal.calls.filter(([method]) => method === 'start');
  return { watcher, clock, depths, warnings, temporal, requests, supervisions };
}

function volume(name: string): VolumeObject {
  return gitVolume({}, { name, uid: `uid-${name}`, resourceVersion: '1', finalizers: ['drover.io/retire'] });
}

describe('the watcher', () => {
  it('reconciles every volume, and shows them', async () => {
    const { watcher, requests } = start([volume('a'), volume('b')]);
    await settle();

    expect(watcher.volumes().map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    expect(requests()).toBe(2);
  });

  it('shows how many wait, down to none', async () => {
    const { depths } = start(Array.from({ length: 9 }, (_, index) => volume(`v${index}`)));
    await settle();
    await settle();

    expect(Math.max(...depths)).toBe(5);
    expect(depths.at(-1)).toBe(0);
  });

  it('comes back to every volume although nothing happens', async () => {
    const { clock, requests } = start([volume('a')]);
    await clock.advance(4 * MINUTE_MS);
    expect(requests()).toBe(1);

    await clock.advance(11 * MINUTE_MS);

    expect(requests()).toBe(2);
  });

  it('sees to it that the export is watched, once a minute', async () => {
    const { clock, supervisions } = start([]);
    await clock.advance(2 * MINUTE_MS);

    expect(supervisions()).toHaveLength(3);
    expect(supervisions()[0]).toEqual([
      'start',
      'superviseExport',
      expect.objectContaining({ workflowId: 'export/local', workflowIdConflictPolicy: 'USE_EXISTING' }),
    ]);
  });

  it('goes on while Temporal is away, and tries again', async () => {
    const temporal = createFakeTemporal();
    temporal.refusal = new Error('away');
    const { clock, warnings, supervisions } = start([], temporal);
    await clock.advance(1_000);
    expect(warnings).toEqual(['the export is not supervised; tried again in a minute']);

    temporal.refusal = undefined;
    await clock.advance(MINUTE_MS);

    expect(supervisions()).toHaveLength(1);
  });

  it('ends when it is told to, and leaves no timer of its own', async () => {
    const { clock } = start([volume('a')]);
    await clock.advance(1_000);

    stop.abort();
    await done;

    expect(clock.sleeping()).toBe(0);
  });
});
