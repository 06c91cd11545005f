import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { SharedVolumeStatus } from '../../domain/generated/sharedVolume.js';
import { KubeError } from '../../k8s/kubeError.js';
import { applyStatus, ownedStatus } from '../../k8s/status.js';
import { STATUS_OWNERS, type StatusOwner } from '../../k8s/statusOwners.js';
import { fakeKubeClient } from './fakeKubeClient.js';

interface Definition {
  spec: { versions: [{ schema: { openAPIV3Schema: { properties: { status: { properties: object } } } } }] };
}

function condition(type: string) {
  return { type, status: 'True' as const, reason: 'Because', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
}

const status: SharedVolumeStatus = {
  observedGeneration: 2,
  phase: 'Ready',
  lastCheckTime: '2026-01-01T00:00:00Z',
  lastHandledSyncRequest: 'r1',
  conditions: ['Synced', 'Ready', 'SourceReachable', 'Reconciled'].map(condition),
};

describe('the writers of the status', () => {
  it('share its fields so that each has exactly one', () => {
    const { spec } = parse(readFileSync('k8s/crds/sharedvolumes.yaml', 'utf8')) as Definition;
    const all = Object.keys(spec.versions[0].schema.openAPIV3Schema.properties.status.properties);
    const owned = Object.values(STATUS_OWNERS).flatMap(({ fields }) => [...fields]);
    expect([...owned, 'conditions'].sort()).toEqual(all.sort());
  });

  it.each<[StatusOwner, string[], string[]]>([
    ['drover-watch', ['observedGeneration', 'phase', 'conditions'], ['Ready', 'Reconciled']],
    ['drover-poll', ['lastCheckTime', 'conditions'], ['SourceReachable']],
    ['drover-sync', ['lastHandledSyncRequest', 'conditions'], ['Synced']],
  ])('%s owns its fields and conditions only', (owner, fields, conditions) => {
    const owned = ownedStatus(status, owner);
    expect(Object.keys(owned)).toEqual(fields);
    expect(owned.conditions?.map(({ type }) => type)).toEqual(conditions);
  });

  it('own nothing of a status that was never written', () => {
    expect(ownedStatus(undefined, 'drover-sync')).toEqual({});
  });
});

describe('applyStatus', () => {
  const ref = { kind: 'SharedVolume' as const, namespace: 'team', name: 'site', uid: 'u1' };
  const path = '/apis/sv.sharedvolume.io/v1alpha1/namespaces/team/sharedvolumes/site';

  /** A server whose volume has this uid, and another resourceVersion at each of the first `conflicts` writes. */
  function server(uid: string, conflicts = 0) {
    const calls: unknown[] = [];
    let reads = 0;
    const client = fakeKubeClient({
      get: async <T>() =>
        ({ metadata: { name: 'site', namespace: 'team', uid, resourceVersion: String(++reads) } }) as T,
      async patch<T>(...call: unknown[]) {
        calls.push(call.slice(0, 3));
        if (calls.length <= conflicts) throw new KubeError(409, 'Conflict', 'changed');
        return {} as T;
      },
    });
    return { client, calls };
  }

  it('applies the whole part under the name of its writer', async () => {
    const { client, calls } = server('u1');
    await applyStatus(client, ref, 'drover-poll', { lastCheckTime: 'now' });
    const metadata = { name: 'site', namespace: 'team', resourceVersion: '1' };
    const body = {
      apiVersion: 'sv.sharedvolume.io/v1alpha1',
      kind: 'SharedVolume',
      metadata,
      status: { lastCheckTime: 'now' },
    };
    expect(calls).toEqual([[`${path}/status`, body, { type: 'apply', fieldManager: 'drover-poll', force: true }]]);
  });

  it('does not read again what its caller has read, unless that has changed meanwhile', async () => {
    const known = { ...ref, resourceVersion: '7' };
    const quiet = server('u1');
    await applyStatus(quiet.client, known, 'drover-poll', {});
    expect(quiet.calls).toMatchObject([[`${path}/status`, { metadata: { resourceVersion: '7' } }, {}]]);

    const busy = server('u1', 1);
    await applyStatus(busy.client, known, 'drover-poll', {});
    expect(busy.calls).toMatchObject([
      [`${path}/status`, { metadata: { resourceVersion: '7' } }, {}],
      [`${path}/status`, { metadata: { resourceVersion: '1' } }, {}],
    ]);

    const replaced = server('u2', 1);
    await expect(applyStatus(replaced.client, known, 'drover-poll', {})).rejects.toThrow(/another volume/);
  });

  it('tries again when another writer was faster, but not for ever', async () => {
    const busy = server('u1', 3);
    await applyStatus(busy.client, ref, 'drover-poll', {});
    expect(busy.calls).toHaveLength(4);
    const hopeless = server('u1', 1_000);
    await expect(applyStatus(hopeless.client, ref, 'drover-poll', {})).rejects.toMatchObject({ status: 409 });
    expect(hopeless.calls).toHaveLength(10);
  });

  it('writes nothing to another volume of the same name', async () => {
    const { client, calls } = server('u2');
    await expect(applyStatus(client, ref, 'drover-poll', {})).rejects.toThrow(
      'team/site is another volume of the same name: its uid is u2',
    );
    expect(calls).toEqual([]);
  });
});
