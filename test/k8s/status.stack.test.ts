import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SharedVolumeStatus } from '../../domain/generated/sharedVolume.js';
import { setCondition } from '../../domain/conditions.js';
import { KubeError } from '../../k8s/kubeError.js';
import { volumePath, volumesInPath, volumesPath, VOLUME_API_VERSION } from '../../k8s/paths.js';
import { applyStatus, ownedStatus } from '../../k8s/status.js';
import { volumeRefOf, type VolumeObject } from '../../k8s/volume.js';
import { applyDefinition, connectStack, createNamespace, uniqueName, volumeDefinitions } from './cluster.js';

const client = connectStack();
let namespace = '';

beforeAll(async () => {
  for (const definition of volumeDefinitions()) await applyDefinition(client, definition);
  namespace = await createNamespace(client);
});

afterAll(async () => await client.delete(`/api/v1/namespaces/${namespace}`));

async function createVolume(name = uniqueName('volume')): Promise<VolumeObject> {
  const body = {
    apiVersion: VOLUME_API_VERSION,
    kind: 'SharedVolume',
    metadata: { name },
    spec: { mountPath: '/opt/site' },
  };
  return await client.create<VolumeObject>(volumesInPath(namespace), body);
}

async function statusOf({ metadata }: VolumeObject): Promise<SharedVolumeStatus | undefined> {
  const path = volumePath({ kind: 'SharedVolume', namespace, name: metadata.name });
  return (await client.get<VolumeObject>(path)).status;
}

const now = new Date('2026-01-02T03:04:05Z');
const time = '2026-01-02T03:04:05Z';

function condition(type: Parameters<typeof setCondition>[1]['type'], status: 'True' | 'False' = 'True') {
  return setCondition([], { type, status, reason: 'Because', message: '', observedGeneration: 1 }, now);
}

describe('the three writers of the status', () => {
  it('do not erase one another, whoever writes again', async () => {
    const volume = await createVolume();
    const ref = volumeRefOf(volume);
    const watch = { observedGeneration: 1, phase: 'Pending', conditions: condition('Reconciled') };
    const poll = { lastCheckTime: time, conditions: condition('SourceReachable') };
    const snapshot = { name: 's1', revision: 'abc', digest: 'd', time, files: 3, bytes: 10 };
    const sync = {
      published: { revision: 'abc', digest: 'd', snapshot: 's1', time },
      snapshots: [snapshot],
      lastSync: { startTime: time, result: 'Succeeded' },
      conditions: condition('Synced'),
    };
    await applyStatus(client, ref, 'drover-watch', watch);
    await applyStatus(client, ref, 'drover-poll', poll);
    await applyStatus(client, ref, 'drover-sync', sync);
    await applyStatus(client, ref, 'drover-poll', { ...poll, conditions: condition('SourceReachable', 'False') });
    await applyStatus(client, ref, 'drover-watch', { ...watch, phase: 'Ready' });
    const status = await statusOf(volume);
    expect(status).toMatchObject({
      observedGeneration: 1,
      phase: 'Ready',
      lastCheckTime: time,
      published: sync.published,
      snapshots: [snapshot],
    });
    expect(status?.conditions?.map(({ type, status }) => `${type} ${status}`).sort()).toEqual([
      'Reconciled True',
      'SourceReachable False',
      'Synced True',
    ]);
    expect(ownedStatus(status, 'drover-sync')).toEqual(sync);
  });

  it('erase of their own part what they leave out', async () => {
    const volume = await createVolume();
    const ref = volumeRefOf(volume);
    await applyStatus(client, ref, 'drover-sync', { lastHandledSyncRequest: 'r1', conditions: condition('Stalled') });
    await applyStatus(client, ref, 'drover-sync', { lastHandledSyncRequest: 'r2' });
    expect(await statusOf(volume)).toEqual({ lastHandledSyncRequest: 'r2' });
  });

  it('write only to the life of the volume that they mean', async () => {
    const first = await createVolume();
    const path = volumePath({ kind: 'SharedVolume', namespace, name: first.metadata.name });
    await client.delete(path);
    const gone = await applyStatus(client, volumeRefOf(first), 'drover-poll', { lastCheckTime: time }).catch(
      (error: unknown) => error,
    );
    expect(gone).toMatchObject({ status: 404 });
    const second = await createVolume(first.metadata.name);
    const replaced = await applyStatus(client, volumeRefOf(first), 'drover-poll', { lastCheckTime: time }).catch(
      (error: unknown) => error,
    );
    expect(replaced).toBeInstanceOf(KubeError);
    expect(replaced).toMatchObject({ status: 409 });
    expect(await statusOf(second)).toBeUndefined();
  });

  it('all succeed when they write at the same moment', async () => {
    const volume = await createVolume();
    const ref = volumeRefOf(volume);
    await Promise.all([
      applyStatus(client, ref, 'drover-watch', { phase: 'Ready' }),
      applyStatus(client, ref, 'drover-poll', { lastCheckTime: time }),
      applyStatus(client, ref, 'drover-sync', { lastHandledSyncRequest: 'r1' }),
    ]);
    expect(await statusOf(volume)).toEqual({ phase: 'Ready', lastCheckTime: time, lastHandledSyncRequest: 'r1' });
  });

  it('write to cluster kinds likewise', async () => {
    const metadata = { name: uniqueName('volume') };
    const body = {
      apiVersion: VOLUME_API_VERSION,
      kind: 'ClusterSharedVolume',
      metadata,
      spec: { mountPath: '/opt/site' },
    };
    const volume = await client.create<VolumeObject>(volumesPath('ClusterSharedVolume'), body);
    const written = await applyStatus(client, volumeRefOf(volume), 'drover-poll', { lastCheckTime: time });
    expect(written.status).toEqual({ lastCheckTime: time });
    await client.delete(volumePath(volumeRefOf(volume)), { uid: volume.metadata.uid ?? '' });
  });

  it('do not touch the spec', async () => {
    const volume = await createVolume();
    const written = await applyStatus(client, volumeRefOf(volume), 'drover-poll', { lastCheckTime: time });
    expect(written.spec).toEqual(volume.spec);
    expect(written.metadata.generation).toBe(volume.metadata.generation);
  });
});
