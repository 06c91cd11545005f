import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Look } from '../../../activities/look.js';
import { DroverError } from '../../../domain/errors.js';
import type { SharedVolumeStatus } from '../../../domain/generated/sharedVolume.js';
import { KubeError } from '../../../k8s/kubeError.js';
import type { VolumeObject } from '../../../k8s/volume.js';
import { reportLook } from '../../../workers/mover/reportLook.js';
import { found, gitVolume, VOLUME_PATH } from '../../activities/fakes.js';
import { createFakeKubeStore, type FakeKubeStore } from '../../k8s/fakeKubeStore.js';

const MINUTE_MS = 60_000;
const unchanged = found('unchanged', 'rev-0');
const failed = (message = 'no answer'): Look => ({
  kind: 'failed',
  error: new DroverError('SourceUnreachable', message),
});

let nowMs: number;
let resource: VolumeObject;
let objects: Map<string, unknown>;
let kube: FakeKubeStore;
let report: ReturnType<typeof reportLook>;
beforeEach(() => {
  nowMs = Date.parse('2026-01-01T00:00:00Z');
  resource = gitVolume();
  objects = new Map([[VOLUME_PATH, resource]]);
  kube = createFakeKubeStore(objects);
  report = reportLook(kube.client, () => new Date(nowMs));
});

function written(): SharedVolumeStatus[] {
  return kube.patches.map(({ body }) => body['status'] as SharedVolumeStatus);
}

/** The watch shows what was written last. */
function show(change: Partial<VolumeObject['metadata']> = {}): void {
  const { conditions, lastCheckTime } = written().at(-1) ?? {};
  resource = gitVolume({}, change, {
    ...(conditions !== undefined && { conditions }),
    ...(lastCheckTime !== undefined && { lastCheckTime }),
  });
}

async function lookAfter(pauseMs: number, look: Look): Promise<number> {
  nowMs += pauseMs;
  const before = kube.patches.length;
  await report(resource, look);
  return kube.patches.length - before;
}

describe('reportLook', () => {
  it('writes the first look, as its own field manager', async () => {
    await report(resource, unchanged);

    expect(kube.patches).toMatchObject([{ path: `${VOLUME_PATH}/status`, options: { fieldManager: 'drover-poll' } }]);
    expect(written()).toMatchObject([
      {
        lastCheckTime: '2026-01-01T00:00:00.000Z',
        conditions: [{ type: 'SourceReachable', status: 'True', observedGeneration: 1 }],
      },
    ]);
  });

  it('writes nothing for looks without news, except the time every five minutes', async () => {
    await report(resource, unchanged);
    show();

    const writes = [];
    for (let minute = 1; minute <= 6; minute++) writes.push(await lookAfter(MINUTE_MS, unchanged));

    expect(writes).toEqual([0, 0, 0, 0, 1, 0]);
  });

  it('counts from what was written, although the watch does not show it yet', async () => {
    await report(resource, unchanged);
    show();
    await lookAfter(5 * MINUTE_MS, unchanged);

    expect(await lookAfter(MINUTE_MS, unchanged)).toBe(0);
  });

  it.each<[string, Look]>([
    ['a failure', failed()],
    ['another one', { kind: 'failed', error: new DroverError('AuthFailed', 'no') }],
  ])('writes %s at once, once, with what to do', async (_name, look) => {
    await report(resource, unchanged);
    show();

    expect(await lookAfter(1_000, look)).toBe(1);
    expect(written().at(-1)?.conditions).toMatchObject([
      { status: 'False', reason: look.kind === 'failed' && look.error.reason, message: expect.stringMatching(/To do/) },
    ]);
    show();
    expect(await lookAfter(1_000, look)).toBe(0);
    expect(await lookAfter(1_000, unchanged)).toBe(1);
  });

  it('writes what a look at a changed spec found', async () => {
    await report(resource, unchanged);
    show({ generation: 2 });

    expect(await lookAfter(1_000, unchanged)).toBe(1);
    expect(written().at(-1)?.conditions).toMatchObject([{ observedGeneration: 2 }]);
  });

  it('keeps the time of the transition', async () => {
    await report(resource, unchanged);
    show();
    await lookAfter(6 * MINUTE_MS, unchanged);

    expect(written().at(-1)?.conditions).toMatchObject([{ lastTransitionTime: '2026-01-01T00:00:00Z' }]);
  });

  it('says nothing when the poller ends, and nothing of a volume that is gone', async () => {
    expect(await lookAfter(0, { kind: 'ended' })).toBe(0);
    objects.clear();
    expect(await lookAfter(0, unchanged)).toBe(0);
  });

  it('rejects when it cannot write, and writes the next time', async () => {
    kube.refusal = new KubeError(0, 'Unreachable', 'no answer');
    await expect(report(resource, unchanged)).rejects.toMatchObject({ status: 0 });
    kube.refusal = undefined;

    expect(await lookAfter(1_000, unchanged)).toBe(1);
  });
});
